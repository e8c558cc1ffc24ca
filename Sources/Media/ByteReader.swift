/// Reads numbers from bytes that nobody has checked yet; `nil` where there are not enough.
struct ByteReader {
  let bytes: [UInt8]
  /// Where the next read starts.
  var position: Int
  /// Where the readable bytes end.
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

  /// A two-byte number, most significant byte first.
  mutating func bigEndian16() -> Int? {
    guard remaining >= 2 else { return nil }
    defer { position += 2 }
    return bigEndian16(at: position)
  }

  /// A four-byte number, most significant byte first.
  mutating func bigEndian32() -> Int? {
    guard let high = bigEndian16(), let low = bigEndian16() else { return nil }
    return high << 16 | low
  }

  /// An eight-byte number, most significant byte first; the largest `Int` if it is larger than that.
  mutating func bigEndian64() -> Int? {
    guard remaining >= 8 else { return nil }
    defer { position += 8 }
    return Int(clamping: (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[position + $1]) })
  }

  /// An eight-byte number, least significant byte first; the largest `Int` if it is larger than that.
  mutating func littleEndian64() -> Int? {
    guard let low = littleEndian32(), let high = littleEndian32() else { return nil }
    return Int(clamping: UInt64(high) << 32 | UInt64(low))
  }

  /// A two-byte number, least significant byte first.
  mutating func littleEndian16() -> Int? {
    guard let low = byte(), let high = byte() else { return nil }
    return high << 8 | low
  }

  /// A four-byte number, least significant byte first.
  mutating func littleEndian32() -> Int? {
    guard remaining >= 4 else { return nil }
    defer { position += 4 }
    return (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
  }

  /// A name of four letters; what is no letter of ASCII's shows as something else.
  mutating func fourLetters() -> String? {
    guard let range = range(4) else { return nil }
    return String(decoding: bytes[range], as: UTF8.self)
  }

  /// The next `count` bytes as a range of `bytes`, which is then behind us.
  mutating func range(_ count: Int) -> Range<Int>? {
    guard count >= 0, count <= remaining else { return nil }
    defer { position += count }
    return position..<position + count
  }

  private func bigEndian16(at offset: Int) -> Int {
    Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
  }
}
