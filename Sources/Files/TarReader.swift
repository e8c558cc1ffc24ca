/// Tells what is in a tar archive, member by member, without unpacking anything.
///
/// POSIX ustar and pax, GNU's long names and large sizes, and the older form without a magic word. A
/// member's name is text and no more: nothing here opens or creates a file of that name.
package struct TarReader: Sendable {
  package struct Member: Sendable, Equatable {
    /// As the archive has it, which may be anything.
    package let name: [UInt8]
    /// Where its bytes are in the archive; fewer than it says where the archive ends too early.
    package let range: Range<Int>
    package let kind: Kind
    /// Of a hard link, the name of the member whose bytes it has.
    package var target: [UInt8]?
    /// Whether the archive ends before its bytes do.
    package var isTorn = false
  }
  package enum Kind: Sendable, Equatable {
    case file, folder
    /// A symbolic link.
    case link
    /// A second name of a member before it, whose bytes are not here again.
    case hardLink
    /// A file with holes, in pieces.
    case sparse
    case other
  }

  static let blockSize = 512
  /// As long as a name, and as what pax tells of one member, may be, in bytes.
  private static let longestName = 1 << 16
  private static let longestRecords = 1 << 20
  /// As many empty bytes behind an archive are looked through for another one.
  private static let longestGap = 64 << 20
  private static let gapPiece = 1 << 16

  private let file: ReadableFile
  private var position = 0
  /// Where the bytes of the last member end, without what fills up their block.
  private var contentsEnd = 0
  /// Whether an empty block was read, as archives end; where none is, some of the archive may be missing.
  package private(set) var hasEnd = false
  /// After the last member: how many bytes behind the archive's end are no member of another one.
  package private(set) var unreadByteCount = 0

  package init(_ file: ReadableFile) { self.file = file }

  /// The next member; nil after the last.
  ///
  /// Of archives that were joined, as by `cat`, all are read.
  ///
  /// - Throws: `TarError`, after which there is nothing more to be read.
  package mutating func next() throws(TarError) -> Member? {
    var notes = TarNotes()
    while let header = try nextHeader() {
      switch header.type {
      case "L": notes.name = try contents(of: header, limit: Self.longestName).prefix { $0 != 0 }
      case "x":
        try notes.read(
          contents(of: header, limit: Self.longestRecords), at: header.start)
      case "K": notes.target = try contents(of: header, limit: Self.longestName).prefix { $0 != 0 }
      // What holds for all members: nothing that is needed here.
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

  /// The header at the position, which moves behind it; nil at the end.
  private mutating func nextHeader() throws(TarError) -> TarHeader? {
    let start = position
    try skipEmptyBlocks()
    let size = file.status.byteCount
    let block = try bytes(position..<position + Self.blockSize)
    if block.isEmpty, position > 0 {
      // Some writers leave out the two empty blocks that end an archive, and fill up no block.
      guard contentsEnd <= size else { throw TarError(size, .truncated) }
      return nil
    }
    let isWhole = block.count == Self.blockSize
    if isWhole, position - start <= Self.longestGap, let header = TarHeader(block, at: position) {
      hasEnd = false
      position += Self.blockSize
      return header
    }
    // Two empty blocks end an archive, and what is behind them may be anything.
    guard hasEnd, position - start >= 2 * Self.blockSize || block.allSatisfy({ $0 == 0 }) else {
      throw TarError(position, position == 0 ? .notTar : isWhole ? .damaged : .truncated)
    }
    unreadByteCount = isWhole || block.contains { $0 != 0 } ? size - position : 0
    return nil
  }

  /// Moves behind the empty blocks at the position, but not behind too many.
  private mutating func skipEmptyBlocks() throws(TarError) {
    let start = position
    // Mostly there is none.
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

  /// Moves behind `size` bytes, and what fills up their last block.
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

/// Why an archive cannot be read from some place on.
package struct TarError: Error, Equatable, Sendable {
  package enum Problem: Sendable, Equatable {
    case notTar, damaged, truncated
    case unreadable(FileError)
  }
  /// Where the header begins that could not be read, in bytes.
  package let offset: Int
  package let problem: Problem

  package init(_ offset: Int, _ problem: Problem) {
    (self.offset, self.problem) = (offset, problem)
  }
}

/// The block in front of every member.
struct TarHeader {
  /// Where it begins in the archive.
  let start: Int
  let name: [UInt8]
  /// In bytes.
  let size: Int
  let type: Unicode.Scalar
  /// What a link leads to.
  let target: [UInt8]

  /// Reads a block; nil if its checksum or its size is not one.
  init?(_ block: [UInt8], at start: Int) {
    func text(_ offset: Int, _ count: Int) -> [UInt8] {
      Array(block[offset..<offset + count].prefix { $0 != 0 })
    }
    // The checksum counts its own eight bytes as blanks; some old programs took bytes for signed.
    let bytes = block.enumerated().map { (148..<156).contains($0) ? 32 : $1 }
    let sums = [
      bytes.reduce(0) { $0 + Int($1) }, bytes.reduce(0) { $0 + Int(Int8(bitPattern: $1)) },
    ]
    guard let sum = Self.number(block[148..<156]), sums.contains(sum),
      let size = Self.number(block[124..<136]), size >= 0
    else { return nil }
    // Only POSIX puts the beginning of a long name elsewhere; GNU has times in that place.
    let prefix = block[257..<263].elementsEqual("ustar\0".utf8) ? text(345, 155) : []
    name = (prefix.isEmpty ? [] : prefix + [UInt8(ascii: "/")]) + text(0, 100)
    type = Unicode.Scalar(block[156])
    target = text(157, 100)
    // A link's size is that of what it leads to, of which nothing follows.
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

  /// A number as octal digits, or in binary where the first bit is set; nil if it is neither.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      // A first byte with more than the mark would be a number too large, or below zero.
      guard first == 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }) else { return nil }
      return Int(exactly: field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
    let digits = field.drop { $0 == UInt8(ascii: " ") }
      .prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
    if digits.isEmpty { return 0 }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}

/// What stands in front of a member's header and counts more than it.
private struct TarNotes: Equatable {
  var name: ArraySlice<UInt8>?
  var target: ArraySlice<UInt8>?
  var size: Int?
  var isSparse = false

  /// Reads pax records, each `LENGTH KEY=VALUE` and a line feed.
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
      // Its path is where programs unpack it that know nothing of holes.
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
