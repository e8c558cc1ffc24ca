/// The metadata blocks that may state an image's orientation, interpreted as Pillow interprets them.
struct OrientationMetadata {
  /// An EXIF block, with or without its `Exif\0\0` prefix.
  var exif: [UInt8]?
  /// An XMP packet, read only if the EXIF block has no orientation.
  var xmp: [UInt8]?

  /// The stated orientation; `.upright` if it is missing or out of range.
  var orientation: ImageOrientation {
    if let number = exif.flatMap(EXIFDirectory.init)?.orientation {
      return ImageOrientation(rawValue: number) ?? .upright
    }
    return xmp.flatMap(orientationInXMP).flatMap(ImageOrientation.init) ?? .upright
  }
}

/// The first directory of an EXIF block, which is a small TIFF file.
private struct EXIFDirectory {
  private let bytes: ArraySlice<UInt8>
  private let isBigEndian: Bool

  /// The EXIF tag of the orientation.
  private static let orientationTag = 0x0112

  init?(_ block: [UInt8]) {
    var bytes = block[...]
    // Some cameras write the prefix twice.
    for _ in 0..<2 where bytes.starts(with: Array("Exif\0\0".utf8)) { bytes = bytes.dropFirst(6) }
    guard bytes.count >= 8 else { return nil }
    switch Array(bytes.prefix(4)) {
    case [0x4D, 0x4D, 0x00, 0x2A], [0x4D, 0x4D, 0x2A, 0x00]: isBigEndian = true
    case [0x49, 0x49, 0x2A, 0x00], [0x49, 0x49, 0x00, 0x2A]: isBigEndian = false
    default: return nil
    }
    self.bytes = bytes
  }

  /// The value of the orientation tag: 0 if the tag holds no whole number, `nil` if there is no such tag.
  var orientation: Int? {
    guard let directory = number(at: 4, size: 4), let count = number(at: directory, size: 2)
    else { return nil }
    for index in 0..<count {
      let entry = directory + 2 + 12 * index
      guard let tag = number(at: entry, size: 2), number(at: entry + 8, size: 4) != nil
      else { return nil }
      if tag == Self.orientationTag, let value = value(ofEntryAt: entry) { return value }
    }
    return nil
  }

  /// The first value of an entry, stored in the entry itself or, if the values need more than 4 bytes, at the
  /// offset that the entry gives.
  private func value(ofEntryAt entry: Int) -> Int? {
    guard let type = number(at: entry + 2, size: 2), let count = number(at: entry + 4, size: 4),
      count > 0, let size = Self.integerSizes[type]
    else { return nil }
    guard size > 0 else { return 0 }
    let offset = count * size <= 4 ? entry + 8 : number(at: entry + 8, size: 4)
    return offset.flatMap { number(at: $0, size: size) }
  }

  /// The number of bytes per value of each TIFF type; 0 for types that Pillow does not read as whole numbers.
  private static let integerSizes = [
    1: 0, 2: 0, 3: 2, 4: 4, 5: 0, 6: 1, 7: 0, 8: 2, 9: 4, 10: 0, 11: 0, 12: 0, 13: 4,
  ]

  private func number(at offset: Int, size: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    let start = bytes.startIndex + offset
    let digits = bytes[start..<start + size]
    return (isBigEndian ? Array(digits) : digits.reversed()).reduce(0) { $0 << 8 | Int($1) }
  }
}

/// The digit after `tiff:Orientation="` or `tiff:Orientation>` in an XMP packet; nil if there is none.
private func orientationInXMP(_ packet: [UInt8]) -> Int? {
  let name = Array("tiff:Orientation".utf8)
  guard packet.count > name.count else { return nil }
  for start in 0..<packet.count - name.count
  where packet[start] == name[0] && packet[start...].starts(with: name) {
    let rest = packet[(start + name.count)...]
    let value = rest.starts(with: Array("=\"".utf8)) ? rest.dropFirst(2) : rest.dropFirst(1)
    guard rest.first == 0x3E || rest.starts(with: Array("=\"".utf8)),
      let digit = value.first, (0x30...0x39).contains(digit)
    else { continue }
    return Int(digit) - 0x30
  }
  return nil
}
