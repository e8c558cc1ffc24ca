extension MediaFormat {
  /// The size that a picture in one of the formats that FFmpeg reads says it has; nil where it does not.
  ///
  /// FFmpeg makes room for all of a picture before anyone can ask it for the size.
  func announcedSize(in bytes: [UInt8]) -> PixelSize? {
    let header = Header(bytes: bytes)
    switch self {
    case .gif: return size(header.number(at: 6, 2), header.number(at: 8, 2))
    case .bmp:
      // The oldest header, of 12 bytes, has short numbers.
      let isShort = header.number(at: 14, 4) == 12
      return isShort
        ? size(header.number(at: 18, 2), header.number(at: 20, 2))
        // A height below 0 counts from the top.
        : size(header.signed(at: 18), header.signed(at: 22)?.magnitude)
    default: return nil
    }
  }

  private func size(_ width: Int?, _ height: (some BinaryInteger)?) -> PixelSize? {
    guard let width, let height, width > 0, height > 0 else { return nil }
    return PixelSize(width: width, height: Int(height))
  }
}

/// Numbers at places of a header, which may lie behind its end.
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
