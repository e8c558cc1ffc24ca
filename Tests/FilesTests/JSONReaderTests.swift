import Files
import Testing

@Suite("JSON reader")
struct JSONReaderTests {
  @Test("reads the members of an object in order, also the repeated ones")
  func members() throws {
    let text = #" { "a" : 1 , "b" : [ true, null, "x" ] , "a" : {"c":{}} } "#
    #expect(try read(text, keys) == ["a", "b", "a"])
  }

  @Test(
    "reads whole numbers of 64 bits",
    arguments: [("0", 0), ("-7", -7), ("9223372036854775807", Int.max)])
  func integers(text: String, expected: Int) throws {
    #expect(try read(text) { reader throws(JSONError) in try reader.readInteger() } == expected)
  }

  @Test("reads numbers", arguments: [("0.485", 0.485), ("-1e-3", -0.001), ("12E+2", 1200)])
  func numbers(text: String, expected: Double) throws {
    #expect(try read(text) { reader throws(JSONError) in try reader.readNumber() } == expected)
  }

  @Test(
    "reads strings with every escape",
    arguments: [
      (#""""#, ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{c}\n\r\t"),
      (#""\u00e9\uD83D\ude00""#, "\u{e9}\u{1f600}"), ("\"\u{e9}\u{1f600}\"", "\u{e9}\u{1f600}"),
    ])
  func strings(text: String, expected: String) throws {
    #expect(try read(text) { reader throws(JSONError) in try reader.readString() } == expected)
  }

  @Test(
    "writes strings so that they are read back",
    arguments: ["", "a \"b\" \\ \n\r\t \u{1} \0 \u{e9} \u{1f600}"])
  func writing(text: String) throws {
    #expect(
      try read(jsonString(text)) { reader throws(JSONError) in try reader.readString() } == text)
  }

  @Test(
    "refuses what is not JSON",
    arguments: [
      "", "{", "{]", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "[1 2]", "[,1]", "1 2", "01", "-",
      "1.", ".5", "1e", "+1", "NaN", "-Infinity", "tru", "nul", "'a'", "\"a", "\"a\\", "\"a\\\"",
      "[\"\u{1}\"]", "// x\n1", "{\"a\":1 \"b\":2}", "\u{feff}1",
    ])
  func malformed(text: String) {
    #expect(throws: JSONError.self) {
      try read(text) { reader throws(JSONError) in try reader.skipValue() }
    }
  }

  @Test("refuses a string longer than any file should have, and reads one as long as may be")
  func longString() throws {
    let most = JSONReader.maximumStringSize - 1
    let longest = "\"" + String(repeating: "a", count: most) + "\""
    let length = try read(longest) { reader throws(JSONError) in
      try reader.readString().utf8.count
    }
    #expect(length == most)
    let error = #expect(throws: JSONError.self) {
      try read("[1, \"a" + longest.dropFirst() + "]") { reader throws(JSONError) in
        try reader.skipValue()
      }
    }
    #expect(error?.problem == .tooLong)
    #expect(error?.description == "at line 1, column 6: a string of over 16 MB")
  }

  @Test(
    "refuses broken text in strings",
    arguments: [
      #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud83d""#, #""\ud83dx""#, #""\ud83d\u0041""#,
      #""\ude00\ud83d""#,
    ])
  func badText(text: String) throws {
    #expect(throws: JSONError.self) {
      try read(text) { reader throws(JSONError) in try reader.readString() }
    }
  }

  @Test("passes over NaN and Infinity where that is wanted, and nowhere else")
  func notNumbers() throws {
    let text = "[NaN, -Infinity, {\"a\": Infinity}, -1, 2]"
    let last = try Array(text.utf8).withUnsafeBytes { bytes in
      try JSONReader.read(bytes, takingNaN: true) { reader throws(JSONError) in
        try reader.beginArray()
        var kinds: [JSONReader.Kind] = []
        while try reader.nextElement() {
          kinds.append(try reader.peek())
          try reader.skipValue()
        }
        return kinds
      }
    }
    #expect(last == [.notANumber, .notANumber, .object, .number, .number])
    #expect(throws: JSONError.self) {
      try read(text) { reader throws(JSONError) in try reader.skipValue() }
    }
  }

  @Test(
    "reads numbers that are whole, and goes on behind those that are not",
    arguments: [
      ("9", .digits("9")), ("9.0", .digits("9")), ("-3e2", .digits("-300")), ("9.5", .fraction),
      ("-0.0", .digits("0")), ("1.50e1", .digits("15")),
      ("99999999999999999999", .digits("99999999999999999999")),
      ("9007199254740993.0", .digits("9007199254740993")),
      ("9.007199254740991e15", .digits("9007199254740991")), ("9.007199254740993e15", .inexact),
      ("1e999", .inexact),
    ] as [(String, JSONReader.WholeNumber)])
  func wholeNumbers(text: String, number: JSONReader.WholeNumber) throws {
    let found = try read("[\(text), \"\\ud83d\", \"x\"]") { reader throws(JSONError) in
      try reader.beginArray()
      _ = try reader.nextElement()
      let number = try reader.readWholeNumber()
      _ = try reader.nextElement()
      let broken = try reader.readStringIfProper()
      _ = try reader.nextElement()
      let text = try reader.readString()
      _ = try reader.nextElement()
      return (number, broken, text)
    }
    #expect(found.0 == number && found.1 == nil && found.2 == "x")
  }

  @Test("refuses bytes that are not UTF-8")
  func badUTF8() throws {
    for bytes in [[0x22, 0xff, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]]
      as [[UInt8]]
    {
      #expect(throws: JSONError.self) {
        try bytes.withUnsafeBytes { buffer in
          try JSONReader.read(buffer) { reader throws(JSONError) in try reader.readString() }
        }
      }
    }
  }

  @Test("stops at the permitted depth")
  func depth() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    try read(nested(64)) { reader throws(JSONError) in try reader.skipValue() }
    let message = message(nested(1_000_000)) { reader throws(JSONError) in try reader.skipValue() }
    #expect(message == "at line 1, column 66: nested more than 64 levels deep")
  }

  @Test("says where and what it expected")
  func messages() {
    #expect(message("{\n \"a\" 1}", keys) == "at line 2, column 6: expected ':'")
    #expect(
      message("9223372036854775808") { reader throws(JSONError) in _ = try reader.readInteger() }
        == "at line 1, column 1: the number is too large")
    #expect(
      message(" 1.0") { reader throws(JSONError) in _ = try reader.readInteger() }
        == "at line 1, column 2: expected a whole number")
    #expect(
      message("1e999") { reader throws(JSONError) in _ = try reader.readNumber() }
        == "at line 1, column 1: the number is too large")
    #expect(
      message(#""\q""#) { reader throws(JSONError) in _ = try reader.readString() }
        == "at line 1, column 2: the string is not proper UTF-8 or has a broken escape")
  }

  private func keys(_ reader: inout JSONReader) throws(JSONError) -> [String] {
    var keys: [String] = []
    try reader.beginObject()
    while let key = try reader.nextKey() {
      keys.append(key)
      try reader.skipValue()
    }
    return keys
  }

  @discardableResult
  private func read<Result>(
    _ text: String, _ body: (inout JSONReader) throws(JSONError) -> Result
  ) throws(JSONError) -> Result {
    try Array(text.utf8).withUnsafeBufferPointer { bytes throws(JSONError) in
      try JSONReader.read(UnsafeRawBufferPointer(bytes), body)
    }
  }

  private func message<Result>(
    _ text: String, _ body: (inout JSONReader) throws(JSONError) -> Result
  ) -> String? {
    do throws(JSONError) {
      _ = try read(text, body)
      return nil
    } catch {
      return error.description
    }
  }
}
