// Containers made of parts that begin with their size: where one reaches beyond the end, it is cut off.

extension MediaBytes {
  /// Of MP4, QuickTime and AVIF: boxes (ISO/IEC 14496-12), of which a fragmented file has thousands.
  func boxesEnd() -> EarlyEnd? {
    var position = 0
    var hasFragments = false
    for _ in 0..<Self.mostParts where position < range.count {
      var header = reader(16, at: position)
      guard var size = header.bigEndian32(), let name = header.fourLetters() else {
        // Some writers fill up the end; another fragment would have begun like this.
        return hasFragments ? .insidePart : nil
      }
      // To the end, wherever that is.
      if size == 0 { return nil }
      if size == 1 {
        guard let long = header.bigEndian64() else { return .insidePart }
        size = long
      }
      if let end = end(ofPartAt: position, size: size) {
        // What has no name we know may be anything that was appended.
        return boxNames.contains(name) ? end : nil
      }
      guard size >= 8 else { return nil }
      hasFragments = hasFragments || name == "moof"
      position += size
    }
    return nil
  }

  /// The names of the first boxes of a file of boxes, as far as all of them is there.
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

  /// Of AVI: one list of chunks, or several where it is large (OpenDML, 1996).
  func riffEnd() -> EarlyEnd? {
    var position = 0
    for _ in 0..<Self.mostParts {
      var header = reader(8, at: position)
      guard header.fourLetters() == "RIFF", let size = header.littleEndian32() else { return nil }
      // A writer that could not go back to fill it in.
      if size == 0 || size == 0xFFFF_FFFF { return nil }
      if let end = end(ofPartAt: position, size: 8 + size) {
        return chunksEnd(from: position + 12) ? nil : end
      }
      position += 8 + size + size % 2
    }
    return nil
  }

  /// Whether a list that says a little too much is whole: some writers count its header, too.
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

  /// Of Windows Media: objects (Microsoft's Advanced Systems Format).
  func objectsEnd() -> EarlyEnd? {
    var position = 0
    for _ in 0..<Self.mostParts where position < range.count {
      var header = reader(24, at: position)
      let identifier = header.bytes.prefix(4)
      guard objectIdentifiers.contains(Array(identifier)) else { return nil }
      header.position = 16
      guard let size = header.littleEndian64() else { return .insidePart }
      // A broadcast does not know it beforehand.
      guard size >= 24 else { return nil }
      if let end = end(ofPartAt: position, size: size) { return end }
      position += size
    }
    return nil
  }

  /// Of Matroska and WebM: elements (RFC 8794), a segment of which the size may be unknown.
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
        // All of it is there, and perhaps something else.
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

/// The boxes that stand in no other.
private let boxNames: Set = [
  "ftyp", "styp", "moov", "moof", "mfra", "mdat", "free", "skip", "wide", "uuid", "meta", "udta",
  "sidx", "ssix", "emsg", "prft", "pdin", "pnot", "PICT",
  "jp2h", "jp2c",
]

/// How the identifiers of objects begin: header, data and four kinds of index.
private let objectIdentifiers: Set<[UInt8]> = [
  [0x30, 0x26, 0xB2, 0x75], [0x36, 0x26, 0xB2, 0x75], [0x90, 0x08, 0x00, 0x33],
  [0xD3, 0x29, 0xE2, 0xD6], [0xF8, 0x03, 0xB1, 0xFE], [0xD0, 0x3F, 0xB7, 0x3C],
]

private let segment = 0x1853_8067
private let cluster = 0x1F43_B675

/// The elements in the file, in its segment and in a cluster.
private let elementIdentifiers: Set = [
  0x1A45_DFA3, segment, cluster, 0x114D_9B74, 0x1549_A966, 0x1654_AE6B, 0x1C53_BB6B, 0x1043_A770,
  0x1941_A469, 0x1254_C367, 0xEC, 0xBF, 0xE7, 0xA7, 0xAB, 0xA3, 0xA0, 0xAF, 0x5854,
]

private enum ElementSize { case known(Int), unknown }

extension ByteReader {
  /// Of an element: one to four bytes, the first of which tells how many.
  fileprivate mutating func identifier() -> Int? {
    guard let first = remaining > 0 ? bytes[position] : nil else { return nil }
    let length = first.leadingZeroBitCount + 1
    guard length <= 4, let range = range(length) else { return nil }
    return bytes[range].reduce(0) { $0 << 8 | Int($1) }
  }

  /// Of an element: one to eight bytes; all bits set if it is unknown.
  fileprivate mutating func elementSize() -> ElementSize? {
    guard let first = remaining > 0 ? bytes[position] : nil else { return nil }
    let length = first.leadingZeroBitCount + 1
    guard length <= 8, let range = range(length) else { return nil }
    let bits = bytes[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let mask = (UInt64(1) << UInt64(7 * length)) - 1
    return bits & mask == mask ? .unknown : .known(Int(bits & mask))
  }
}
