/// Parses a flat JSON object that maps strings to whole numbers, `{"<pad>":0,"a":4}`, and nothing else.
///
/// Foundation's parser silently keeps the first of two equal keys and has a long start-up time; this parser
/// reports every entry in file order. It is strict RFC 8259: no byte order mark, no comments, no trailing
/// comma; escapes and surrogate pairs are decoded, malformed UTF-8 is an error.
struct WordTableParser {
  private let bytes: [UInt8]
  private let path: String
  private var position = 0

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// Calls `body` with each word and its number.
  mutating func forEachEntry(
    _ body: (String, Int) throws(VocabularyError) -> Void
  ) throws(VocabularyError) {
    // Validated once for the whole file, as validating each word takes four times as long.
    guard String(validating: bytes, as: UTF8.self) != nil else { throw failure("UTF-8 text") }
    try expect("{", "'{'")
    if !skip("}") {
      repeat {
        let word = try string()
        try expect(":", "':'")
        try body(word, try number())
      } while skip(",")
      try expect("}", "',' or '}'")
    }
    skipBlanks()
    guard position == bytes.count else { throw failure("the end of the file") }
  }

  // MARK: Tokens

  private mutating func string() throws(VocabularyError) -> String {
    try expect("\"", "a word in quotes")
    let start = position
    while let byte = peek, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("no control character") }
      guard byte != UInt8(ascii: "\\") else { return try escapedString(from: start) }
      position += 1
    }
    return try text(bytes[start..<position])
  }

  /// Reads the rest of a string from its first backslash on; slower, but such words are rare.
  private mutating func escapedString(from start: Int) throws(VocabularyError) -> String {
    var unescaped = Array(bytes[start..<position])
    while let byte = peek, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("no control character") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        unescaped += UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter
      } else {
        unescaped.append(byte)
      }
    }
    return try text(unescaped[...])
  }

  /// Returns the text between quotes, and skips the closing quote.
  private mutating func text(_ utf8: ArraySlice<UInt8>) throws(VocabularyError) -> String {
    guard peek != nil else { throw failure("a closing quote") }
    position += 1
    return String(decoding: utf8, as: UTF8.self)
  }

  /// Returns the scalar of an escape whose backslash was already read.
  private mutating func escape() throws(VocabularyError) -> Unicode.Scalar {
    guard let byte = peek else { throw failure("an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure("an escape")
    }
  }

  private mutating func unicodeEscape() throws(VocabularyError) -> Unicode.Scalar {
    let unit = try hexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xDC00, next("\\"), next("u") else { throw failure("a surrogate pair") }
    let low = try hexadecimal()
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    else { throw failure("a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(VocabularyError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  /// Reads a whole number of at most nine digits, which cannot overflow.
  private mutating func number() throws(VocabularyError) -> Int {
    skipBlanks()
    let start = position
    var value = 0
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
      position += 1
      guard position - start <= 9 else { throw failure("a number below 1,000,000,000") }
    }
    let digitCount = position - start
    guard digitCount == 1 || digitCount > 1 && bytes[start] != UInt8(ascii: "0") else {
      throw failure("a whole number")
    }
    return value
  }

  // MARK: Bytes

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  /// Skips `scalar` if it is the next byte.
  private mutating func next(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  /// Skips blanks and, if it follows, `scalar`.
  private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    skipBlanks()
    return next(scalar)
  }

  private mutating func expect(
    _ scalar: Unicode.Scalar, _ name: String
  ) throws(VocabularyError) {
    guard skip(scalar) else { throw failure(name) }
  }

  private func failure(_ expected: String) -> VocabularyError {
    VocabularyError(path: path, problem: .notJSON(expected: expected, byte: position))
  }
}
