import Datasets
import Files
import Foundation
import FoundationXML
import Tensors
import TestSupport
import Testing
import Text

@testable import Evaluation

@Suite("Grades by people")
struct RatingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let items = [RatingItem].drawn(
    from: [
      ("a.json", ["a dog", "a <cat>", "a \"man\"", nil]),
      ("b.json", ["a dog", "two cats", nil, nil]),
    ], of: ["1", "2", "3", "4"], seed: 3)

  /// Returns what the page would save: every caption with the grade that `grade` gives it.
  static func saved(
    _ scale: RatingScale = .four, by rater: String = "anna",
    _ grade: (RatingItem, RatingItem.Caption) -> Int?
  ) -> JSONValue {
    [
      "schema": .string(RatingFile.schema), "sheet": .string(items.identity(scale)),
      "scale": .string(scale.rawValue), "rater": .string(rater),
      "ratings": .array(
        items.flatMap { item in
          item.captions.map { caption in
            [
              "picture": .string(item.picture), "caption": .string(caption.text),
              "models": .array(caption.models.map { .string($0) }),
              "grade": grade(item, caption).map { .number(Double($0)) } ?? .null,
            ]
          }
        }),
    ]
  }

  func file(_ json: JSONValue, _ name: String = "r.json") throws -> RatingFile {
    try RatingFile(at: folder.write(json.prettyText, to: name))
  }

  @Test("items are drawn by the seed, without empty ones, and equal captions stand once")
  func drawing() {
    #expect(Set(Self.items.map(\.picture)) == ["1", "2", "3"] && Self.items.captionCount == 4)
    let shared = Self.items.first { $0.picture == "1" }
    #expect(shared?.captions == [.init("a dog", by: ["a.json", "b.json"])])
    let captions = (0..<40).map { "caption \($0)" }
    func drawn(_ seed: UInt64, _ count: Int? = nil) -> [RatingItem] {
      .drawn(
        from: [("a", captions), ("b", captions.map { $0 + "!" })], of: captions, count: count,
        seed: seed)
    }
    #expect(drawn(1) == drawn(1) && drawn(1) != drawn(2) && drawn(1, 7).count == 7)
    // Neither model stands first always.
    let firsts = Set(drawn(1).map { $0.captions[0].models })
    #expect(firsts == [["a"], ["b"]])
    #expect(drawn(1).identity(.four) == drawn(2).identity(.four))
    #expect(drawn(1).identity(.four) != drawn(1).identity(.three))
  }

  @Test("the page is well-formed, shows captions and grades, and no name of a model")
  func page() throws {
    let sheet = RatingSheet(Self.items, .four, pictures: ["<img/>", "<img/>", "<img/>"])
    let html = sheet.html
    #expect(XMLParser(data: Data(html.utf8)).parse())
    #expect(html.contains("a &lt;cat&gt;") && html.contains("4 describes without errors"))
    #expect(!html.contains("a.json") && !html.contains("b.json"))
    // What the page's program makes of its data is what the reader takes.
    let start = try #require(html.range(of: "type=\"application/json\">")).upperBound
    let end = try #require(html.range(of: "</script>", range: start..<html.endIndex)).lowerBound
    let data = try JSONValue(reading: Array(html[start..<end].utf8))
    let keys = try #require(data["items"]?.elements).flatMap { $0["captions"]?.elements ?? [] }
      .compactMap { $0["key"]?.string.flatMap { bytes(ofBase64: $0) } }
    #expect(try keys.map { try JSONValue(reading: $0) }.contains(["a.json", "b.json"]))
    #expect(data["sheet"]?.string == Self.items.identity(.four))
  }

  @Test("shares, means and agreement are those of the grades; captions without one are told")
  func summary() throws {
    let anna = try file(
      Self.saved { item, _ in item.picture == "1" ? 4 : item.picture == "2" ? 2 : nil })
    let ben = try file(
      Self.saved(by: "ben") { item, _ in item.picture == "1" ? 4 : 1 }, "ben.json")
    let one = try RatingSummary([anna])
    #expect(one.models.map(\.name) == ["a.json", "b.json"] && one.agreement == nil)
    #expect(one.models[0].counts == [0, 1, 0, 1] && one.models[0].mean == 3)
    #expect(one.notes.count == 1 && one.notes[0].contains("1 of 4 captions have no grade"))
    #expect(one.text.contains("MODEL   GRADES  MEAN  4"))
    #expect(one.text.contains("a.json  2       3.00  50.0 %"))
    let two = try RatingSummary([anna, ben])
    #expect(two.sharedCount == 3 && two.models[0].ratedCount == 5)
    let agreement = try #require(two.agreement)
    #expect(abs(agreement.observed - 1.0 / 3) < 1e-12)
    #expect(two.text.contains("Cohen's kappa") && two.json["agreement"]?["captions"] == 3)
    let cleo = try file(Self.saved(by: "cleo") { _, _ in 4 }, "cleo.json")
    #expect(try RatingSummary([anna, ben, cleo]).text.contains("Fleiss' kappa"))
  }

  @Test("scores are correlated with grades; a picture that the references lack is named")
  func correlation() throws {
    let pictures = ["1", "2", "3"].map {
      ReferenceCaptions.Picture(id: RecordID($0), captions: ["a dog runs", "a dog"])
    }
    let ratings = try file(
      Self.saved { item, _ in item.picture == "1" ? 4 : item.picture == "2" ? 1 : 2 })
    var summary = try RatingSummary([ratings])
    var choices = Evaluation.Choices()
    choices.metrics = [.rouge, .wer]
    _ = try summary.correlate(
      with: ReferenceCaptions("refs.json", pictures), CaptionTokenizer(), choices)
    #expect(summary.correlations.map(\.key) == ["ROUGE_L", "WER"])
    #expect(summary.correlations.allSatisfy { $0.count == 4 })
    let taus = try summary.correlations.map { try #require($0.tau) }
    #expect(taus[0] > 0.5 && taus[1] < -0.5)
    #expect(summary.text.contains("Kendall's tau-b with the mean grade of 4 captions"))
    let few = ReferenceCaptions("refs.json", Array(pictures.dropLast()))
    #expect(
      throws: RatingError(ratings.path, .unknownPicture("3", references: "refs.json"))
    ) { _ = try summary.correlate(with: few, CaptionTokenizer(), choices) }
  }

  // MARK: Faults

  @Test("what does not fit is refused with the place and the remedy")
  func faults() throws {
    func error(_ text: String) throws -> RatingError? {
      let path = try folder.write(text, to: "bad.json")
      do throws(RatingError) {
        _ = try RatingFile(at: path)
        return nil
      } catch { return error }
    }
    let good = Self.saved { _, _ in 4 }.compactText
    #expect(try error(good) == nil)
    #expect(try error("{").map { if case .notJSON = $0.problem { true } else { false } } == true)
    #expect(try error("[]")?.problem == .notRatings)
    #expect(
      try error(good.replacing("ratings/1", with: "ratings/2"))?.problem
        == .otherSchema("cutline.ratings/2"))
    #expect(
      try error(good.replacing("show-and-tell", with: "stars"))?.problem == .unknownScale("stars"))
    let grade = try error(good.replacing("\"grade\":4", with: "\"grade\":5"))
    #expect(grade?.problem == .unknownGrade("5", .four) && grade?.record == "ratings[0]")
    #expect(grade?.description.contains("show-and-tell has 1 to 4") == true)
    #expect(
      try error(good.replacing("\"grade\":4", with: "\"grade\":2.5"))?.problem
        == .unknownGrade("2.5", .four))
    #expect(try error(good.replacing("a dog", with: "a cow"))?.problem == .changed)
    #expect(try error(good.replacing("\"1\"", with: "\"7\""))?.problem == .changed)
    #expect(try error(good.replacing("\"models\"", with: "\"model\""))?.problem == .badRating)
    #expect(throws: RatingError.self) { try RatingFile(at: "\(folder.path)/none.json") }
  }

  @Test("files of one sheet belong together, and none counts twice or is empty")
  func together() throws {
    let anna = try file(Self.saved { _, _ in 4 })
    let again = try file(Self.saved { _, _ in 4 }, "again.json")
    let other = try file(Self.saved(.three) { _, _ in 3 }, "three.json")
    let empty = try file(Self.saved { _, _ in nil }, "empty.json")
    #expect(throws: RatingError(again.path, .repeated(first: anna.path))) {
      try RatingSummary([anna, again])
    }
    #expect(throws: RatingError(other.path, .otherSheet(first: anna.path))) {
      try RatingSummary([anna, other])
    }
    #expect(throws: RatingError(empty.path, .noGrades)) { try RatingSummary([empty]) }
  }

  @Test("no mutated file is read as other grades than it has: it is refused, or read as a whole")
  func mutations() throws {
    let good = Array(Self.saved { _, _ in 3 }.compactText.utf8)
    let whole = try file(Self.saved { _, _ in 3 })
    var random = SeededGenerator(seed: 5)
    var readCount = 0
    for round in 0..<3000 {
      var bytes = good
      for _ in 0..<1 + round % 3 {
        let place = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[place] = UInt8(random.below(256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[random.below(bytes.count)], at: place)
        default: bytes = Array(bytes[..<place])
        }
        if bytes.isEmpty { bytes = [0] }
      }
      let path = try folder.write(bytes, to: "m.json")
      guard let read = try? RatingFile(at: path) else { continue }
      readCount += 1
      #expect(read.sheet == whole.sheet && read.ratings.count == whole.ratings.count)
      for (mutated, original) in zip(read.ratings, whole.ratings) {
        #expect(mutated.picture == original.picture && mutated.caption == original.caption)
        #expect(mutated.models == original.models)
        #expect(mutated.grade.map { (1...4).contains($0) } ?? true)
      }
    }
    // Names and grades may change without a trace; most mutations may not.
    #expect(readCount > 10 && readCount < 1500)
  }
}
