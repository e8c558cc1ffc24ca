import Files
import TestSupport
import Testing

/// The model with tags that the repository ships.
@Suite("The model with tags")
struct TagsModelTests {
  static let path = DefaultModelTests.path.replacing(/default$/, with: "tags")

  @Test("is whole, small, stored in bfloat16, and says what it is and what it is not")
  func files() throws {
    try DefaultModelTests.check(
      Self.path,
      saying: [
        "## Started from", "## Training data", "## Scores", "## Tags", "## Confidence",
        "## Limitations",
      ], largest: 25_500_000)
  }

  @Test("says which rules its captions keep")
  func rules() throws {
    let result = try Program.run(["model", "info", Self.path], in: Pictures.folder)
    #expect(
      result.output.contains("none twice in a row, no 3 in a row twice, guided by tags, 1.0\n"))
  }

  @Test("names what a picture shows, and is unsure of a drawing")
  func samples() throws {
    let result = try Program.run(
      [
        "-m", Self.path, "--tags", "1", "-f", "jsonl", "dog-on-grass.jpg", "football-turned.jpg",
        "house.png",
      ],
      in: Pictures.folder)
    #expect(result.status == 0, "\(result.errors)")
    let rows = try result.lines.map { try JSONValue(reading: Array($0.utf8)) }
    let segments = rows.compactMap { $0["segments"]?.elements?.first }
    try #require(segments.count == 3)
    let tags = segments.map { $0["tags"]?.elements?.first }
    #expect(tags[0]?["word"]?.string == "dog")
    #expect(tags[1]?["label"]?.string == "soccer ball")
    let confidences = segments.compactMap { $0["confidence"]?.number }
    #expect(confidences.count == 3 && confidences[2] < 0.05)
    #expect(result.errors.contains("house.png: unsure"))
  }
}
