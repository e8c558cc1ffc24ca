// Containers for streaming, which state no total size; truncation shows in the last part of the file.

extension MediaBytes {
  /// Returns the truncation of a Flash video: tags, each followed by its size, and often the file size in the
  /// first.
  func tagsEnd() -> EarlyEnd? {
    if let size = flashFileSize, let end = end(ofPartAt: 0, size: size) { return end }
    if endsWithTag { return nil }
    var header = reader(9, at: 0)
    header.position = 5
    guard var position = header.bigEndian32(), position >= 9 else { return nil }
    for _ in 0..<Self.mostParts {
      position += 4
      guard position < range.count else { return nil }
      var tag = reader(4, at: position)
      guard let kind = tag.byte(), tagKinds.contains(kind) else { return nil }
      tag.position = 0
      guard let size = tag.bigEndian32() else { return .insidePart }
      if let end = end(ofPartAt: position, size: 11 + size & 0xFFFFFF) { return end }
      position += 11 + size & 0xFFFFFF
    }
    return nil
  }

  private var endsWithTag: Bool {
    var end = reader(4, at: range.count - 4)
    guard let size = end.bigEndian32() else { return false }
    var tag = reader(4, at: range.count - 4 - size)
    guard let head = tag.bigEndian32(), tagKinds.contains(head >> 24) else { return false }
    return size == 11 + head & 0xFFFFFF
  }

  /// The file size in bytes stated by a metadata tag at the beginning; nil if there is none.
  private var flashFileSize: Int? {
    let name = Array("filesize".utf8) + [0]
    let head = firstBytes(1 << 16)
    guard let place = head.firstIndex(of: name) else { return nil }
    var reader = ByteReader(head, from: place + name.count)
    guard let bits = reader.bigEndian64() else { return nil }
    return Int(exactly: Double(bitPattern: UInt64(bits)))
  }

  /// Returns the truncation of an Ogg file: pages (RFC 3533), of which the last of each stream is marked.
  func pagesEnd() -> EarlyEnd? {
    // Twice the largest page size, so that at least one page begins there.
    let tail = bytes(2 * 65_307, at: max(0, range.count - 2 * 65_307))
    let pattern = Array("OggS".utf8)
    var isOpen: [[UInt8]: Bool] = [:]
    var place = tail.firstIndex(of: pattern)
    while let start = place {
      guard start + 27 <= tail.count else { return .insidePart }
      let segments = start + 27..<start + 27 + Int(tail[start + 26])
      guard segments.upperBound <= tail.count else { return .insidePart }
      let end = tail[segments].reduce(segments.upperBound) { $0 + Int($1) }
      guard end <= tail.count else { return .insidePart }
      let isLast = tail[start + 5] & 4 != 0
      isOpen[Array(tail[start + 14..<start + 18])] = !isLast
      // The file ends inside the capture pattern of a page.
      if end < tail.count, tail.count - end < 4, pattern.starts(with: tail[end...]) {
        return .insidePart
      }
      place = tail.firstIndex(of: pattern, from: end)
    }
    return isOpen.values.contains(true) ? .beforeEndMark : nil
  }

  /// Returns the truncation of an MPEG transport stream: packets of one size (ISO/IEC 13818-1), with a
  /// timestamp in front on discs, or with a checksum behind.
  func packetsEnd() -> EarlyEnd? {
    let sync = UInt8(0x47)
    let begin = beginning(.mpegTransport)
    let layout = [(0, 188), (4, 192), (0, 192), (0, 204)].first { first, size in
      (0..<3).allSatisfy { byte(at: begin + first + $0 * size) == sync }
    }
    guard let (offset, size) = layout else { return nil }
    let (first, lead) = (begin + offset, size == 192 ? 4 : 0)
    let count = (range.count - first + lead) / size
    let whole = first - lead + count * size
    guard count > 0, whole < range.count else { return nil }
    // Without sync bytes here, something was appended or lost in the middle.
    guard byte(at: whole - size + lead) == sync, byte(at: whole + lead) ?? sync == sync else {
      return nil
    }
    return .insidePart
  }

  /// Returns the truncation of an MPEG program stream: packs of packets that state their size (ISO/IEC
  /// 13818-1).
  func packsEnd() -> EarlyEnd? {
    let tail = bytes(1 << 18, at: max(0, range.count - 1 << 18))
    guard var place = tail.firstIndex(of: [0, 0, 1, 0xBA]) else { return nil }
    while place < tail.count {
      var reader = ByteReader(tail, from: place)
      guard let code = reader.bigEndian32() else {
        return [0, 0, 1].starts(with: tail[place...].prefix(3)) ? .insidePart : nil
      }
      let end: Int?
      switch code {
      case 0x1B9: return nil
      case 0x1BA: end = packHeaderEnd(tail, place)
      case 0x1BB...0x1FF: end = reader.bigEndian16().map { place + 6 + $0 }
      default: return nil
      }
      guard let end else { return .insidePart }
      guard end <= tail.count else { return .missing(end - tail.count) }
      place = end
    }
    return nil
  }

  /// Returns the end of a pack header: 12 bytes in MPEG-1; 14 bytes and up to 7 of stuffing in MPEG-2.
  private func packHeaderEnd(_ tail: [UInt8], _ place: Int) -> Int? {
    guard place + 4 < tail.count else { return nil }
    if tail[place + 4] >> 6 != 1 { return place + 12 }
    guard place + 13 < tail.count else { return nil }
    return place + 14 + Int(tail[place + 13] & 7)
  }
}

/// The types of tags: audio, video and metadata.
private let tagKinds: Set = [8, 9, 18]

extension [UInt8] {
  /// Returns the index of the first occurrence of `pattern` from `start` on; nil if there is none.
  fileprivate func firstIndex(of pattern: [UInt8], from start: Int = 0) -> Int? {
    guard let first = pattern.first else { return nil }
    var rest = self[Swift.min(start, count)...]
    while let place = rest.firstIndex(of: first) {
      rest = rest[place...]
      if rest.starts(with: pattern) { return place }
      rest = rest.dropFirst()
    }
    return nil
  }
}
