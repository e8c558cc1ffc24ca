import Files
import TestSupport
import Testing

@Suite("What a training loses of its captions")
struct CaptionLossTests {
  private let options = ["--epochs", "1", "--lr", "1e-5"]

  @Test("words that are too rare are told, and a model that cannot write is an error, but not lost")
  func rareWords() throws {
    // Of four words one occurs six times, one twice, the rest once.
    let collection = try SmallCollection(validated: 1) { number in
      "a \(number < 2 ? "dog" : "thing\(number)") word\(number) end\(number)"
    }
    let check = try Program.run(["dataset", "check", "."], in: collection.folder.path)
    #expect(check.status == 0)
    #expect(
      check.output.contains(
        """
        warning: 75.0 % of the words occur fewer than 5 times
          train: 18 of 24 words, 17 of 18 different ones
          A model cannot write them. Train with --min-count 1.
        """), "\(check.output)")
    let first = try collection.train(options, minimumCount: 5)
    #expect(first.status == 78)
    #expect(
      first.errors.contains(
        "cutline: 75.0 % of the words occur fewer than 5 times: the model cannot write them. "
          + "Train with --min-count 1.\n"), "\(first.errors)")
    let error = "cutline: every caption of the first validation is empty: 75.0 %"
    #expect(first.errors.contains(error))
    // It can be gone on with.
    let again = try collection.train(options, minimumCount: 5)
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.contains("resuming from run/checkpoints/step-0000003"))
  }

  @Test("a training that begins slowly writes nothing at first, and is warned only")
  func slowStart() throws {
    let collection = try SmallCollection(validated: 1) { _ in "dog" }
    let result = try collection.train([
      "--epochs", "15", "--lr", "2e-2", "--warmup", "30", "--dropout", "0",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let warning = "cutline: every caption of this validation is empty. If that does not change"
    #expect(result.errors.components(separatedBy: warning).count == 2, "\(result.errors)")
    let evaluations = result.errors.split(separator: "\n").filter { $0.hasPrefix("eval") }
    #expect(evaluations.first?.hasSuffix(#""" (ref: "dog")"#) ?? false)
    #expect(evaluations.last?.hasSuffix(#""dog" (ref: "dog")"#) ?? false)
  }

  @Test("a collection of which no word is left is refused at once")
  func noWords() throws {
    let collection = try SmallCollection(validated: 0) { "word\($0)" }
    let result = try collection.train(options, minimumCount: 2)
    #expect(result.status == 78)
    #expect(result.errors.contains(".: no word occurs 2 times, so there is none to learn. Train"))
  }

  @Test("captions that are cut are counted by check and by train")
  func cutCaptions() throws {
    let collection = try SmallCollection(validated: 2) { number in
      Array(repeating: "a b", count: number == 0 || number == 6 ? 5 : 4).joined(separator: " ")
    }
    func check(_ count: String) throws -> String {
      try Program.run(["dataset", "check", ".", "--max-words", count], in: collection.folder.path)
        .output
    }
    let some = try check("8")
    #expect(some.contains("captions cut (--max-words 8): train 1, val 1\n"), "\(some)")
    #expect(
      some.contains(
        """
        warning: 1 of 5 captions are longer than 8 words
          train: 1 of 5 captions
          Training cuts them at --max-words. The longest has 10 words.
        """), "\(some)")
    let none = try check("10")
    #expect(none.contains("captions cut (--max-words 10): train 0, val 0\n"))
    #expect(none.hasSuffix("\nno problems found\n"), "\(none)")
    let trained = try collection.train(options + ["--max-words", "8"])
    #expect(trained.errors.contains("captions  1 of 5 are cut at --max-words 8\n"))
  }

  @Test("going on with other captions to validate is refused, as with others to learn from")
  func otherValidation() throws {
    let collection = try SmallCollection(validated: 1) { _ in "a picture" }
    #expect(try collection.train(options).status == 0)
    let table = try collection.text("val.tsv")
    try collection.folder.write(table.replacing("a picture", with: "a photo"), to: "val.tsv")
    let other = try collection.train(options)
    #expect(other.status == 78, "\(other.errors)")
    #expect(other.errors.contains("run: was started with other validation data: "))
    try collection.folder.write("", to: "val.tsv")
    let none = try collection.train(options)
    #expect(none.status == 78 && none.errors.contains("and there is none now."), "\(none.errors)")
    try collection.folder.write(table, to: "val.tsv")
    #expect(try collection.train(options).status == 0)
    // A checkpoint of before does not say what was validated: it is gone on from.
    try makeOlder(collection)
    try collection.folder.write(table.replacing("a picture", with: "a photo"), to: "val.tsv")
    let older = try collection.train(options)
    #expect(older.status == 0, "\(older.errors)")
    #expect(older.errors.contains("resuming from run/checkpoints/"))
  }

  /// Takes the fingerprint of the validation set out of the newest checkpoint.
  private func makeOlder(_ collection: SmallCollection) throws {
    let edit = """
      cd run/last && sed -i "/VALIDATION's fingerprint/d" state.json && \
      sum=$(sha256sum state.json) && sed -i "s/^.*  state.json$/$sum/" COMPLETE && \
      ! grep -q VALIDATION state.json
      """
    let result = try Program.shell(edit, in: collection.folder.path)
    try #require(result.status == 0, "\(result.errors)")
  }

  @Test("sampling is at its floor when self-critical epochs begin, and is logged no more")
  func samplingBeforeSelfCritical() throws {
    let collection = try SmallCollection(validated: 0) { _ in "a picture of something" }
    // Four batches of seven captions, three to a step: two steps an epoch.
    let result = try collection.train([
      "--epochs", "4", "--self-critical-epochs", "2", "--accumulate", "3", "--sampling", "linear",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let rates = try collection.rows("step").map { $0["sampling_rate"]?.number }
    #expect(rates == [0, 0.0625, 0.125, 0.1875, nil, nil, nil, nil])
  }
}
