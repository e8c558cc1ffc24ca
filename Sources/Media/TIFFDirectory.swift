/// How the numbers of a TIFF are written, and where its first directory lies (Adobe, 1992; BigTIFF, 2007).
struct TIFFLayout {
  let isBigEndian: Bool
  /// Whether offsets and counts have eight bytes.
  let isBig: Bool

  init(_ bytes: borrowing MediaBytes) {
    isBigEndian = bytes.byte(at: 0) == 0x4D
    isBig = bytes.byte(at: isBigEndian ? 3 : 2) == 0x2B
  }

  /// In bytes, of an offset.
  var offsetWidth: Int { isBig ? 8 : 4 }

  func firstDirectory(of bytes: borrowing MediaBytes) -> Int? {
    number(offsetWidth, in: bytes, at: isBig ? 8 : 4)
  }

  /// A number of so many bytes; the largest `Int` if it is larger than that.
  func number(_ width: Int, in bytes: borrowing MediaBytes, at offset: Int) -> Int? {
    let digits = bytes.bytes(width, at: offset)
    guard digits.count == width else { return nil }
    let value = (isBigEndian ? digits : digits.reversed()).reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    return Int(clamping: value)
  }
}

/// One directory of a TIFF: the fields of one of its pictures.
struct TIFFDirectory {
  /// A field that is a list of whole numbers.
  struct Field {
    let count: Int
    /// Of each number, in bytes.
    let width: Int
    fileprivate let start: Int

    func number(_ index: Int, _ layout: TIFFLayout, in bytes: borrowing MediaBytes) -> Int? {
      layout.number(width, in: bytes, at: start + index * width)
    }
  }

  /// Those that are whole numbers, by their tags.
  private(set) var fields: [Int: Field] = [:]
  /// Whether all that its fields hold lies in the file.
  private(set) var isComplete = true
  /// Where the next directory is; 0 behind the last one, nil where the file ends before.
  let next: Int?

  /// Reads the directory at `offset`; nil where the file ends in it.
  init?(_ layout: TIFFLayout, in bytes: borrowing MediaBytes, at offset: Int) {
    let (countWidth, entrySize) = layout.isBig ? (8, 20) : (2, 12)
    guard let count = layout.number(countWidth, in: bytes, at: offset), count < 1 << 16 else {
      return nil
    }
    for entry in (0..<count).lazy.map({ offset + countWidth + entrySize * $0 }) {
      guard let tag = layout.number(2, in: bytes, at: entry),
        let type = layout.number(2, in: bytes, at: entry + 2),
        let length = layout.number(layout.offsetWidth, in: bytes, at: entry + 4)
      else { return nil }
      let place = entry + 4 + layout.offsetWidth
      guard let value = layout.number(layout.offsetWidth, in: bytes, at: place) else { return nil }
      guard let width = Self.widths[type] else { continue }
      // What fits stands in the entry itself.
      let fits = length <= layout.offsetWidth / width
      if !fits, value > bytes.range.count || length > (bytes.range.count - value) / width {
        isComplete = false
      }
      guard Self.wholeNumbers.contains(type) else { continue }
      fields[tag] = Field(count: length, width: width, start: fits ? place : value)
    }
    next = layout.number(layout.offsetWidth, in: bytes, at: offset + countWidth + entrySize * count)
  }

  /// In bytes, of each type, by its code.
  private static let widths = [
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8,
    17: 8, 18: 8,
  ]
  private static let wholeNumbers: Set = [1, 3, 4, 7, 13, 16, 18]

  /// The first number of a field.
  func number(_ tag: Int, _ layout: TIFFLayout, in bytes: borrowing MediaBytes) -> Int? {
    guard let field = fields[tag], field.count > 0 else { return nil }
    return field.number(0, layout, in: bytes)
  }
}

extension MediaBytes {
  /// Of TIFF: the strips or tiles that its directories list.
  func stripsEnd() -> EarlyEnd? {
    let layout = TIFFLayout(self)
    var place = layout.firstDirectory(of: self)
    // Directories may form a ring.
    for _ in 0..<64 {
      guard let start = place else { return .insidePart }
      guard start > 0 else { return nil }
      guard let directory = TIFFDirectory(layout, in: self, at: start), directory.isComplete else {
        return .insidePart
      }
      for (offsets, sizes) in [(273, 279), (324, 325), (513, 514)] {
        guard let offsets = directory.fields[offsets], let sizes = directory.fields[sizes] else {
          continue
        }
        if let end = end(of: offsets, sizes, layout) { return end }
      }
      place = directory.next
    }
    return nil
  }

  private func end(
    of offsets: TIFFDirectory.Field, _ sizes: TIFFDirectory.Field, _ layout: TIFFLayout
  ) -> EarlyEnd? {
    for index in 0..<min(offsets.count, sizes.count, Self.mostParts) {
      guard let offset = offsets.number(index, layout, in: self),
        let size = sizes.number(index, layout, in: self)
      else { return .insidePart }
      if let end = end(ofPartAt: offset, size: size) { return end }
    }
    return nil
  }
}
