import Files
import Foundation
import FoundationXML
import TestSupport
import Testing

@testable import Reports

@Suite("Pages of runs")
struct RunPageTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      #"""
      {"schema": "cutline.run/1", "cutline": "0.1.0", "dataset": "data/<x>",
       "settings": {"epochs": 3, "decoder": "</script><b>"}, "execution": {"threads": 7}}
      """#, to: "config.json")
  }

  /// Rows of two epochs, the first of which is the better one.
  static func rows(seconds: Double) -> [TrainingRow] {
    func scores(_ cider: Double) -> SummaryRow.Validation {
      .init(loss: 2.5, scores: .init(bleu: [0.6, 0.4, 0.3, 0.2], rougeL: 0.5, cider: cider))
    }
    return [
      .step(
        StepRow(
          step: 1, epoch: 1, loss: 3, gradientNorm: 1, isClipped: false, learningRate: 0.1,
          captionsPerSecond: seconds, time: seconds)),
      .summary(
        SummaryRow(
          step: 10, epoch: 1, trainingLoss: 2, validation: scores(0.81), isBest: true,
          seconds: seconds, time: seconds)),
      .summary(
        SummaryRow(
          step: 20, epoch: 2, trainingLoss: 1, validation: scores(0.72), isBest: false,
          seconds: seconds, time: seconds)),
    ]
  }

  func page(seconds: Double = 1) throws -> String {
    try RunPage(of: folder.path, Self.rows(seconds: seconds)).html
  }

  @Test(
    "has scores, settings and the samples of the best epoch, and is well-formed whatever they hold")
  func contents() throws {
    try SamplePage(
      title: "t", summary: "s",
      samples: [.init(path: "x.jpg", caption: "a <dog>", references: ["one"], cider: 1)]
    ).write(to: SamplePage.path(ofEpoch: 1, in: folder.path))
    let html = try page()
    #expect(XMLParser(data: Data(html.utf8)).parse())
    #expect(html.contains("<td class=\"number\">0.8100</td>"))
    #expect(html.contains("epoch 1, step 10: CIDEr 0.810, BLEU-4 0.200"))
    #expect(html.contains("2 of 3 epochs, 20 steps"))
    #expect(html.contains("Samples of the best validation, epoch 1"))
    #expect(html.contains("a &lt;dog&gt;") && html.contains("data/&lt;x&gt;"))
    #expect(!html.contains("</script><b>") && !html.contains("threads"))
    #expect(!html.contains("script-src"))
    if DrawingLibrary.version != nil { #expect(html.contains("data:image/png;base64,")) }
  }

  @Test("holds nothing that differs between a run and the same one after a resume")
  func times() throws {
    #expect(try page(seconds: 1) == page(seconds: 222))
  }

  @Test("says its facts for other programs")
  func facts() throws {
    let html = try page()
    let start = try #require(html.range(of: "type=\"application/json\">")).upperBound
    let end = try #require(html.range(of: "</script>", range: start..<html.endIndex)).lowerBound
    let facts = try JSONValue(reading: Array(html[start..<end].utf8))
    #expect(facts["kind"] == "run" && facts["best_step"] == 10)
    #expect(facts["settings"]?["decoder"] == "</script><b>")
    #expect(facts["validations"]?.elements?.count == 2)
    #expect(facts["validations"]?.elements?[0]["cider"] == 0.81)
  }

  @Test("a folder without a run is none")
  func noRun() throws {
    #expect(RunPage.isRun(folder.path))
    let other = try folder.makeFolder("other")
    #expect(!RunPage.isRun(other) && !RunPage.isRun("\(folder.path)/config.json"))
    #expect(throws: RunPageError(path: other)) { try RunPage(of: other) }
  }
}

@Suite("Pages")
struct HTMLPageTests {
  @Test("a program may run only if it is the page's own, by its checksum")
  func scripts() throws {
    let html = HTMLPage(title: "t", body: "", script: "if (1 < 2 && 2 > 1) { f(); }").html
    #expect(XMLParser(data: Data(html.utf8)).parse())
    let start = try #require(html.range(of: "<script>")).upperBound
    let end = try #require(html.range(of: "</script>")).lowerBound
    let text = Array(html[start..<end].utf8)
    let digest = base64(text.withUnsafeBytes { SHA256.digest(of: $0) }.bytes)
    #expect(html.contains("script-src 'sha256-\(digest)'\"/>"))
    #expect(!HTMLPage(title: "t", body: "").html.contains("script"))
  }
}
