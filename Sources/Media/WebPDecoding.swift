import CWebP

/// Decodes WebP images, and the first frame of WebP animations, with libwebp.
struct WebPDecoder {
  let container: WebPContainer

  func decode() throws(StillImageProblem) -> DecodedPixels {
    try container.withFirstFrame { frame throws(StillImageProblem) in
      let place = PixelRectangle(
        x: Int(frame.x_offset), y: Int(frame.y_offset), width: Int(frame.width),
        height: Int(frame.height))
      guard place.x + place.width <= container.size.width,
        place.y + place.height <= container.size.height
      else { throw WebPContainer.corrupt("its first frame does not fit the canvas") }
      let (image, rows) = try pixels(frame)
      guard rows > 0 else { throw WebPContainer.truncated }
      let whole = image.placed(at: place, onWhite: container.size)
      if container.isComplete && rows == place.height { return DecodedPixels(image: whole) }
      let share = rows * 100 / place.height
      return DecodedPixels(
        image: whole, damage: .incomplete("WebP", ends: "after \(share) % of the rows"))
    }
  }

  /// Returns the pixels of a frame, and the number of rows that were decoded.
  private func pixels(_ frame: WebPIterator) throws(StillImageProblem) -> (Image, rows: Int) {
    let (width, height) = (Int(frame.width), Int(frame.height))
    let bytesPerPixel = frame.has_alpha != 0 ? 4 : 3
    var outcome = Outcome(status: VP8_STATUS_OK, rows: 0)
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * bytesPerPixel) {
      target, count in
      count = width * height * bytesPerPixel
      target.initialize(repeating: 0)
      outcome = decode(frame, into: target, bytesPerRow: width * bytesPerPixel)
    }
    switch outcome.status {
    case VP8_STATUS_OK, VP8_STATUS_SUSPENDED, VP8_STATUS_NOT_ENOUGH_DATA: break
    case VP8_STATUS_OUT_OF_MEMORY: throw StillImageProblem.tooLargeForMemory
    default: throw WebPContainer.corrupt("its pixels cannot be decoded")
    }
    let rgb = bytesPerPixel == 4 ? pixels.laidOverWhite() : pixels
    return (Image(width: width, height: height, pixels: rgb), outcome.rows)
  }

  private struct Outcome {
    var status: VP8StatusCode
    var rows: Int
  }

  /// Decodes into `target`: in one call if the frame is complete, else incrementally as many rows as there
  /// are.
  private func decode(
    _ frame: WebPIterator, into target: UnsafeMutableBufferPointer<UInt8>, bytesPerRow: Int
  ) -> Outcome {
    var config = WebPDecoderConfig()
    guard WebPInitDecoderConfig(&config) != 0 else {
      return Outcome(status: VP8_STATUS_INVALID_PARAM, rows: 0)
    }
    config.output.colorspace = frame.has_alpha != 0 ? MODE_RGBA : MODE_RGB
    config.output.is_external_memory = 1
    config.output.u.RGBA.rgba = target.baseAddress
    config.output.u.RGBA.stride = Int32(bytesPerRow)
    config.output.u.RGBA.size = target.count
    let data = frame.fragment
    if frame.complete != 0 {
      let status = WebPDecode(data.bytes, data.size, &config)
      // A complete frame for which the decoder wants more data is damaged.
      let isShort = status == VP8_STATUS_NOT_ENOUGH_DATA || status == VP8_STATUS_SUSPENDED
      return Outcome(
        status: isShort ? VP8_STATUS_BITSTREAM_ERROR : status, rows: Int(frame.height))
    }
    guard let decoder = WebPIDecode(nil, 0, &config) else {
      return Outcome(status: VP8_STATUS_OUT_OF_MEMORY, rows: 0)
    }
    defer { WebPIDelete(decoder) }
    let status = WebPIUpdate(decoder, data.bytes, data.size)
    var rows: Int32 = 0
    _ = WebPIDecGetRGB(decoder, &rows, nil, nil, nil)
    return Outcome(status: status, rows: Int(rows))
  }
}

extension [UInt8] {
  /// Returns RGBA pixels composited over white as RGB; `x / 255` is rounded as Pillow rounds it.
  func laidOverWhite() -> [UInt8] {
    let pixelCount = count / 4
    return [UInt8](unsafeUninitializedCapacity: pixelCount * 3) { target, written in
      withUnsafeBufferPointer { source in
        for pixel in 0..<pixelCount {
          let alpha = UInt32(source[4 * pixel + 3])
          for channel in 0..<3 {
            let sum = UInt32(source[4 * pixel + channel]) * alpha + 255 * (255 - alpha) + 128
            target[3 * pixel + channel] = UInt8(truncatingIfNeeded: (sum + sum >> 8) >> 8)
          }
        }
      }
      written = pixelCount * 3
    }
  }
}

extension Image {
  /// Returns the image on a white canvas of `size`, its top left corner at that of `place`.
  fileprivate func placed(at place: PixelRectangle, onWhite size: PixelSize) -> Image {
    guard PixelSize(width: width, height: height) != size else { return self }
    var canvas = [UInt8](repeating: 255, count: size.width * size.height * 3)
    for row in 0..<height {
      let start = ((place.y + row) * size.width + place.x) * 3
      canvas.replaceSubrange(
        start..<start + width * 3, with: pixels[row * width * 3..<(row + 1) * width * 3])
    }
    return Image(width: size.width, height: size.height, pixels: canvas)
  }
}
