// Still pictures that FFmpeg reads, which fills up what is missing without a word.

extension MediaBytes {
  /// Of GIF: blocks up to a trailer (CompuServe, 1990).
  ///
  /// The last byte alone does not tell: any byte inside may have its value.
  func blocksEnd() -> EarlyEnd? {
    var position = 13 + colorTableSize(at: 10)
    while let kind = byte(at: position) {
      switch kind {
      case 0x3B: return nil
      // Between blocks, some writers leave an empty piece.
      case 0: position += 1
      case 0x21: position = subBlocksEnd(from: position + 2)
      case 0x2C:
        position = subBlocksEnd(from: position + 11 + colorTableSize(at: position + 9))
      default: return nil
      }
    }
    return .beforeEndMark
  }

  /// In bytes, as the flags at `offset` say.
  private func colorTableSize(at offset: Int) -> Int {
    guard let flags = byte(at: offset), flags & 0x80 != 0 else { return 0 }
    return 3 << (Int(flags & 7) + 1)
  }

  private func subBlocksEnd(from start: Int) -> Int {
    var position = start
    while let size = byte(at: position), size > 0 { position += 1 + Int(size) }
    return position + 1
  }

  /// Of BMP: the rows that its header promises.
  func rowsEnd() -> EarlyEnd? {
    var header = reader(28, at: 10)
    guard let start = header.littleEndian32(), let headerSize = header.littleEndian32(),
      headerSize >= 40, let width = header.littleEndian32(), let height = header.littleEndian32()
    else { return nil }
    header.position += 2
    guard let bitCount = header.littleEndian16(), let compression = header.littleEndian32(),
      let compressedSize = header.littleEndian32()
    else { return nil }
    // Rows from top to bottom have a negative height.
    let rowCount = Int(Int32(truncatingIfNeeded: height).magnitude)
    switch compression {
    case 0, 3, 6:
      // Four bytes and two: their product fits.
      let bits = width * bitCount
      let (size, isHuge) = ((bits + 31) / 32 * 4).multipliedReportingOverflow(by: rowCount - 1)
      guard rowCount > 0, !isHuge, size < 1 << 40 else { return nil }
      // The last row need not be filled up.
      return end(ofPartAt: start, size: size + (bits + 7) / 8)
    default: return compressedSize > 0 ? end(ofPartAt: start, size: compressedSize) : nil
    }
  }

  /// Of TIFF: the strips or tiles that its directories list (Adobe, 1992).
  func stripsEnd() -> EarlyEnd? {
    let isBigEndian = byte(at: 0) == 0x4D
    var place = number(4, at: 4, isBigEndian)
    // Directories may form a ring.
    for _ in 0..<64 {
      guard let start = place else { return .insidePart }
      guard start > 0 else { return nil }
      guard let count = number(2, at: start, isBigEndian) else { return .insidePart }
      var offsets: TIFFEntry?
      var sizes: TIFFEntry?
      for index in 0..<count {
        guard let entry = TIFFEntry(self, at: start + 2 + 12 * index, isBigEndian) else {
          return .insidePart
        }
        if [273, 324].contains(entry.tag) { offsets = entry }
        if [279, 325].contains(entry.tag) { sizes = entry }
      }
      if let offsets, let sizes, let end = end(of: offsets, sizes, isBigEndian) { return end }
      place = number(4, at: start + 2 + 12 * count, isBigEndian)
    }
    return nil
  }

  private func end(of offsets: TIFFEntry, _ sizes: TIFFEntry, _ isBigEndian: Bool) -> EarlyEnd? {
    for index in 0..<min(offsets.count, sizes.count, Self.mostParts) {
      guard let offset = number(offsets.width, at: offsets.place(index), isBigEndian),
        let size = number(sizes.width, at: sizes.place(index), isBigEndian)
      else { return .insidePart }
      if let end = end(ofPartAt: offset, size: size) { return end }
    }
    return nil
  }

  /// A number of two or four bytes.
  fileprivate func number(_ width: Int, at offset: Int, _ isBigEndian: Bool) -> Int? {
    let bytes = bytes(width, at: offset)
    guard bytes.count == width else { return nil }
    return (isBigEndian ? bytes : bytes.reversed()).reduce(0) { $0 << 8 | Int($1) }
  }
}

/// An entry of a TIFF directory that is a list of numbers.
private struct TIFFEntry {
  let tag: Int
  let count: Int
  /// Of each number, in bytes.
  let width: Int
  private let start: Int

  init?(_ bytes: borrowing MediaBytes, at offset: Int, _ isBigEndian: Bool) {
    guard let tag = bytes.number(2, at: offset, isBigEndian),
      let type = bytes.number(2, at: offset + 2, isBigEndian),
      let count = bytes.number(4, at: offset + 4, isBigEndian),
      let value = bytes.number(4, at: offset + 8, isBigEndian)
    else { return nil }
    (self.tag, self.count, width) = (tag, count, type == 3 ? 2 : 4)
    // What fits stands in the entry itself.
    start = count * width <= 4 ? offset + 8 : value
  }

  func place(_ index: Int) -> Int { start + index * width }
}
