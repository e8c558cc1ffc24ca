/// Still pictures that FFmpeg reads.
///
/// Some of its decoders give a picture that they have not filled, and say nothing. So they are given frames of
/// noise, and what is still noise afterwards was never decoded.
extension StillImageFile {
  /// The format, if FFmpeg reads it: also a film of AVIF or HEIC that lists no single picture.
  var formatForFFmpeg: MediaFormat? {
    guard let format = MediaFormat(recognizing: bytes) else { return nil }
    if [.avif, .heic].contains(format) {
      let boxes = bytes.withUnsafeBytes { MediaBytes(borrowing: $0).outermostBoxes }
      return boxes.contains("moov") && !boxes.contains("meta") ? format : nil
    }
    return format.isReadByFFmpeg ? format : nil
  }

  /// The first picture, over white.
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

  /// The first frame that can be decoded, as it is stored; nil if none can.
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

  /// The picture with what is wrong with it; one of which nothing was decoded is an error.
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
      throw unsupported(format, "nothing of it is decoded")
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

  /// Whether a bitmap has bits and a coding that FFmpeg knows, which calls others damaged.
  private var isReadableBitmap: Bool {
    var header = ByteReader(bytes, from: 14)
    guard let headerSize = header.littleEndian32(), headerSize >= 40, header.range(10) != nil,
      let bitCount = header.littleEndian16(), let coding = header.littleEndian32()
    else { return true }
    return [1, 4, 8, 16, 24, 32].contains(bitCount) && [0, 1, 2, 3, 6].contains(coding)
  }

  /// The bitmap without the fourth bytes of pixels that have no meaning, which FFmpeg takes for alpha.
  ///
  /// Only a header that names masks gives them one, as in Pillow.
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
