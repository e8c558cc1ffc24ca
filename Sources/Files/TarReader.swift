/// Lists the members of a tar archive without unpacking it.
///
/// Supports POSIX ustar and pax, GNU's long names and large sizes, and the older format without a magic
/// number. A member's name is only data: no file of that name is opened or created.
package struct TarReader: Sendable {
  package struct Member: Sendable, Equatable {
    /// The name as stored, which may be any bytes.
    package let name: [UInt8]
    /// The range of its bytes in the archive; shorter than stated if the archive is truncated.
    package let range: Range<Int>
    package let kind: Kind
    /// For a hard link, the name of the member that holds its bytes.
    package var target: [UInt8]?
    /// True if the archive ends before the member's bytes do.
    package var isTorn = false
  }
  package enum Kind: Sendable, Equatable {
    case file, folder
    /// A symbolic link.
    case link
    /// A further name of an earlier member, whose bytes are not repeated.
    case hardLink
    /// A sparse file, stored in pieces.
    case sparse
    case other
  }

  static let blockSize = 512
  /// The maximum length of a name, and of the pax records of one member, in bytes.
  private static let longestName = 1 << 16
  private static let longestRecords = 1 << 20
  /// The maximum number of zero bytes after an archive that are searched for another archive.
  private static let longestGap = 64 << 20
  private static let gapPiece = 1 << 16

  private let file: ReadableFile
  private var position = 0
  /// The offset behind the last member's bytes, without padding.
  private var contentsEnd = 0
  /// True if a zero block was read, which marks the end of an archive; without one, members may be missing.
  package private(set) var hasEnd = false
  /// After the last member, the number of bytes behind the archive that belong to no further archive.
  package private(set) var unreadByteCount = 0

  package init(_ file: ReadableFile) { self.file = file }

  /// Returns the next member; nil after the last.
  ///
  /// Concatenated archives are read one after the other.
  ///
  /// - Throws: `TarError`, after which nothing more can be read.
  package mutating func next() throws(TarError) -> Member? {
    var notes = TarNotes()
    while let header = try nextHeader() {
      switch header.type {
      case "L": notes.name = try contents(of: header, limit: Self.longestName).prefix { $0 != 0 }
      case "x":
        try notes.read(
          contents(of: header, limit: Self.longestRecords), at: header.start)
      case "K": notes.target = try contents(of: header, limit: Self.longestName).prefix { $0 != 0 }
      // Global records hold nothing that is needed here.
      case "g": try skip(header.size, of: header)
      default: return try member(header, notes)
      }
    }
    guard notes == TarNotes() else { throw TarError(position, .truncated) }
    return nil
  }

  private mutating func member(
    _ header: TarHeader, _ notes: TarNotes
  ) throws(TarError) -> Member {
    let name = notes.name.map(Array.init) ?? header.name
    let size = header.kind(named: name) == .file ? notes.size ?? header.size : header.size
    let start = position
    try skip(size, of: header)
    let end = min(start + size, max(file.status.byteCount, start))
    let kind = notes.isSparse ? .sparse : header.kind(named: name)
    return Member(
      name: name, range: start..<end, kind: kind,
      target: kind == .hardLink ? notes.target.map(Array.init) ?? header.target : nil,
      isTorn: end < start + size)
  }

  /// Reads the header at the position, and moves behind it; nil at the end.
  private mutating func nextHeader() throws(TarError) -> TarHeader? {
    let start = position
    try skipEmptyBlocks()
    let size = file.status.byteCount
    let block = try bytes(position..<position + Self.blockSize)
    if block.isEmpty, position > 0 {
      // Some writers leave out the two zero blocks at the end, and the padding of the last block.
      guard contentsEnd <= size else { throw TarError(size, .truncated) }
      return nil
    }
    let isWhole = block.count == Self.blockSize
    if isWhole, position - start <= Self.longestGap, let header = TarHeader(block, at: position) {
      hasEnd = false
      position += Self.blockSize
      return header
    }
    // Two zero blocks end an archive; anything may follow them.
    guard hasEnd, position - start >= 2 * Self.blockSize || block.allSatisfy({ $0 == 0 }) else {
      throw TarError(position, position == 0 ? .notTar : isWhole ? .damaged : .truncated)
    }
    unreadByteCount = isWhole || block.contains { $0 != 0 } ? size - position : 0
    return nil
  }

  /// Skips zero blocks, up to a limit.
  private mutating func skipEmptyBlocks() throws(TarError) {
    let start = position
    // Usually there is none, so the first read is short.
    var count = Self.blockSize
    while position - start <= Self.longestGap {
      let piece = try bytes(position..<position + count)
      let emptyCount = piece.firstIndex { $0 != 0 } ?? piece.count
      position += emptyCount / Self.blockSize * Self.blockSize
      if emptyCount >= Self.blockSize { hasEnd = true }
      guard emptyCount == count else { return }
      count = Self.gapPiece
    }
  }

  private mutating func contents(
    of header: TarHeader, limit: Int
  ) throws(TarError) -> [UInt8] {
    guard header.size <= limit else { throw TarError(header.start, .damaged) }
    let bytes = try bytes(position..<position + header.size)
    guard bytes.count == header.size else { throw TarError(header.start, .truncated) }
    try skip(header.size, of: header)
    return bytes
  }

  /// Skips `size` bytes and their padding.
  private mutating func skip(_ size: Int, of header: TarHeader) throws(TarError) {
    let (end, overflows) = position.addingReportingOverflow(size)
    let (padded, overflowsToo) = end.addingReportingOverflow(Self.blockSize - 1)
    guard !overflows, !overflowsToo, size >= 0 else { throw TarError(header.start, .damaged) }
    contentsEnd = end
    position = padded / Self.blockSize * Self.blockSize
  }

  private func bytes(_ range: Range<Int>) throws(TarError) -> [UInt8] {
    do throws(FileError) {
      return try file.bytes(range)
    } catch {
      throw TarError(range.lowerBound, .unreadable(error))
    }
  }
}

/// An error from reading an archive, which ends at this point.
package struct TarError: Error, Equatable, Sendable {
  package enum Problem: Sendable, Equatable {
    case notTar, damaged, truncated
    case unreadable(FileError)
  }
  /// The offset of the unreadable header, in bytes.
  package let offset: Int
  package let problem: Problem

  package init(_ offset: Int, _ problem: Problem) {
    (self.offset, self.problem) = (offset, problem)
  }
}

/// The header block of a member.
struct TarHeader {
  /// The offset of the header in the archive.
  let start: Int
  let name: [UInt8]
  /// The size in bytes.
  let size: Int
  let type: Unicode.Scalar
  /// The target of a link.
  let target: [UInt8]

  /// Parses a block; nil if the checksum or the size is malformed.
  init?(_ block: [UInt8], at start: Int) {
    func text(_ offset: Int, _ count: Int) -> [UInt8] {
      Array(block[offset..<offset + count].prefix { $0 != 0 })
    }
    // The checksum counts its own eight bytes as blanks; some old programs summed signed bytes.
    let bytes = block.enumerated().map { (148..<156).contains($0) ? 32 : $1 }
    let sums = [
      bytes.reduce(0) { $0 + Int($1) }, bytes.reduce(0) { $0 + Int(Int8(bitPattern: $1)) },
    ]
    guard let sum = Self.number(block[148..<156]), sums.contains(sum),
      let size = Self.number(block[124..<136]), size >= 0
    else { return nil }
    // Only POSIX stores the start of a long name here; GNU stores times in the same place.
    let prefix = block[257..<263].elementsEqual("ustar\0".utf8) ? text(345, 155) : []
    name = (prefix.isEmpty ? [] : prefix + [UInt8(ascii: "/")]) + text(0, 100)
    type = Unicode.Scalar(block[156])
    target = text(157, 100)
    // The size of a link is that of its target, and no data follows.
    self.size = "123456".unicodeScalars.contains(type) ? 0 : size
    self.start = start
  }

  func kind(named name: [UInt8]) -> TarReader.Kind {
    switch type {
    case "0", "\0", "7": name.last == UInt8(ascii: "/") ? .folder : .file
    case "5": .folder
    case "1": .hardLink
    case "2": .link
    case "S": .sparse
    default: .other
    }
  }

  /// Parses a number in octal digits, or in binary if the first bit is set; nil if it is neither.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      // Other bits in the first byte would make the number too large or negative.
      guard first == 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }) else { return nil }
      return Int(exactly: field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
    let digits = field.drop { $0 == UInt8(ascii: " ") }
      .prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
    if digits.isEmpty { return 0 }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}

/// The extended headers before a member's header, which override it.
private struct TarNotes: Equatable {
  var name: ArraySlice<UInt8>?
  var target: ArraySlice<UInt8>?
  var size: Int?
  var isSparse = false

  /// Reads pax records of the form `LENGTH KEY=VALUE` with a line feed.
  mutating func read(_ records: [UInt8], at start: Int) throws(TarError) {
    var rest = records[...]
    while !rest.isEmpty {
      guard let blank = rest.firstIndex(of: UInt8(ascii: " ")),
        let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
        length > blank - rest.startIndex + 1, length <= rest.count,
        rest[rest.startIndex + length - 1] == UInt8(ascii: "\n")
      else { throw TarError(start, .damaged) }
      let record = rest[(blank + 1)..<(rest.startIndex + length - 1)]
      rest = rest.dropFirst(length)
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
        throw TarError(start, .damaged)
      }
      let value = record[(equals + 1)...]
      switch String(decoding: record[..<equals], as: UTF8.self) {
      case "path": if !isSparse { name = value }
      case "linkpath": target = value
      // The member's own path is meant for programs that do not support sparse files.
      case "GNU.sparse.name": (name, isSparse) = (value, true)
      case "size":
        guard let number = Int(String(decoding: value, as: UTF8.self)), number >= 0 else {
          throw TarError(start, .damaged)
        }
        size = number
      case let key where key.hasPrefix("GNU.sparse."): isSparse = true
      default: break
      }
    }
  }
}
