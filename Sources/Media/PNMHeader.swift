/// The header of a portable anymap (Netpbm: PBM, PGM, PPM and PAM).
struct PNMHeader {
  private(set) var size = PixelSize(width: 0, height: 0)
  /// The number of samples per pixel: 1 or 3, plus 1 with alpha.
  private(set) var sampleCount = 1
  /// The largest value of a sample.
  private(set) var maximum = 1
  /// True if samples are written as decimal text.
  private(set) var isText = false
  /// True if samples are single bits, where 1 is black.
  private(set) var isBitmap = false
  /// The offset of the first pixel.
  private(set) var start = 0

  init(parsing bytes: [UInt8]) throws(StillImageProblem) {
    var words = PNMWords(bytes)
    guard let kind = words.next(), kind.count == 2, let digit = kind.last, kind.first == 0x50 else {
      throw Self.truncated
    }
    switch digit {
    case 0x37: try readFields(&words)
    default:
      isText = digit <= 0x33
      isBitmap = digit == 0x31 || digit == 0x34
      sampleCount = digit == 0x33 || digit == 0x36 ? 3 : 1
      size = PixelSize(width: try words.number(), height: try words.number())
      if !isBitmap { maximum = try words.number() }
    }
    start = words.position + 1
    try check()
  }

  /// Returns true if a file that begins with `bytes` can be a portable anymap.
  ///
  /// Plain text may begin with the same letter and digit, but numbers or a PAM field name follow only here.
  static func isBegun(by bytes: [UInt8]) -> Bool {
    guard bytes.count > 2, bytes[0] == 0x50, (0x31...0x37).contains(bytes[1]) else { return false }
    let end = min(bytes.count, 1 << 12)
    var words = PNMWords(Array(bytes[..<end]), from: 2)
    guard PNMWords.isBlank(bytes[2]) || bytes[2] == 0x23 else { return false }
    if bytes[1] == 0x37 {
      let fields = ["WIDTH", "HEIGHT", "DEPTH", "MAXVAL", "TUPLTYPE"].map { Array($0.utf8) }
      return words.next().map { fields.contains(Array($0)) } ?? true
    }
    // Width, height and maximum; for bitmaps, the first bits follow instead, which need no blanks between
    // them.
    for _ in 0..<(bytes[1] == 0x34 ? 2 : 3) {
      guard let word = words.next() else { return true }
      guard word.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
    }
    return true
  }

  /// The number of bytes in a row of binary samples.
  var rowSize: Int {
    isBitmap ? (size.width + 7) / 8 : size.width * sampleCount * (maximum > 255 ? 2 : 1)
  }

  /// Reads the fields of a PAM header up to the word that ends it.
  private mutating func readFields(_ words: inout PNMWords) throws(StillImageProblem) {
    while let name = words.next().map({ String(decoding: $0, as: UTF8.self) }) {
      switch name {
      case "WIDTH": size.width = try words.number()
      case "HEIGHT": size.height = try words.number()
      case "DEPTH": sampleCount = try words.number()
      case "MAXVAL": maximum = try words.number()
      case "TUPLTYPE":
        if let type = words.next(), type.starts(with: Array("CMYK".utf8)) {
          throw StillImageProblem(
            .unsupported, "a PNM of CMYK, which is not supported",
            remedy: StillImageProblem.convert)
        }
      case "ENDHDR": return
      default:
        throw StillImageProblem(.corrupt, "a damaged PNM: its header has a word of no meaning")
      }
    }
    throw Self.truncated
  }

  private func check() throws(StillImageProblem) {
    guard size.width > 0, size.height > 0, (1...65_535).contains(maximum) else {
      throw StillImageProblem(
        .corrupt,
        "a damaged PNM: its header says \(size.width) x \(size.height) pixels of up to \(maximum)")
    }
    guard sampleCount <= 4, sampleCount > 0 else {
      throw StillImageProblem(
        .unsupported, "a PNM of \(sampleCount) samples a pixel, which is not supported",
        remedy: StillImageProblem.convert)
    }
  }

  static let truncated = StillImageProblem(
    .truncated, "not a complete PNM (ends inside its header)")
}

/// The words of a header, or the numbers of a text-form image: separated by blanks, with comments skipped.
struct PNMWords {
  private let bytes: [UInt8]
  /// The offset behind the last word.
  private(set) var position = 0

  init(_ bytes: [UInt8], from position: Int = 0) {
    (self.bytes, self.position) = (bytes, position)
  }

  mutating func next() -> ArraySlice<UInt8>? {
    skipBlanks()
    let start = position
    while position < bytes.count, !Self.isBlank(bytes[position]), bytes[position] != 0x23 {
      position += 1
    }
    return start < position ? bytes[start..<position] : nil
  }

  /// Returns the next bit, which need not be followed by a blank.
  mutating func nextBit() -> Int? {
    skipBlanks()
    guard position < bytes.count, [0x30, 0x31].contains(bytes[position]) else { return nil }
    defer { position += 1 }
    return Int(bytes[position]) - 0x30
  }

  mutating func nextNumber() -> Int? {
    guard let word = next(), word.count <= 10 else { return nil }
    var number = 0
    for digit in word {
      guard (0x30...0x39).contains(digit) else { return nil }
      number = 10 * number + Int(digit) - 0x30
    }
    return number
  }

  mutating func number() throws(StillImageProblem) -> Int {
    if let number = nextNumber() { return number }
    guard position < bytes.count else { throw PNMHeader.truncated }
    throw StillImageProblem(.corrupt, "a damaged PNM: its header lacks a number")
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      if bytes[position] == 0x23 {
        while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      } else if Self.isBlank(bytes[position]) {
        position += 1
      } else {
        return
      }
    }
  }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }
}
