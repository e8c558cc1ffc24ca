import Testing
import Text

@Suite("vocab.json")
struct VocabularyJSONTests {
  private func read(_ json: String) throws(VocabularyError) -> Vocabulary {
    try Vocabulary(json: Array(json.utf8), path: "m/vocab.json")
  }

  private func message(_ json: String) -> String {
    do throws(VocabularyError) {
      _ = try read(json)
      return "no error"
    } catch {
      return error.description
    }
  }

  private let specials = #""<pad>":0,"<bos>":1,"<eos>":2,"<unk>":3"#

  @Test("is written on one line, by number, with quotes escaped")
  func writing() {
    let vocabulary = Vocabulary(words: ["a", #"""#, #"\"#, "café", "1\u{A0}1/2"])
    #expect(
      String(decoding: vocabulary.json(), as: UTF8.self)
        == "{\(specials),\"a\":4,\"\\\"\":5,\"\\\\\":6,\"café\":7,\"1\u{A0}1/2\":8}\n")
  }

  @Test("save then load is the identity")
  func roundTrip() throws {
    let vocabulary = Vocabulary(words: (0..<3000).map { "w\($0)" } + [#"""#, #"\"#, "日本", "🙂"])
    #expect(try Vocabulary(json: vocabulary.json(), path: "vocab.json") == vocabulary)
  }

  @Test("may be spaced, shuffled and escaped")
  func freedoms() throws {
    let json = """
      { "\\u0063af\\u00e9" : 5 ,\t"<unk>":3, "<eos>":2, "\\ud83d\\ude42":4,\r
        "<bos>":1, "<pad>":0, "\\/\\"\\\\":6 }
      """
    #expect(try read(json) == Vocabulary(words: ["🙂", "café", #"/"\"#]))
  }

  @Test(
    "is refused with the byte where JSON ends",
    arguments: [
      ("", "'{' at byte 0"),
      ("[1]", "'{' at byte 0"),
      ("{", "a word in quotes at byte 1"),
      (#"{"a"}"#, "':' at byte 4"),
      (#"{"a":}"#, "a whole number at byte 5"),
      (#"{"a":-1}"#, "a whole number at byte 5"),
      (#"{"a":01}"#, "a whole number at byte 7"),
      (#"{"a":1.5}"#, "',' or '}' at byte 6"),
      (#"{"a":1e3}"#, "',' or '}' at byte 6"),
      (#"{"a":9999999999}"#, "a number below 1,000,000,000 at byte 15"),
      (#"{"a":1,}"#, "a word in quotes at byte 7"),
      (#"{"a":1"#, "',' or '}' at byte 6"),
      (#"{"a":1}}"#, "the end of the file at byte 7"),
      (#"{"a":{"b":1}}"#, "a whole number at byte 5"),
      (#"{"a"#, "a closing quote at byte 3"),
      (#"{"a\"#, "an escape at byte 4"),
      (#"{"\x":1}"#, "an escape at byte 4"),
      (#"{"\u12":1}"#, "four hexadecimal digits at byte 6"),
      (#"{"\ud83d":1}"#, "a surrogate pair at byte 8"),
      (#"{"\ude42":1}"#, "a surrogate pair at byte 8"),
      (#"{"\ud83d\u0041":1}"#, "a surrogate pair at byte 14"),
      ("{\"a\nb\":1}", "no control character at byte 3"),
      ("{\"\\\"\nb\":1}", "no control character at byte 4"),
      ("\u{FEFF}{}", "'{' at byte 0"),
    ])
  func notJSON(json: String, expected: String) {
    #expect(
      message(json)
        == "m/vocab.json: not a JSON object of words and numbers: expected \(expected). Copy "
        + "vocab.json again from the run that trained this model; word numbers cannot be guessed.")
  }

  @Test("is refused when a word is not UTF-8")
  func brokenUTF8() {
    let bytes = Array("{\"".utf8) + [0xFF] + Array("\":1}".utf8)
    #expect(
      throws: VocabularyError(
        path: "v", problem: .notJSON(expected: "UTF-8 text", byte: 0))
    ) {
      try Vocabulary(json: bytes, path: "v")
    }
  }

  @Test("is refused at every cut")
  func truncated() throws {
    let whole = Vocabulary(words: ["a", "b"]).json().dropLast()
    for length in 0..<whole.count - 1 {
      #expect(throws: VocabularyError.self) {
        try Vocabulary(json: Array(whole.prefix(length)), path: "v")
      }
    }
  }

  @Test("must hold the special words at their numbers")
  func specialWords() {
    #expect(
      message(#"{"<pad>":0,"<bos>":1,"<unk>":2}"#)
        == "m/vocab.json: the special word '<eos>' is missing. A vocabulary starts "
        + #"{"<pad>":0,"<bos>":1,"<eos>":2,"<unk>":3,…; renumber the words together with the rows "#
        + "of the embedding, or import the model again.")
    #expect(
      message(#"{"<pad>":0,"<bos>":1,"<eos>":3,"<unk>":2}"#)
        .hasPrefix("m/vocab.json: the special word '<eos>' has number 3, not 2. A vocabulary"))
    #expect(message("{}").contains("'<pad>' is missing"))
  }

  @Test("must number its words without a double or a hole")
  func numbers() {
    #expect(
      message("{\(specials),\"a\":4,\"a\":5}")
        == "m/vocab.json: the word \"a\" appears twice. Copy vocab.json again from the run that "
        + "trained this model; word numbers cannot be guessed.")
    #expect(
      message("{\(specials),\"a\":4,\"b\":4}")
        .hasPrefix("m/vocab.json: \"a\" and \"b\" both have number 4. Copy"))
    #expect(
      message("{\(specials),\"a\":4,\"b\":6}")
        .hasPrefix("m/vocab.json: no word has number 5, though 6 words need 0 to 5. Copy"))
    #expect(message("{\(specials),\"<unk>\":4}").contains("\"<unk>\" appears twice"))
  }

  @Test(
    "must not hold words that break lines", arguments: ["", " ", "a ", " b", #"a\n"#, #"\u0000"#])
  func unprintable(word: String) {
    #expect(
      message("{\(specials),\"\(word)\":4}")
        .contains(
          "is empty, has a blank around it, or holds a control character. Copy vocab.json again"))
  }

  @Test("shows control characters of a bad word escaped, and not the whole of it")
  func quoting() {
    let word = #"\u001b[31m"# + String(repeating: "x", count: 1000)
    #expect(message("{\"\(word)\":4}").hasPrefix(#"m/vocab.json: the word "\u{1B}[31mxxx"#))
    #expect(message("{\"\(word)\":4}").count < 250)
  }

  @Test("is refused above the size limit before anything is read")
  func tooLarge() {
    let bytes = [UInt8](repeating: 0x20, count: Vocabulary.sizeLimit + 1)
    #expect(
      throws: VocabularyError(path: "v", problem: .tooLarge(bytes: 67_108_865, limit: 67_108_864))
    ) {
      try Vocabulary(json: bytes, path: "v")
    }
    #expect(
      VocabularyError(path: "v", problem: .tooLarge(bytes: 11, limit: 10)).description
        == "v: 11 bytes is more than the 10 bytes a list of words may have. Is it the right file? "
        + "A vocabulary of 10,000 words takes about 0.2 MB.")
  }
}
