/// Decoding of still images with FFmpeg.
///
/// Some of FFmpeg's decoders return an image that they filled only in part, without an error. They are
/// therefore given buffers of random bytes; rows that still hold those bytes afterwards were not decoded.
extension StillImageFile {
  /// The format, if FFmpeg decodes it here: also an AVIF or HEIC image sequence without a still image.
  var formatForFFmpeg: MediaFormat? {
    guard let format = MediaFormat(recognizing: bytes) else { return nil }
    if [.avif, .heic].contains(format) {
      let boxes = bytes.withUnsafeBytes { MediaBytes(borrowing: $0).outermostBoxes }
      return boxes.contains("moov") && !boxes.contains("meta") ? format : nil
    }
    return format.isReadByFFmpeg ? format : nil
  }

  /// Decodes the first image, composited over white.
  func decodeFirstFrame(_ format: MediaFormat, name: String) throws(MediaError) -> DecodedImage {
    if format == .bmp, !isReadableBitmap { throw unsupported(.bmp, "its coding").error(name) }
    let file = format == .bmp ? opaqueBitmap : bytes
    return try file.withUnsafeBufferPointer { buffer throws(MediaError) in
      let raw = UnsafeRawBufferPointer(buffer)
      let end = MediaBytes(borrowing: raw).earlyEnd()?.problem(format)
      let stream = try openStill(MediaBytes(borrowing: raw), name, end)
      let image: Image?
      do throws(VideoProblem) {
        image = try firstFrame(of: stream)
      } catch {
        throw error.error(name, .decode)
      }
      do throws(StillImageProblem) {
        let pixels = try checked(image, stream, format, end)
        let size = PixelSize(width: pixels.image.width, height: pixels.image.height)
        return try finish(pixels, format, size, stream.info.orientation)
      } catch {
        throw error.error(name)
      }
    }
  }

  private func openStill(
    _ bytes: consuming MediaBytes, _ name: String, _ end: StillImageProblem?
  ) throws(MediaError) -> VideoStream {
    var limits = VideoOptions()
    (limits.maximumPixels, limits.isStill) = (options.maximumPixels, true)
    do throws(MediaError) {
      return try VideoStream(bytes, name: name, limits)
    } catch {
      guard let end, [.corrupt, .noFrames].contains(error.code) else { throw error }
      throw StillImageProblem(end.code, end.fact).error(name)
    }
  }

  /// The first frame that can be decoded, as stored; nil if none can.
  private func firstFrame(of stream: VideoStream) throws(VideoProblem) -> Image? {
    while true {
      let packet = try stream.readPacket()
      _ = try stream.send(packet?.payload, isSpare: false)
      if case .frame = try stream.receive() {
        stream.keep()
        return try stream.keptImage()
      }
      if packet == nil { return nil }
    }
  }

  /// Returns the image with the damage found in it.
  ///
  /// Throws if no row was decoded.
  private func checked(
    _ image: Image?, _ stream: VideoStream, _ format: MediaFormat,
    _ end: StillImageProblem?
  ) throws(StillImageProblem) -> DecodedPixels {
    guard let image else {
      let reason = end.map { "\($0.fact), and " } ?? ""
      throw StillImageProblem(
        end?.code ?? .noFrames, "\(reason)has no frame that can be decoded")
    }
    let (filled, all) = (stream.keptFilledRowCount, stream.kept.size.height)
    guard filled > 0 else {
      if let end { throw StillImageProblem(end.code, "\(end.fact), and no row can be decoded") }
      throw unsupported(format, "no row can be decoded")
    }
    let isDamaged = filled < all || stream.kept.isDamaged
    let damage = StillImageProblem.damaged(
      format.rawValue, "bad data, \(filled * 100 / all) % of the rows read")
    return DecodedPixels(image: image, damage: end ?? (isDamaged ? damage : nil))
  }

  private func unsupported(_ format: MediaFormat, _ reason: String) -> StillImageProblem {
    StillImageProblem(
      .unsupported, "\(format.rawValue) of a kind that is not supported (\(reason))",
      remedy: StillImageProblem.convert)
  }

  /// True if the bitmap has a bit depth and a compression that FFmpeg supports.
  ///
  /// FFmpeg reports unsupported ones as damaged.
  private var isReadableBitmap: Bool {
    var header = ByteReader(bytes, from: 14)
    guard let headerSize = header.littleEndian32(), headerSize >= 40, header.range(10) != nil,
      let bitCount = header.littleEndian16(), let coding = header.littleEndian32()
    else { return true }
    return [1, 4, 8, 16, 24, 32].contains(bitCount) && [0, 1, 2, 3, 6].contains(coding)
  }

  /// The bitmap with the unused fourth byte of its 32-bit pixels set to 255, as FFmpeg reads it as alpha.
  ///
  /// As in Pillow, that byte is alpha only if the header declares channel masks.
  private var opaqueBitmap: [UInt8] {
    var header = ByteReader(bytes, from: 10)
    guard let start = header.littleEndian32(), let headerSize = header.littleEndian32(),
      headerSize >= 40, header.range(10) != nil, header.littleEndian16() == 32,
      header.littleEndian32() == 0
    else { return bytes }
    var opaque = bytes
    for place in stride(from: start + 3, to: bytes.count, by: 4) { opaque[place] = 255 }
    return opaque
  }
}
