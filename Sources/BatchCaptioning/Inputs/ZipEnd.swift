import Files

/// The record at the end of a zip archive, as far as it shows how much precedes the archive: the
/// program of a self-extracting archive, or another zip to which this one was appended.
struct ZipEnd {
  /// The number of bytes of the file before the archive's first.
  let frontByteCount: Int

  private static let recordSize = 22
  private static let longestComment = 0xFFFF
  /// The sizes of the two records of large archives, which precede the last record.
  private static let (largeRecordSize, locatorSize) = (56, 20)

  /// Searches for the record; nil if there is none.
  init?(_ file: ReadableFile) {
    let size = file.status.byteCount
    let most = Self.recordSize + Self.longestComment + Self.largeRecordSize + Self.locatorSize
    let start = max(0, size - most)
    guard let tail = try? file.bytes(start..<size),
      let index = Self.lastRecord(in: tail)
    else { return nil }
    func number(_ offset: Int, _ count: Int) -> Int? {
      guard offset >= 0, offset + count <= tail.count else { return nil }
      let bytes = tail[offset..<offset + count]
      return Int(exactly: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
    var end = index
    var (listSize, listOffset) = (number(index + 12, 4) ?? 0, number(index + 16, 4) ?? 0)
    let large = index - Self.locatorSize - Self.largeRecordSize
    if large >= 0, tail[large...].starts(with: [0x50, 0x4B, 6, 6]),
      tail[(index - Self.locatorSize)...].starts(with: [0x50, 0x4B, 6, 7])
    {
      (end, listSize, listOffset) = (large, number(large + 40, 8) ?? 0, number(large + 48, 8) ?? 0)
    }
    let (listEnd, overflows) = listSize.addingReportingOverflow(listOffset)
    frontByteCount = overflows ? 0 : max(0, start + end - listEnd)
  }

  /// Returns the position of the last record whose comment fits behind it.
  private static func lastRecord(in tail: [UInt8]) -> Int? {
    guard tail.count >= recordSize else { return nil }
    return (0...tail.count - recordSize).last { index in
      tail[index] == 0x50 && tail[index...].starts(with: [0x50, 0x4B, 5, 6])
        && index + recordSize + Int(tail[index + 20]) + Int(tail[index + 21]) << 8 <= tail.count
    }
  }
}
