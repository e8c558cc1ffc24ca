// Streams of frames with known sizes, which are truncated if the last frame extends beyond the end of the
// file.

extension MediaBytes {
  /// Returns the truncation of a chain of parts; `size` returns the size of the part at an offset.
  private func chainEnd(from start: Int, _ size: (Int) -> PartSize) -> EarlyEnd? {
    var position = start
    for _ in 0..<Self.mostParts where position < range.count {
      switch size(position) {
      case .known(let size):
        if let end = end(ofPartAt: position, size: size) { return end }
        position += max(size, 1)
      case .cut: return .insidePart
      case .unknown: return nil
      }
    }
    return nil
  }

  /// Returns the truncation of a YUV4MPEG2 file: frames of one size, each after a header line.
  func yuvFramesEnd() -> EarlyEnd? {
    let head = firstBytes(1 << 12)
    guard let lineEnd = head.firstIndex(of: 0x0A) else { return .insidePart }
    guard let frameSize = yuvFrameSize(head[..<lineEnd]) else { return nil }
    let word = Array("FRAME".utf8)
    return chainEnd(from: lineEnd + 1) { place in
      let line = bytes(256, at: place)
      guard line.starts(with: word) else { return word.starts(with: line) ? .cut : .unknown }
      guard let end = line.firstIndex(of: 0x0A) else { return line.count < 256 ? .cut : .unknown }
      return .known(end + 1 + frameSize)
    }
  }

  /// Returns the size of a frame in bytes, from the parameters in the first line: `W160 H120 C420p10`.
  private func yuvFrameSize(_ line: ArraySlice<UInt8>) -> Int? {
    var (width, height, form) = (0, 0, "420")
    for word in line.split(separator: 0x20).dropFirst() {
      let value = String(decoding: word.dropFirst(), as: UTF8.self)
      switch word.first {
      case 0x57: width = Int(value) ?? 0
      case 0x48: height = Int(value) ?? 0
      case 0x43: form = value
      default: break
      }
    }
    guard (1...1 << 16).contains(width), (1...1 << 16).contains(height) else { return nil }
    func half(_ side: Int) -> Int { (side + 1) / 2 }
    let samples: Int
    switch form {
    case _ where form.hasPrefix("420"): samples = width * height + 2 * half(width) * half(height)
    case _ where form.hasPrefix("422"): samples = width * height + 2 * half(width) * height
    case _ where form.hasPrefix("411"): samples = width * height + 2 * ((width + 3) / 4) * height
    case "444alpha": samples = 4 * width * height
    case _ where form.hasPrefix("444"): samples = 3 * width * height
    case _ where form.hasPrefix("mono"): samples = width * height
    default: return nil
    }
    let isWide = ["9", "10", "12", "14", "16"].contains { bits in
      form.hasSuffix("p" + bits) || form == "mono" + bits
    }
    return isWide ? 2 * samples : samples
  }

  /// Returns the truncation of an IVF file: frames, each after its size and timestamp.
  func ivfFramesEnd() -> EarlyEnd? {
    var header = reader(32, at: 0)
    header.position = 6
    guard let headerSize = header.littleEndian16() else { return .insidePart }
    return chainEnd(from: headerSize) { place in
      var frame = reader(12, at: place)
      guard frame.remaining == 12, let size = frame.littleEndian32() else { return .cut }
      return .known(12 + size)
    }
  }

  /// Returns the truncation of a raw AV1 stream: units that usually state their size (AV1 Bitstream
  /// Specification, 5.3).
  ///
  /// A stream cut between two frames cannot be told from a complete one.
  func unitsEnd() -> EarlyEnd? {
    let temporalDelimiter = 2
    var lastKind: Int?
    let end = chainEnd(from: 0) { place in
      var unit = reader(10, at: place)
      // The bits are: forbidden, type (4), extension flag, size flag, reserved.
      guard let head = unit.byte(), head & 0x83 == 2, head & 4 == 0 || unit.byte() != nil else {
        return .unknown
      }
      lastKind = Int(head) >> 3 & 15
      var size = 0
      for index in 0..<8 {
        guard let byte = unit.byte() else { return .cut }
        size |= (byte & 0x7F) << (7 * index)
        if byte < 0x80 { return .known(unit.position + size) }
      }
      return .unknown
    }
    // A temporal delimiter announces a frame.
    return end ?? (lastKind == temporalDelimiter ? .insidePart : nil)
  }

  /// Returns the truncation of a RealMedia file: chunks, of which the one with the packets may state no size.
  func realChunksEnd() -> EarlyEnd? {
    var packets: Int?
    let end = chainEnd(from: 0) { place in
      var chunk = reader(8, at: place)
      guard let name = chunk.fourLetters(), let size = chunk.bigEndian32() else { return .cut }
      guard realChunkNames.contains(name) else { return .unknown }
      guard name == "DATA" else { return size >= 10 ? .known(size) : .unknown }
      packets = place + 18
      // FFmpeg's muxer states a size that is 10 bytes too large.
      return size > 28 && place + size - 10 > range.count ? .known(size) : .unknown
    }
    guard end == nil, let packets else { return end }
    return chainEnd(from: packets) { place in
      var packet = reader(12, at: place)
      guard packet.remaining == 12, let version = packet.bigEndian16(),
        let size = packet.bigEndian16()
      else {
        // Some writers end a file with a few zeros.
        return packet.bytes.allSatisfy { $0 == 0 } ? .unknown : .cut
      }
      return version <= 1 && size >= 12 ? .known(size) : .unknown
    }
  }

  /// Returns the truncation of an MXF file: keys with lengths and values (SMPTE ST 377-1), and a footer whose
  /// offset the header may state.
  func tripletsEnd() -> EarlyEnd? {
    let head = firstBytes(1 << 16)
    let key: [UInt8] = [6, 0x0E, 0x2B, 0x34, 2, 5, 1, 1, 0x0D, 1, 2, 1, 1, 2]
    let start = head.indices.first { head[$0] == 6 && head[$0...].starts(with: key) }
    guard let start else { return nil }
    var header = reader(64, at: start)
    guard let length = header.tripletHeadSize() else { return .insidePart }
    header.position = length + 24
    let footer = header.bigEndian64() ?? 0
    if footer > 0, footer >= range.count - start { return .beforeEndMark }
    return chainEnd(from: start) { place in
      var triplet = reader(25, at: place)
      guard triplet.bytes.starts(with: key[..<4]) else {
        return key.starts(with: triplet.bytes.prefix(4)) ? .cut : .unknown
      }
      guard let headSize = triplet.tripletHeadSize() else { return .cut }
      triplet.position = 17
      var size = Int(triplet.bytes[16])
      if size >= 0x80 {
        size = triplet.bytes[17..<headSize].reduce(0) { $0 << 8 | Int($1) }
      }
      return (0..<1 << 48).contains(size) ? .known(headSize + size) : .unknown
    }
  }

  /// Returns the truncation of a DV file: sequences of 12,000 bytes, 10 or 12 to a frame (IEC 61834).
  func sequencesEnd() -> EarlyEnd? {
    let size = 12_000
    let start = beginning(.dv)
    let count = (range.count - start) / size
    guard count > 0, start + count * size == range.count else { return .insidePart }
    let last = bytes(4, at: start + (count - 1) * size)
    guard last.count == 4, last[0] >> 5 == 0 else { return nil }
    let isOf50Hertz = bytes(4, at: start).last.map { $0 & 0x80 != 0 } ?? false
    return Int(last[1] >> 4) == (isOf50Hertz ? 11 : 9) ? nil : .insidePart
  }

  /// Returns the truncation of a NUT file, judged by the index at its end, which is followed by its size and
  /// a checksum.
  func nutIndexEnd() -> EarlyEnd? {
    var end = reader(12, at: range.count - 12)
    guard let size = end.bigEndian64(), size <= range.count else { return .beforeEndMark }
    let startCode: [UInt8] = [0x4E, 0x58, 0xDD, 0x67, 0x2F, 0x23, 0xE6, 0x4E]
    return bytes(8, at: range.count - size) == startCode ? nil : .beforeEndMark
  }
}

/// The size of a part in a chain: `cut` if the file ends in its header, `unknown` if the bytes are not a
/// part.
private enum PartSize { case known(Int), cut, unknown }

private let realChunkNames: Set = [
  ".RMF", "PROP", "CONT", "MDPR", "DATA", "INDX", "RMMD", "RMJE", "RJMD",
]

extension ByteReader {
  /// Returns the number of bytes of a key and the length after it, which takes one byte or as many as that
  /// byte states.
  fileprivate func tripletHeadSize() -> Int? {
    guard bytes.count > 16 else { return nil }
    let size = bytes[16] < 0x80 ? 17 : 17 + Int(bytes[16] & 0x7F)
    return size <= min(bytes.count, 25) ? size : nil
  }
}
