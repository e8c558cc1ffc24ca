import Files
import TestSupport
import Testing

@Suite("--no-repeat-words and --no-bad-endings")
struct WordRuleOptionsTests {
  private static let badEndings = ["a", "on", "the", "near"]

  /// The captions of a picture by an untrained model, the best first, and the settings of its row.
  private func captions(
    _ model: SampleModel, _ options: [String]
  ) throws -> (texts: [String], settings: JSONValue?) {
    let result = try Program.run(
      [Pictures.jpeg, "-m", model.path, "-f", "jsonl"] + options, in: model.folder.path)
    try #require(result.status == 0, "\(result.errors)")
    let row = try ResultRow(try #require(result.lines.first))
    return (row.texts ?? [], row.json["settings"])
  }

  @Test("a caption that is cut after its first word does not end in a, of, with and the like")
  func cut() throws {
    let model = try SampleModel()
    // There are as many captions as words, and the empty one.
    let options = ["-k", "50", "--max-words", "1"]
    let free = try captions(model, options)
    #expect(Set(free.texts).isSuperset(of: SampleModel.words))
    let ruled = try captions(model, options + ["--no-bad-endings"])
    #expect(Set(ruled.texts) == Set(free.texts).subtracting(Self.badEndings))
  }

  @Test("captions end in no word that something must follow, found or drawn")
  func endings() throws {
    let model = try SampleModel()
    let words = Self.badEndings + ["dog"]
    let others = SampleModel.words.filter { !words.contains($0) }
    let options = [
      "--min-words", "1", "--max-words", "3", "--forbid-words", others.joined(separator: ","),
    ]
    let usual = try captions(model, options + ["-k", "100"])
    // Of up to three words only 31 captions end in "dog".
    #expect(usual.texts.count > 31 && usual.settings?["no_bad_endings"] == nil)
    let found = try captions(model, options + ["-k", "100", "--no-bad-endings"])
    let pairs = words.flatMap { first in words.map { "\(first) \($0)" } }
    #expect(found.texts.count == 31)
    #expect(Set(found.texts) == Set(["dog"] + (words + pairs).map { "\($0) dog" }))
    #expect(found.settings?["no_bad_endings"] == true)
    let drawn = try captions(model, options + ["-k", "30", "--sample", "--no-bad-endings"])
    #expect(!drawn.texts.isEmpty && drawn.texts.allSatisfy { $0.hasSuffix("dog") })
  }

  @Test("no word follows itself")
  func repetitions() throws {
    let model = try SampleModel()
    func forbidding(allBut kept: Set<String>) -> [String] {
      ["--forbid-words", SampleModel.words.filter { !kept.contains($0) }.joined(separator: ",")]
    }
    let lengths = ["--min-words", "4", "--max-words", "4"]
    let usual = try captions(model, lengths + forbidding(allBut: ["dog"]))
    #expect(usual.texts == ["dog dog dog dog"] && usual.settings?["no_repeat_words"] == nil)
    for kind in [[], ["--sample"]] {
      let found = try captions(
        model, lengths + forbidding(allBut: ["dog", "cat"]) + kind + ["--no-repeat-words"])
      #expect(found.settings?["no_repeat_words"] == true)
      let text = try #require(found.texts.first)
      #expect(["dog cat dog cat", "cat dog cat dog"].contains(text))
    }
  }

  @Test("a model that was trained with the rules keeps them, unless it is told otherwise")
  func modelRules() throws {
    let shapes = try ShapesCaptioner()
    let decode = try shapes.json("plain/config.json")["decode"]
    #expect(decode?["no_repeat_words"] == true && decode?["no_bad_endings"] == true)
    let picture = ShapesCaptioner.pictures[0]
    let usual = try shapes.row(picture, by: ShapesCaptioner.plain).json["settings"]
    #expect(usual?["no_repeat_words"] == true && usual?["no_bad_endings"] == true)
    let free = try shapes.row(
      picture, "--repeat-words", "--bad-endings", by: ShapesCaptioner.plain
    ).json["settings"]
    #expect(free?["no_repeat_words"] == nil && free?["no_bad_endings"] == nil)
  }

  @Test("a run is repeated with its rules by its config.json")
  func repeated() throws {
    let collection = try SmallCollection(validated: 1) { "a picture of number \($0)" }
    let first = try collection.train(["--epochs", "1", "--no-repeat-words", "--no-bad-endings"])
    #expect(first.status == 0, "\(first.errors)")
    let second = try Program.run(
      ["train", ".", "--config", "run/config.json", "-o", "again"], in: collection.folder.path)
    #expect(second.status == 0, "\(second.errors)")
    for run in ["run", "again"] {
      let json = try JSONValue(reading: Array(try collection.text("\(run)/last/config.json").utf8))
      #expect(json["decode"]?["no_repeat_words"] == true, "\(run)")
      #expect(json["decode"]?["no_bad_endings"] == true, "\(run)")
    }
  }
}
