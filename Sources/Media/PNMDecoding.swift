/// Decodes portable anymaps of all seven kinds.
///
/// FFmpeg is not used, because it supports neither PAM nor PGM headers on a single line and rejects truncated
/// files.
struct PNMDecoder {
  let bytes: [UInt8]
  let header: PNMHeader

  func decode() throws(StillImageProblem) -> DecodedPixels {
    let (width, height) = (header.size.width, header.size.height)
    var rowCount = 0
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, count in
      count = width * height * 3
      target.initialize(repeating: 255)
      rowCount = header.isText ? decodeText(into: target) : decodeBinary(into: target)
    }
    guard rowCount > 0 else {
      throw StillImageProblem(.truncated, "not a complete PNM (ends before its first row)")
    }
    let share = rowCount * 100 / height
    return DecodedPixels(
      image: Image(width: width, height: height, pixels: pixels),
      damage: rowCount < height ? .incomplete("PNM", ends: "after \(share) % of the rows") : nil)
  }

  /// Writes the rows that the file holds, and returns their number.
  private func decodeBinary(into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let rowSize = header.rowSize
    let rowCount = min(header.size.height, max(0, bytes.count - header.start) / rowSize)
    let sampleCount = header.sampleCount
    let isWide = header.maximum > 255
    bytes.withUnsafeBufferPointer { bytes in
      for y in 0..<rowCount {
        let row = header.start + y * rowSize
        for x in 0..<header.size.width {
          write(into: target, pixel: y * header.size.width + x) { sample in
            if header.isBitmap { return bytes[row + x / 8] & 0x80 >> UInt8(x % 8) == 0 ? 1 : 0 }
            let index = x * sampleCount + sample
            guard isWide else { return Int(bytes[row + index]) }
            return Int(bytes[row + 2 * index]) << 8 | Int(bytes[row + 2 * index + 1])
          }
        }
      }
    }
    return rowCount
  }

  private func decodeText(into target: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var words = PNMWords(bytes, from: header.start)
    var samples = [0, 0, 0]
    for pixel in 0..<header.size.width * header.size.height {
      for index in 0..<header.sampleCount {
        let number = header.isBitmap ? words.nextBit().map { 1 - $0 } : words.nextNumber()
        guard let number else { return pixel / header.size.width }
        samples[index] = number
      }
      write(into: target, pixel: pixel) { samples[$0] }
    }
    return header.size.height
  }

  /// Writes one pixel from the samples that `sample` returns: greyscale or RGB, with optional alpha.
  private func write(
    into target: UnsafeMutableBufferPointer<UInt8>, pixel: Int, _ sample: (Int) -> Int
  ) {
    let maximum = header.maximum
    /// Returns a sample scaled to `0...255`.
    func value(_ index: Int) -> Int {
      (min(sample(index), maximum) * 255 + maximum / 2) / maximum
    }
    let hasAlpha = header.sampleCount.isMultiple(of: 2)
    let alpha = hasAlpha ? value(header.sampleCount - 1) : 255
    for channel in 0..<3 {
      let color = value(header.sampleCount >= 3 ? channel : 0)
      // Rounds as Pillow does.
      let sum = color * alpha + 255 * (255 - alpha) + 128
      target[3 * pixel + channel] = UInt8(truncatingIfNeeded: (sum + sum >> 8) >> 8)
    }
  }
}
