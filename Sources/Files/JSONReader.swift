/// A streaming JSON reader (RFC 8259): the caller requests values in the order of the text.
///
/// Foundation's parsers do not suffice: a safetensors header needs every key, also repeated ones, and 617,000
/// captions must be read without a dictionary for each. The reader is strict: no comments, no lone
/// surrogates, no trailing commas, and no NaN unless allowed.
///
///     try reader.beginObject()
///     while let key = try reader.nextKey() {
///       if key == "id" { id = try reader.readInteger() } else { try reader.skipValue() }
///     }
package struct JSONReader {
  /// The maximum nesting depth of arrays and objects, as each level may take stack.
  package static let maximumDepth = 64
  /// The maximum length of a string in bytes, so that a file of one huge string is rejected early.
  package static let maximumStringSize = 16 << 20

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var depth = 0
  /// True if the next key or element is the first in its object or array.
  private var isFirst = false
  private let takesNaN: Bool

  /// Reads `bytes`, which must hold exactly one value.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - takesNaN: True to accept Python's `NaN`, `Infinity` and `-Infinity` as values of kind `notANumber`.
  ///   - body: Reads the value.
  /// - Returns: The result of `body`.
  /// - Throws: `JSONError` if the text is not JSON or not what `body` requires.
  package static func read<Result>(
    _ bytes: UnsafeRawBufferPointer, takingNaN takesNaN: Bool = false,
    _ body: (inout JSONReader) throws(JSONError) -> Result
  ) throws(JSONError) -> Result {
    var reader = JSONReader(bytes: bytes.bindMemory(to: UInt8.self), takesNaN: takesNaN)
    let result = try body(&reader)
    guard reader.nextByte() == nil else { throw reader.error(.unexpected("the end")) }
    return result
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, takesNaN: Bool) {
    (self.bytes, self.takesNaN) = (bytes, takesNaN)
  }

  // MARK: Objects and arrays

  package mutating func beginObject() throws(JSONError) { try begin("{") }

  /// Reads the next key, after which its value can be read; `nil` at the end of the object.
  package mutating func nextKey() throws(JSONError) -> String? {
    guard try !endsOrSkipsComma("}") else { return nil }
    let key = try readString()
    try expect(":")
    return key
  }

  package mutating func beginArray() throws(JSONError) { try begin("[") }

  /// Returns true if another element follows, which can then be read.
  package mutating func nextElement() throws(JSONError) -> Bool {
    try !endsOrSkipsComma("]")
  }

  private mutating func begin(_ bracket: Unicode.Scalar) throws(JSONError) {
    try expect(bracket)
    depth += 1
    guard depth <= Self.maximumDepth else { throw error(.tooDeep) }
    isFirst = true
  }

  private mutating func endsOrSkipsComma(_ bracket: Unicode.Scalar) throws(JSONError) -> Bool {
    if nextByte() == UInt8(ascii: bracket) {
      position += 1
      depth -= 1
      isFirst = false
      return true
    }
    if !isFirst { try expect(",") }
    isFirst = false
    return false
  }

  // MARK: Values

  package enum Kind: Sendable { case object, array, string, number, boolean, null, notANumber }

  private static let notNumbers: [StaticString] = ["NaN", "Infinity", "-Infinity"]

  /// Returns the kind of the next value.
  package mutating func peek() throws(JSONError) -> Kind {
    switch nextByte() ?? 0 {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
    case UInt8(ascii: "n"): .null
    case UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "-"):
      if takesNaN, Self.notNumbers.contains(where: { isNext($0) }) {
        .notANumber
      } else if bytes[position] == UInt8(ascii: "-") {
        .number
      } else {
        throw error(.unexpected("a value"))
      }
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .number
    default: throw error(.unexpected("a value"))
    }
  }

  package mutating func readBoolean() throws(JSONError) -> Bool {
    if takeWord("true") { return true }
    if takeWord("false") { return false }
    throw error(.unexpected("true or false"))
  }

  package mutating func readNull() throws(JSONError) {
    guard takeWord("null") else { throw error(.unexpected("null")) }
  }

  /// Reads a whole number that fits in 64 bits.
  package mutating func readInteger() throws(JSONError) -> Int {
    let number = try takeNumber()
    guard number.isWhole else { throw error(.unexpected("a whole number"), at: number.range) }
    guard let value = integer(number.range) else { throw error(.outOfRange, at: number.range) }
    return value
  }

  /// Reads a number; throws if it is too large for a `Double`.
  package mutating func readNumber() throws(JSONError) -> Double {
    let range = try takeNumber().range
    guard let value = Double(text(range)), value.isFinite else {
      throw error(.outOfRange, at: range)
    }
    return value
  }

  func text(_ range: Range<Int>) -> String {
    String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
  }

  package mutating func skipValue() throws(JSONError) {
    switch try peek() {
    case .object:
      try beginObject()
      while try nextKey() != nil { try skipValue() }
    case .array:
      try beginArray()
      while try nextElement() { try skipValue() }
    case .string: _ = try takeString()
    case .number: _ = try takeNumber()
    case .boolean: _ = try readBoolean()
    case .null: try readNull()
    case .notANumber: _ = Self.notNumbers.contains { takeWord($0) }
    }
  }

  package mutating func readString() throws(JSONError) -> String {
    let found = try takeString()
    guard let string = string(found) else { throw error(.badText, at: found.range) }
    return string
  }

  /// Reads a string; nil if it is not UTF-8 or has a broken escape, after which reading can continue.
  package mutating func readStringIfProper() throws(JSONError) -> String? {
    string(try takeString())
  }

  private func string(_ found: (range: Range<Int>, isASCII: Bool, hasEscapes: Bool)) -> String? {
    guard !found.hasEscapes else { return unescaped(found.range) }
    // Nearly all strings are ASCII, and the validating initialiser takes three times as long.
    if found.isASCII { return text(found.range) }
    return String(
      validating: UnsafeBufferPointer(rebasing: bytes[found.range]), as: UTF8.self)
  }
}

// MARK: - Scanning

extension JSONReader {
  /// Skips whitespace, and returns the byte after it.
  private mutating func nextByte() -> UInt8? {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
        position += 1
      case let byte: return byte
      }
    }
    return nil
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
    guard nextByte() == UInt8(ascii: character) else {
      throw error(.unexpected("'\(character)'"))
    }
    position += 1
  }

  private mutating func takeWord(_ word: StaticString) -> Bool {
    guard isNext(word) else { return false }
    position += word.utf8CodeUnitCount
    return true
  }

  private mutating func isNext(_ word: StaticString) -> Bool {
    _ = nextByte()
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count else { return false }
    let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    return bytes[position..<end].elementsEqual(expected)
  }

  /// Reads a string token, and returns the range between its quotes.
  private mutating func takeString() throws(JSONError)
    -> (range: Range<Int>, isASCII: Bool, hasEscapes: Bool)
  {
    try expect("\"")
    let start = position
    var isASCII = true
    var hasEscapes = false
    let end = min(bytes.count, start + Self.maximumStringSize)
    while position < end {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return (start..<position - 1, isASCII, hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        position += 2
      case 0..<0x20: throw error(.unexpected("no control character in a string"))
      case 0x80...:
        isASCII = false
        position += 1
      default: position += 1
      }
    }
    if end < bytes.count { throw error(.tooLong, at: start..<end) }
    position = bytes.count
    throw error(.unexpected("'\"'"))
  }

  mutating func takeNumber() throws(JSONError) -> (range: Range<Int>, isWhole: Bool) {
    _ = nextByte()
    let start = position
    if peekByte() == UInt8(ascii: "-") { position += 1 }
    if peekByte() == UInt8(ascii: "0") { position += 1 } else { try takeDigits() }
    let wholeEnd = position
    if peekByte() == UInt8(ascii: ".") {
      position += 1
      try takeDigits()
    }
    if let byte = peekByte(), byte | 0x20 == UInt8(ascii: "e") {
      position += 1
      if let sign = peekByte(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        position += 1
      }
      try takeDigits()
    }
    return (start..<position, position == wholeEnd)
  }

  private func peekByte() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func takeDigits() throws(JSONError) {
    let start = position
    while let byte = peekByte(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      position += 1
    }
    guard position > start else { throw error(.unexpected("a digit")) }
  }

  /// Returns the value of the digits in `range`; `nil` if it overflows.
  private func integer(_ range: Range<Int>) -> Int? {
    let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
    var value = 0
    for byte in bytes[range].dropFirst(isNegative ? 1 : 0) {
      // Computed as a negative number, since `Int.min` has no positive counterpart.
      let (product, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsToo) = product.subtractingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      if overflows || overflowsToo { return nil }
      value = sum
    }
    if isNegative { return value }
    return value == .min ? nil : -value
  }

  /// Returns the string in `range` with escapes replaced; nil if an escape is broken.
  private func unescaped(_ range: Range<Int>) -> String? {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      guard bytes[index] == UInt8(ascii: "\\") else {
        result.append(bytes[index])
        index += 1
        continue
      }
      // `takeString` found a byte after every backslash, followed by the closing quote.
      if bytes[index + 1] == UInt8(ascii: "u") {
        guard let scalar = scalar(at: &index, before: range.upperBound) else { return nil }
        result += Array(String(scalar).utf8)
      } else {
        guard let byte = Self.escapes[bytes[index + 1]] else { return nil }
        result.append(byte)
        index += 2
      }
    }
    return String(validating: result, as: UTF8.self)
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12,
    UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
  ]

  /// Reads `\uXXXX`, or two of them that form a surrogate pair, and moves `index` behind them.
  private func scalar(at index: inout Int, before end: Int) -> Unicode.Scalar? {
    guard let first = codeUnit(at: &index, before: end) else { return nil }
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard let second = codeUnit(at: &index, before: end) else { return nil }
    let pair = [UInt16(first), UInt16(second)]
    return String(validating: pair, as: UTF16.self)?.unicodeScalars.first
  }

  private func codeUnit(at index: inout Int, before end: Int) -> UInt32? {
    let start = index
    guard start + 6 <= end, bytes[start] == UInt8(ascii: "\\"),
      bytes[start + 1] == UInt8(ascii: "u")
    else { return nil }
    var value: UInt32 = 0
    for position in start + 2..<start + 6 {
      guard let digit = hexadecimalValue(bytes[position]) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    index = start + 6
    return value
  }

  // MARK: Errors

  private func error(_ problem: JSONError.Problem, at range: Range<Int>? = nil) -> JSONError {
    let offset = min(range?.lowerBound ?? position, bytes.count)
    let before = bytes[..<offset]
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    return JSONError(problem: problem, line: line, column: offset - lineStart + 1)
  }
}
