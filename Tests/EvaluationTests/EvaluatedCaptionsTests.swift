import Testing

@testable import Datasets
@testable import Evaluation

@Suite("Captions beside references")
struct EvaluatedCaptionsTests {
  private let references = ReferenceCaptions(
    "refs",
    [
      .init(id: RecordID("9"), name: "train/a.jpg", captions: ["a dog", "one dog"]),
      .init(id: RecordID("25"), name: "train/b.jpg", captions: ["a cat"]),
    ])

  private func results(_ pairs: (String, [String])...) -> ResultCaptions {
    ResultCaptions(
      "results",
      pairs.enumerated().map {
        .init(record: "line \($0 + 1)", picture: $1.0, isText: false, captions: $1.1)
      })
  }

  @Test("are found by id, file, file with other folders, and name without extension")
  func keys() throws {
    for keys in [
      ("9", "25"), ("train/a.jpg", "b.jpg"), ("/data/train/a.jpg", "x/b.jpg"), ("a", "b"),
    ] {
      let found = try EvaluatedCaptions(
        results((keys.1, ["a cat"]), (keys.0, ["a dog"])), of: references)
      #expect(found.pictures.map(\.captions) == [["a dog"], ["a cat"]])
      #expect(found.pictures.map(\.label) == ["9", "25"])
    }
  }

  @Test("of unknown, repeated and missing pictures are errors")
  func faults() {
    func problem(_ results: ResultCaptions) -> EvaluationError.Problem? {
      do throws(EvaluationError) {
        _ = try EvaluatedCaptions(results, of: references)
        return nil
      } catch { return error.problem }
    }
    #expect(
      problem(results(("09", ["a"]))) == .unknownPicture("09", similar: "9", references: "refs"))
    #expect(
      problem(results(("a.png", ["a"])))
        == .unknownPicture("a.png", similar: nil, references: "refs"))
    #expect(
      problem(results(("9", ["a"]), ("a.jpg", ["b"]))) == .repeatedPicture("a.jpg", first: "line 1")
    )
    #expect(
      problem(results(("9", ["a"]), ("25", [])))
        == .missing(1, of: 2, first: "25", withoutCaption: 1))
    #expect(problem(results(("25", []))) == .nothingInCommon(references: "refs"))
  }

  @Test("whose id and file contradict each other are errors")
  func contradiction() {
    var rows = results(("9", ["a dog"]), ("25", ["a cat"])).rows
    rows[0].file = "b.jpg"
    #expect(throws: EvaluationError.self) {
      try EvaluatedCaptions(ResultCaptions("results", rows), of: references)
    }
  }

  @Test("can be scored in part")
  func partial() throws {
    let found = try EvaluatedCaptions(
      results(("25", ["a cat"]), ("7", ["a cow"])), of: references, partially: true)
    #expect(found.pictures.map(\.label) == ["25"])
    #expect(found.notes.count == 2)
  }

  @Test("of equal names in two folders are found by their folders alone")
  func equalNames() throws {
    let references = ReferenceCaptions(
      "refs",
      [.init(name: "x/a.jpg", captions: ["a dog"]), .init(name: "y/a.jpg", captions: ["a cat"])])
    let index = ReferenceIndex(references)
    #expect(index.place(of: "a.jpg") == nil)
    #expect(index.place(of: "a") == nil)
    #expect(index.place(of: "y/a.jpg") == 1)
    #expect(index.match("a.jpg") == .several)
    #expect(index.match("b.jpg") == .none)
    #expect(throws: EvaluationError.self) {
      try EvaluatedCaptions(results(("a.jpg", ["a dog"])), of: references, partially: true)
    }
  }
}
