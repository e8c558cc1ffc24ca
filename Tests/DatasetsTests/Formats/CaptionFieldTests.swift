import Testing

@testable import Datasets

@Suite("Captions in a field of a table")
struct CaptionFieldTests {
  @Test(
    "are one text, or those of a list as JSON, Python or NumPy writes it",
    arguments: [
      ("a dog", ["a dog"]), (#"["one", "two's"]"#, ["one", "two's"]),
      ("['one', 'two']", ["one", "two"]), ("['one' 'two'\n 'three']", ["one", "two", "three"]),
      (#"["a dog's toy", 'the "toy"']"#, ["a dog's toy", #"the "toy""#]),
      (#"['it\'s', "\u00e9\n\xe9"]"#, ["it's", "é\né"]), (#"['a \\ b',]"#, [#"a \ b"#]),
      ("[]", [""]), ("", [""]), ("[music] a dog [barks]", ["[music] a dog [barks]"]),
      ("[a dog]", ["[a dog]"]), ("['tis a dog", ["['tis a dog"]),
    ])
  func reading(field: String, expected: [String]) throws {
    #expect(try captions(inField: field) == expected)
  }

  @Test(
    "are never a list that cannot be read",
    arguments: ["[1]", #"["one", 2]"#, "['one', 2]", "['one', 'two]", #"['\q']"#, "[null]"])
  func refused(field: String) {
    #expect(throws: DatasetError.Problem.self) { try captions(inField: field) }
  }
}
