/// The records of a zip archive, by its directory.
///
/// Read from the directory at the end of the archive: the local headers may lack sizes. Archives of more than
/// 4 GB or 65,535 records have a second directory end with wider numbers (APPNOTE.TXT, 4.3.14).
package struct ZipRecords: Sendable {
  package struct Record: Sendable {
    /// The range of its data in the archive.
    package let range: Range<Int>
    /// The number of bytes that the data unpacks to.
    package let byteCount: Int
    /// The CRC-32 of the unpacked data.
    package let checksum: UInt32
    /// True if the data is compressed, and cannot be read in place.
    package let isCompressed: Bool
  }

  /// The records by their names.
  package let records: [String: Record]

  private static let maximumCount = 200_000

  /// Reads the directory of the archive `bytes`.
  package init(_ bytes: UnsafeRawBufferPointer) throws(ZipProblem) {
    let directory = try Self.directory(of: bytes)
    var records: [String: Record] = [:]
    var position = directory.start
    for _ in 0..<directory.count {
      let entry = try Entry(bytes, at: position)
      position = entry.end
      guard records.updateValue(try entry.record(in: bytes), forKey: entry.name) == nil else {
        throw .damaged("has two records '\(entry.name.prefix(80))'")
      }
    }
    let inOrder = records.sorted { $0.value.range.lowerBound < $1.value.range.lowerBound }
    for (one, next) in zip(inOrder, inOrder.dropFirst())
    where one.value.range.upperBound > next.value.range.lowerBound {
      throw .overlap("the records '\(one.key.prefix(80))' and '\(next.key.prefix(80))'")
    }
    self.records = records
  }

  /// Returns the place and the number of the records of the directory.
  private static func directory(
    of bytes: UnsafeRawBufferPointer
  ) throws(ZipProblem) -> (start: Int, count: Int) {
    // A comment of up to 65,535 bytes may follow.
    let earliest = max(0, bytes.count - 22 - 65_535)
    guard
      let end = stride(from: bytes.count - 22, through: earliest, by: -1).first(where: {
        bytes.number(at: $0, size: 4) == 0x0605_4B50
      }), let count = bytes.number(at: end + 10, size: 2),
      let start = bytes.number(at: end + 16, size: 4)
    else { throw .damaged("has no directory") }
    guard count == 0xFFFF || start == 0xFFFF_FFFF else { return try checked(start, count) }
    guard bytes.number(at: end - 20, size: 4) == 0x0706_4B50,
      let place = bytes.number(at: end - 12, size: 8), place < bytes.count,
      bytes.number(at: place, size: 4) == 0x0606_4B50,
      let count = bytes.number(at: place + 32, size: 8),
      let start = bytes.number(at: place + 48, size: 8)
    else { throw .damaged("has no directory of wide numbers") }
    return try checked(start, count)
  }

  private static func checked(
    _ start: Int, _ count: Int
  ) throws(ZipProblem) -> (start: Int, count: Int) {
    guard count <= maximumCount else {
      throw .damaged("has more than \(maximumCount) records")
    }
    return (start, count)
  }

  /// An entry of the directory.
  private struct Entry {
    let name: String
    /// The place behind the entry.
    let end: Int
    private let isCompressed: Bool
    private let checksum: UInt32
    /// The number of bytes, as they are stored and unpacked.
    private let stored: Int
    private let unpacked: Int
    private let header: Int

    init(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(ZipProblem) {
      guard bytes.number(at: place, size: 4) == 0x0201_4B50,
        let method = bytes.number(at: place + 10, size: 2),
        let checksum = bytes.number(at: place + 16, size: 4),
        var stored = bytes.number(at: place + 20, size: 4),
        var size = bytes.number(at: place + 24, size: 4),
        let nameLength = bytes.number(at: place + 28, size: 2),
        let extraLength = bytes.number(at: place + 30, size: 2),
        let commentLength = bytes.number(at: place + 32, size: 2),
        var header = bytes.number(at: place + 42, size: 4),
        let name = bytes.part(at: place + 46, size: nameLength),
        let extra = bytes.part(at: place + 46 + nameLength, size: extraLength)
      else { throw .damaged("has a damaged directory") }
      self.name = String(decoding: name, as: UTF8.self)
      end = place + 46 + nameLength + extraLength + commentLength
      // Of the wide numbers only those are there whose narrow ones are all ones, in this order.
      var wide = Self.wideNumbers(extra)[...]
      if size == 0xFFFF_FFFF { size = wide.popFirst() ?? -1 }
      if stored == 0xFFFF_FFFF { stored = wide.popFirst() ?? -1 }
      if header == 0xFFFF_FFFF { header = wide.popFirst() ?? -1 }
      isCompressed = method != 0 || stored != size
      guard size >= 0, stored >= 0, header >= 0 else { throw .damaged("has a damaged directory") }
      self.checksum = UInt32(checksum)
      (self.stored, unpacked, self.header) = (stored, size, header)
    }

    private static func wideNumbers(_ extra: UnsafeRawBufferPointer) -> [Int] {
      var place = 0
      while let kind = extra.number(at: place, size: 2),
        let size = extra.number(at: place + 2, size: 2)
      {
        if kind == 1 {
          return stride(from: 0, to: size - 7, by: 8).compactMap {
            extra.number(at: place + 4 + $0, size: 8)
          }
        }
        place += 4 + size
      }
      return []
    }

    /// Returns the record; its data follows a local header with a name and fields of its own.
    func record(in bytes: UnsafeRawBufferPointer) throws(ZipProblem) -> Record {
      guard bytes.number(at: header, size: 4) == 0x0403_4B50,
        let nameLength = bytes.number(at: header + 26, size: 2),
        let extraLength = bytes.number(at: header + 28, size: 2)
      else { throw .damaged("has no record '\(name.prefix(80))' where its directory says") }
      let start = header + 30 + nameLength + extraLength
      guard bytes.part(at: start, size: stored) != nil else { throw .truncated }
      return Record(
        range: start..<start + stored, byteCount: unpacked, checksum: checksum,
        isCompressed: isCompressed)
    }
  }
}

/// The reason why a zip archive cannot be read.
package enum ZipProblem: Error, Equatable, Sendable {
  /// It is not as it should be, such as "has no directory".
  case damaged(String)
  /// Two records share bytes.
  case overlap(String)
  /// It ends before what it announces.
  case truncated
}

extension UnsafeRawBufferPointer {
  /// Returns an unsigned little-endian number; nil if it is not within the bytes, or above `Int.max`.
  func number(at place: Int, size: Int) -> Int? {
    guard let bytes = part(at: place, size: size) else { return nil }
    let value = bytes.reversed().reduce(0 as UInt) { $0 << 8 | UInt($1) }
    return Int(exactly: value)
  }

  /// Returns a part of the bytes; nil if it is not within them.
  func part(at place: Int, size: Int) -> UnsafeRawBufferPointer? {
    guard place >= 0, size >= 0, place <= count, size <= count - place else { return nil }
    return UnsafeRawBufferPointer(rebasing: self[place..<place + size])
  }
}
