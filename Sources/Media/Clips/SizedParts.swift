// Containers whose parts begin with their size, which are truncated if a part extends beyond the end of the
// file.

extension MediaBytes {
  /// Returns the truncation of an MP4, QuickTime or AVIF file: boxes (ISO/IEC 14496-12), of which a
  /// fragmented file has thousands.
  func boxesEnd() -> EarlyEnd? {
    var position = 0
    var hasFragments = false
    for _ in 0..<Self.mostParts where position < range.count {
      var header = reader(16, at: position)
      guard var size = header.bigEndian32(), let name = header.fourLetters() else {
        // Some writers pad the end of the file; in a fragmented file it is the start of another fragment.
        return hasFragments ? .insidePart : nil
      }
      // A size of 0 means "to the end of the file".
      if size == 0 { return nil }
      if size == 1 {
        guard let long = header.bigEndian64() else { return .insidePart }
        size = long
      }
      if let end = end(ofPartAt: position, size: size) {
        // A box of unknown type may be anything that was appended.
        return boxNames.contains(name) ? end : nil
      }
      guard size >= 8 else { return nil }
      hasFragments = hasFragments || name == "moof"
      position += size
    }
    return nil
  }

  /// The types of the outermost boxes, the first 64 at most.
  var outermostBoxes: Set<String> {
    var (position, names): (Int, Set<String>) = (0, [])
    for _ in 0..<64 {
      var header = reader(16, at: position)
      guard var size = header.bigEndian32(), let name = header.fourLetters() else { break }
      names.insert(name)
      if size == 1 { size = header.bigEndian64() ?? 0 }
      guard size >= 8, size <= range.count - position else { break }
      position += size
    }
    return names
  }

  /// Returns the truncation of an AVI file: one RIFF list, or several in a large file (OpenDML, 1996).
  func riffEnd() -> EarlyEnd? {
    var position = 0
    for _ in 0..<Self.mostParts {
      var header = reader(8, at: position)
      guard header.fourLetters() == "RIFF", let size = header.littleEndian32() else { return nil }
      // The writer could not seek back to fill in the size.
      if size == 0 || size == 0xFFFF_FFFF { return nil }
      if let end = end(ofPartAt: position, size: 8 + size) {
        return chunksEnd(from: position + 12) ? nil : end
      }
      position += 8 + size + size % 2
    }
    return nil
  }

  /// Returns true if the chunks of a list that states a slightly too large size are complete, as some writers
  /// count its header, too.
  private func chunksEnd(from start: Int) -> Bool {
    var position = start
    for _ in 0..<Self.mostParts {
      var header = reader(8, at: position)
      guard let name = header.fourLetters(), let size = header.littleEndian32() else {
        return false
      }
      position += 8 + size
      if position == range.count { return name == "idx1" }
      position += size % 2
    }
    return false
  }

  /// Returns the truncation of a Windows Media file: objects (Microsoft's Advanced Systems Format).
  func objectsEnd() -> EarlyEnd? {
    var position = 0
    for _ in 0..<Self.mostParts where position < range.count {
      var header = reader(24, at: position)
      let identifier = header.bytes.prefix(4)
      guard objectIdentifiers.contains(Array(identifier)) else { return nil }
      header.position = 16
      guard let size = header.littleEndian64() else { return .insidePart }
      // The size of a broadcast is not known beforehand.
      guard size >= 24 else { return nil }
      if let end = end(ofPartAt: position, size: size) { return end }
      position += size
    }
    return nil
  }

  /// Returns the truncation of a Matroska or WebM file: elements (RFC 8794) in a segment whose size may be
  /// unknown.
  func elementsEnd() -> EarlyEnd? {
    var position = 0
    var isInSegment = false
    for _ in 0..<Self.mostParts where position < range.count {
      var header = reader(12, at: position)
      let isCut = header.bytes.count < 12
      guard let identifier = header.identifier() else {
        return isInSegment && isCut && header.bytes.first != 0 ? .insidePart : nil
      }
      guard elementIdentifiers.contains(identifier) else { return nil }
      guard let size = header.elementSize() else { return isCut ? .insidePart : nil }
      position += header.position
      switch size {
      case .known(let size):
        if let end = end(ofPartAt: position, size: size) { return end }
        // The segment is complete; anything after it is ignored.
        if identifier == segment { return nil }
        position += size
      case .unknown:
        guard identifier == segment || identifier == cluster else { return nil }
        isInSegment = true
      }
    }
    return nil
  }
}

/// The types of top-level boxes.
private let boxNames: Set = [
  "ftyp", "styp", "moov", "moof", "mfra", "mdat", "free", "skip", "wide", "uuid", "meta", "udta",
  "sidx", "ssix", "emsg", "prft", "pdin", "pnot", "PICT",
  "jp2h", "jp2c",
]

/// The first bytes of object identifiers: header, data and four kinds of index.
private let objectIdentifiers: Set<[UInt8]> = [
  [0x30, 0x26, 0xB2, 0x75], [0x36, 0x26, 0xB2, 0x75], [0x90, 0x08, 0x00, 0x33],
  [0xD3, 0x29, 0xE2, 0xD6], [0xF8, 0x03, 0xB1, 0xFE], [0xD0, 0x3F, 0xB7, 0x3C],
]

private let segment = 0x1853_8067
private let cluster = 0x1F43_B675

/// The elements at the top level, in a segment and in a cluster.
private let elementIdentifiers: Set = [
  0x1A45_DFA3, segment, cluster, 0x114D_9B74, 0x1549_A966, 0x1654_AE6B, 0x1C53_BB6B, 0x1043_A770,
  0x1941_A469, 0x1254_C367, 0xEC, 0xBF, 0xE7, 0xA7, 0xAB, 0xA3, 0xA0, 0xAF, 0x5854,
]

private enum ElementSize { case known(Int), unknown }

extension ByteReader {
  /// Reads an element identifier of 1 to 4 bytes, whose first byte gives the length.
  fileprivate mutating func identifier() -> Int? {
    guard let first = remaining > 0 ? bytes[position] : nil else { return nil }
    let length = first.leadingZeroBitCount + 1
    guard length <= 4, let range = range(length) else { return nil }
    return bytes[range].reduce(0) { $0 << 8 | Int($1) }
  }

  /// Reads an element size of 1 to 8 bytes; all bits set means unknown.
  fileprivate mutating func elementSize() -> ElementSize? {
    guard let first = remaining > 0 ? bytes[position] : nil else { return nil }
    let length = first.leadingZeroBitCount + 1
    guard length <= 8, let range = range(length) else { return nil }
    let bits = bytes[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let mask = (UInt64(1) << UInt64(7 * length)) - 1
    return bits & mask == mask ? .unknown : .known(Int(bits & mask))
  }
}
