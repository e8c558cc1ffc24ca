/// Reads numbers from unvalidated bytes; each read returns `nil` if too few bytes are left.
struct ByteReader {
  let bytes: [UInt8]
  /// The offset of the next read.
  var position: Int
  /// The offset of the end of the readable bytes.
  let end: Int

  init(_ bytes: [UInt8], from position: Int = 0) {
    self.bytes = bytes
    self.position = position
    end = bytes.count
  }

  var remaining: Int { max(end - position, 0) }

  mutating func byte() -> Int? {
    guard remaining >= 1 else { return nil }
    defer { position += 1 }
    return Int(bytes[position])
  }

  /// Reads a 2-byte big-endian number.
  mutating func bigEndian16() -> Int? {
    guard remaining >= 2 else { return nil }
    defer { position += 2 }
    return bigEndian16(at: position)
  }

  /// Reads a 4-byte big-endian number.
  mutating func bigEndian32() -> Int? {
    guard let high = bigEndian16(), let low = bigEndian16() else { return nil }
    return high << 16 | low
  }

  /// Reads an 8-byte big-endian number, clamped to `Int.max`.
  mutating func bigEndian64() -> Int? {
    guard remaining >= 8 else { return nil }
    defer { position += 8 }
    return Int(clamping: (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[position + $1]) })
  }

  /// Reads an 8-byte little-endian number, clamped to `Int.max`.
  mutating func littleEndian64() -> Int? {
    guard let low = littleEndian32(), let high = littleEndian32() else { return nil }
    return Int(clamping: UInt64(high) << 32 | UInt64(low))
  }

  /// Reads a 2-byte little-endian number.
  mutating func littleEndian16() -> Int? {
    guard let low = byte(), let high = byte() else { return nil }
    return high << 8 | low
  }

  /// Reads a 4-byte little-endian number.
  mutating func littleEndian32() -> Int? {
    guard remaining >= 4 else { return nil }
    defer { position += 4 }
    return (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
  }

  /// Reads a four-letter code; bytes that are not valid UTF-8 are replaced.
  mutating func fourLetters() -> String? {
    guard let range = range(4) else { return nil }
    return String(decoding: bytes[range], as: UTF8.self)
  }

  /// Skips `count` bytes, and returns their range in `bytes`.
  mutating func range(_ count: Int) -> Range<Int>? {
    guard count >= 0, count <= remaining else { return nil }
    defer { position += count }
    return position..<position + count
  }

  private func bigEndian16(at offset: Int) -> Int {
    Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
  }
}
