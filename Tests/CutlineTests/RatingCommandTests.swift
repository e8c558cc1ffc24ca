import Files
import Foundation
import FoundationXML
import TestSupport
import Testing

@Suite("cutline eval --rating-sheet and --ratings")
struct RatingCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      """
      {"images": [{"id": 9, "file_name": "dog-on-grass.jpg"}, {"id": 25, "file_name": "house.png"}],
       "annotations": [{"image_id": 9, "caption": "A dog runs on grass."},
                       {"image_id": 25, "caption": "A house stands on a hill."}]}
      """, to: "refs.json")
    try folder.write("dog-on-grass.jpg\ta dog\nhouse.png\ta house on a hill\n", to: "good.tsv")
    try folder.write("dog-on-grass.jpg\ta man\nhouse.png\ta man\n", to: "poor.tsv")
  }

  func eval(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(["eval"] + arguments, in: folder.path)
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
  }

  /// Returns what a browser would save of a page, with the grade that `grade` gives each caption.
  func saved(_ page: String, by rater: String, _ grade: (String) -> Int?) throws -> JSONValue {
    let html = try text(page)
    let start = try #require(html.range(of: "type=\"application/json\">")).upperBound
    let end = try #require(html.range(of: "</script>", range: start..<html.endIndex)).lowerBound
    let data = try JSONValue(reading: Array(html[start..<end].utf8))
    let ratings = try #require(data["items"]?.elements).flatMap { item in
      try (item["captions"]?.elements ?? []).map { caption -> JSONValue in
        let key = try #require(caption["key"]?.string.flatMap { bytes(ofBase64: $0) })
        let text = caption["text"]?.string ?? ""
        return [
          "picture": item["picture"] ?? .null, "caption": .string(text),
          "models": try JSONValue(reading: key),
          "grade": grade(text).map { .number(Double($0)) } ?? .null,
        ]
      }
    }
    return [
      "schema": data["schema"] ?? .null, "sheet": data["sheet"] ?? .null,
      "scale": data["scale"] ?? .null, "rater": .string(rater), "ratings": .array(ratings),
    ]
  }

  @Test("a page of two results is graded, and read back with agreement and the scores' correlation")
  func roundTrip() throws {
    let made = try eval(
      "--results", "good.tsv", "--results", "poor.tsv", "--references", "refs.json", "--images",
      Pictures.folder, "--rating-sheet", "sheet.html")
    #expect(made.status == 0 && made.output == "", "\(made.errors)")
    #expect(made.errors.contains("wrote sheet.html: 4 captions to grade, of 2 of 2 pictures"))
    let html = try text("sheet.html")
    #expect(XMLParser(data: Data(html.utf8)).parse())
    #expect(html.components(separatedBy: "data:image/jpeg;base64,").count == 3)
    #expect(!html.contains("good.tsv") && !html.contains("poor.tsv"))
    try folder.write(
      saved("sheet.html", by: "anna") { $0 == "a man" ? 1 : 4 }.prettyText, to: "anna.json")
    try folder.write(
      saved("sheet.html", by: "ben") { $0 == "a man" ? 1 : $0 == "a dog" ? 3 : nil }.prettyText,
      to: "ben.json")
    let read = try eval("--ratings", "anna.json", "ben.json", "--references", "refs.json")
    #expect(read.status == 0, "\(read.errors)")
    #expect(read.output.contains("2 raters, 4 captions of 2 pictures"))
    #expect(read.output.contains("Cohen's kappa") && read.output.contains("\nROUGE_L"))
    #expect(read.errors.contains("ben.json: 1 of 4 captions have no grade"))
    let json = try JSONValue(
      reading: Array(try eval("--ratings", "anna.json", "--json").output.utf8))
    #expect(json["models"]?.elements?.map { $0["mean"]?.number } == [4, 1])
    #expect(json["models"]?.elements?[0]["grades"]?["describes without errors"] == 2)
  }

  @Test("needs no references; draws few pictures by the seed; keeps to the scale")
  func choices() throws {
    for name in ["one.html", "two.html"] {
      let made = try eval(
        "--results", "good.tsv", "--images", Pictures.folder, "--rating-sheet", name,
        "--rating-count", "1", "--rating-scale", "s2vt", "--rating-seed", "3")
      #expect(made.status == 0, "\(made.errors)")
    }
    #expect(try text("one.html") == text("two.html"))
    #expect(try text("one.html").contains("2 relevant but incorrect"))
    try folder.write(saved("one.html", by: "x") { _ in 3 }.prettyText, to: "x.json")
    #expect(try eval("--ratings", "x.json").output.contains("3  correct"))
  }

  @Test("a model's captions are graded, too")
  func model() throws {
    let model = try SampleModel()
    let collection = try SmallCollection(validated: 2) { "a picture \($0)" }
    let made = try Program.run(
      ["eval", ".", "-m", model.path, "--rating-sheet", "s.html"], in: collection.folder.path)
    #expect(made.status == 0 && made.errors.contains("2 captions to grade"), "\(made.errors)")
  }

  @Test("a page of scores has heat maps of a model's captions, if that is asked for")
  func heatMaps() throws {
    let model = try SampleModel(hasAttention: true)
    let collection = try SmallCollection(validated: 2) { "a picture \($0)" }
    func run(_ more: [String]) throws -> Program.Outcome {
      try Program.run(["eval", ".", "-m", model.path] + more, in: collection.folder.path)
    }
    let made = try run(["--report", "p.html", "--heat-maps"])
    #expect(made.status == 0, "\(made.errors)")
    let html = try collection.text("p.html")
    #expect(XMLParser(data: Data(html.utf8)).parse())
    // Best, worst and random show both pictures.
    #expect(html.components(separatedBy: "<summary>heat maps</summary>").count == 1 + 3 * 2)
    #expect(try run(["--heat-maps"]).errors.contains("Add --report"))
    let results = try eval(
      "--results", "good.tsv", "--references", "refs.json", "--report", "r.html", "--heat-maps")
    #expect(results.status == 64)
  }

  @Test(
    "faults are named: pictures that are not there, options that do not go together, and changed files"
  )
  func faults() throws {
    let missing = try eval("--results", "good.tsv", "--rating-sheet", "s.html")
    #expect(missing.status == 66 && missing.errors.contains("its picture is not found"))
    #expect(!isFile("\(folder.path)/s.html"))
    #expect(
      try eval("--results", "good.tsv", "--rating-sheet", "good.tsv", "--force").status == 73)
    try folder.write("clip.mp4\t0\t4\ta\nclip.mp4\t4\t8\tb\n", to: "parts.tsv")
    let parts = try eval("--results", "parts.tsv", "--rating-sheet", "s.html")
    #expect(parts.status == 65 && parts.errors.contains("clip.mp4 has captions of 2 segments"))
    #expect(try eval("--ratings", "x.json", "--results", "good.tsv").status == 64)
    #expect(try eval("--ratings", "x.json").status == 66)
    #expect(
      try eval("--results", "good.tsv", "--results", "poor.tsv", "--references", "refs.json").errors
        .contains("there are several --results"))
    try folder.write("{\"schema\": \"cutline.ratings/1\"}", to: "bad.json")
    let bad = try eval("--ratings", "bad.json")
    #expect(bad.status == 65 && bad.errors.contains("bad.json: holds no ratings"))
  }
}
