extension MediaFormat {
  /// The image size that the header of a GIF or BMP file declares; nil for other formats, or if there is
  /// none.
  ///
  /// FFmpeg allocates the whole image before its size can be queried, so the limits are checked against this
  /// size first.
  func announcedSize(in bytes: [UInt8]) -> PixelSize? {
    let header = Header(bytes: bytes)
    switch self {
    case .gif: return size(header.number(at: 6, 2), header.number(at: 8, 2))
    case .bmp:
      // The oldest header, of 12 bytes, has 16-bit sizes.
      let isShort = header.number(at: 14, 4) == 12
      return isShort
        ? size(header.number(at: 18, 2), header.number(at: 20, 2))
        // A negative height marks rows stored from the top down.
        : size(header.signed(at: 18), header.signed(at: 22)?.magnitude)
    default: return nil
    }
  }

  private func size(_ width: Int?, _ height: (some BinaryInteger)?) -> PixelSize? {
    guard let width, let height, width > 0, height > 0 else { return nil }
    return PixelSize(width: width, height: Int(height))
  }
}

/// A file header whose numbers are read by offset; `nil` beyond the end.
private struct Header {
  let bytes: [UInt8]

  func number(at position: Int, _ count: Int) -> Int? {
    guard position >= 0, position + count <= bytes.count else { return nil }
    return bytes[position..<position + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  func signed(at position: Int) -> Int? {
    number(at: position, 4).map { Int(Int32(truncatingIfNeeded: $0)) }
  }
}
