/// A Windows icon or cursor file: several sizes of one image, each a PNG or a bitmap without a file header.
struct IconFile {
  private let bytes: [UInt8]
  /// The byte range of the largest image; among equal sizes, the one with the greatest bit depth.
  private let largest: Range<Int>

  init(_ bytes: [UInt8]) throws(StillImageProblem) {
    self.bytes = bytes
    var reader = ByteReader(bytes, from: 4)
    var best: (rank: (Int, Int), place: Range<Int>)?
    for _ in 0..<(reader.littleEndian16() ?? 0) {
      guard let width = reader.byte(), let height = reader.byte(), reader.range(4) != nil,
        let bitCount = reader.littleEndian16(),
        let size = reader.littleEndian32(), let start = reader.littleEndian32()
      else { throw Self.truncated }
      guard start < bytes.count, size > 8 else { continue }
      // A side of 256 is written as 0.
      func side(_ number: Int) -> Int { number == 0 ? 256 : number }
      let rank = (side(width) * side(height), bitCount)
      if rank > best?.rank ?? (0, -1) { best = (rank, start..<min(start + size, bytes.count)) }
    }
    guard let best else { throw Self.truncated }
    largest = best.place
  }

  static let truncated = StillImageProblem(
    .truncated, "not a complete ICO (ends before its first picture)")

  /// The bytes of the largest image.
  var picture: [UInt8] { Array(bytes[largest]) }
  var isPNG: Bool { bytes[largest].starts(with: PNGStructure.signature.prefix(4)) }
}

/// A bitmap in an icon: rows of colours from the bottom up, followed by rows of a 1-bit transparency mask.
struct IconBitmap {
  let size: PixelSize
  private let bytes: [UInt8]
  private let bitCount: Int
  /// Byte offsets of the palette, the rows and the mask.
  private let paletteStart: Int
  private let rowStart: Int
  private let maskStart: Int
  private let paletteCount: Int

  init(_ bytes: [UInt8]) throws(StillImageProblem) {
    var reader = ByteReader(bytes)
    guard let headerSize = reader.littleEndian32(), let width = reader.littleEndian32(),
      let doubleHeight = reader.littleEndian32(), reader.littleEndian16() != nil,
      let bitCount = reader.littleEndian16(), let compression = reader.littleEndian32(),
      reader.range(12) != nil, let colorCount = reader.littleEndian32()
    else { throw IconFile.truncated }
    guard headerSize >= 40, headerSize < 1 << 16, compression == 0,
      [1, 4, 8, 24, 32].contains(bitCount)
    else {
      throw StillImageProblem(
        .unsupported, "an ICO of a kind that is not supported", remedy: StillImageProblem.convert)
    }
    guard (1...65_535).contains(width), (2...131_070).contains(doubleHeight) else {
      throw StillImageProblem(
        .corrupt, "a damaged ICO: it says \(width) x \(doubleHeight / 2) pixels")
    }
    (self.bytes, self.bitCount) = (bytes, bitCount)
    size = PixelSize(width: width, height: doubleHeight / 2)
    let most = bitCount <= 8 ? 1 << bitCount : 0
    paletteCount = colorCount == 0 ? most : min(colorCount, most)
    paletteStart = headerSize
    rowStart = headerSize + 4 * paletteCount
    maskStart = rowStart + Self.rowSize(width, bitCount) * size.height
  }

  /// The number of bytes per row, padded to a multiple of 4.
  private static func rowSize(_ width: Int, _ bitCount: Int) -> Int {
    (width * bitCount + 31) / 32 * 4
  }

  /// Decodes the image, composited over white.
  func decode() throws(StillImageProblem) -> DecodedPixels {
    guard maskStart <= bytes.count else {
      throw StillImageProblem(.truncated, "not a complete ICO (ends inside its picture)")
    }
    let hasAlpha =
      bitCount == 32
      && (0..<size.width * size.height).contains { index in
        bytes[rowStart + 4 * index + 3] != 0
      }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(size.width * size.height * 3)
    for y in 0..<size.height {
      for x in 0..<size.width {
        let (color, stored) = color(x, y)
        let seen = isMasked(x, y) ? 0 : 255
        let alpha = hasAlpha ? Int(stored) : seen
        for channel in color.reversed() {
          // Rounds as Pillow does.
          let sum = Int(channel) * alpha + 255 * (255 - alpha) + 128
          pixels.append(UInt8(truncatingIfNeeded: (sum + sum >> 8) >> 8))
        }
      }
    }
    let maskEnd = maskStart + Self.rowSize(size.width, 1) * size.height
    let isCut = !hasAlpha && maskEnd > bytes.count
    return DecodedPixels(
      image: Image(width: size.width, height: size.height, pixels: pixels),
      damage: isCut ? .incomplete("ICO", ends: "inside its mask") : nil)
  }

  /// The blue, green and red bytes of a pixel, and its fourth byte; 255 if it has none.
  private func color(_ x: Int, _ y: Int) -> (ArraySlice<UInt8>, UInt8) {
    let row = rowStart + Self.rowSize(size.width, bitCount) * (size.height - 1 - y)
    var place = row + x * bitCount / 8
    if bitCount <= 8 {
      let shift = 8 - bitCount - x * bitCount % 8
      let index = Int(bytes[place] >> UInt8(shift)) & ((1 << bitCount) - 1)
      place = paletteStart + 4 * min(index, max(paletteCount - 1, 0))
    }
    return (bytes[place..<place + 3], bitCount == 32 ? bytes[place + 3] : 255)
  }

  /// True if the mask makes the pixel transparent; false where the mask is cut off.
  private func isMasked(_ x: Int, _ y: Int) -> Bool {
    let place = maskStart + Self.rowSize(size.width, 1) * (size.height - 1 - y) + x / 8
    return place < bytes.count && bytes[place] & 0x80 >> UInt8(x % 8) != 0
  }
}
