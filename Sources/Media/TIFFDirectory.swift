/// The byte order and the offset size of a TIFF file (Adobe, 1992; BigTIFF, 2007).
struct TIFFLayout {
  let isBigEndian: Bool
  /// True for BigTIFF, where offsets and counts have 8 bytes.
  let isBig: Bool

  init(_ bytes: borrowing MediaBytes) {
    isBigEndian = bytes.byte(at: 0) == 0x4D
    isBig = bytes.byte(at: isBigEndian ? 3 : 2) == 0x2B
  }

  /// The size of an offset in bytes.
  var offsetWidth: Int { isBig ? 8 : 4 }

  func firstDirectory(of bytes: borrowing MediaBytes) -> Int? {
    number(offsetWidth, in: bytes, at: isBig ? 8 : 4)
  }

  /// Reads a number of `width` bytes, clamped to `Int.max`; nil beyond the end.
  func number(_ width: Int, in bytes: borrowing MediaBytes, at offset: Int) -> Int? {
    let digits = bytes.bytes(width, at: offset)
    guard digits.count == width else { return nil }
    let value = (isBigEndian ? digits : digits.reversed()).reduce(UInt64(0)) {
      $0 << 8 | UInt64($1)
    }
    return Int(clamping: value)
  }
}

/// A directory of a TIFF file: the fields of one image.
struct TIFFDirectory {
  /// A field of whole numbers.
  struct Field {
    let count: Int
    /// The size of each number in bytes.
    let width: Int
    fileprivate let start: Int

    func number(_ index: Int, _ layout: TIFFLayout, in bytes: borrowing MediaBytes) -> Int? {
      layout.number(width, in: bytes, at: start + index * width)
    }
  }

  /// The fields of whole numbers, by tag.
  private(set) var fields: [Int: Field] = [:]
  /// True if the values of all fields lie within the file.
  private(set) var isComplete = true
  /// The offset of the next directory; 0 after the last one, nil if the file ends before it.
  let next: Int?

  /// Reads the directory at `offset`; nil if the file ends inside it.
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
      // Values that fit are stored in the entry itself.
      let fits = length <= layout.offsetWidth / width
      if !fits, value > bytes.range.count || length > (bytes.range.count - value) / width {
        isComplete = false
      }
      guard Self.wholeNumbers.contains(type) else { continue }
      fields[tag] = Field(count: length, width: width, start: fits ? place : value)
    }
    next = layout.number(layout.offsetWidth, in: bytes, at: offset + countWidth + entrySize * count)
  }

  /// The size in bytes of each field type.
  private static let widths = [
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8,
    17: 8, 18: 8,
  ]
  private static let wholeNumbers: Set = [1, 3, 4, 7, 13, 16, 18]

  /// Returns the first value of a field.
  func number(_ tag: Int, _ layout: TIFFLayout, in bytes: borrowing MediaBytes) -> Int? {
    guard let field = fields[tag], field.count > 0 else { return nil }
    return field.number(0, layout, in: bytes)
  }
}

extension MediaBytes {
  /// Returns the end of a TIFF file that lacks parts of the strips or tiles that its directories list; nil if
  /// it is complete.
  func stripsEnd() -> EarlyEnd? {
    let layout = TIFFLayout(self)
    var place = layout.firstDirectory(of: self)
    // The number of directories is bounded, as they may form a cycle.
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
