import Files
import Foundation
import FoundationXML
import Reports
import TestSupport
import Testing

@Suite("cutline report")
struct ReportCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
  }

  @Test("shows captions with their pictures, failures and missing pictures as such")
  func results() throws {
    let model = try SampleModel()
    try folder.write([1, 2, 3], to: "broken.jpg")
    let captioned = try Program.run(
      ["-m", model.path, Pictures.jpeg, "broken.jpg", Pictures.png, "-o", "r.jsonl"],
      in: folder.path)
    #expect(captioned.status == 2)
    let made = try Program.run(["report", "r.jsonl", "-o", "r.html"], in: folder.path)
    #expect(made.status == 0 && made.output == "", "\(made.errors)")
    let html = try text("r.html")
    #expect(XMLParser(data: Data(html.utf8)).parse())
    #expect(html.components(separatedBy: "data:image/jpeg;base64,").count == 3)
    #expect(html.contains("data-state=\"failed\"") && html.contains("<p class=\"doubt\">failed: "))
    #expect(html.contains("<th scope=\"row\">failed</th><td dir=\"auto\">1</td>"))
    #expect(try Program.run(["report", "r.jsonl", "-o", "r.html"], in: folder.path).status == 73)
    #expect(
      try Program.run(["report", "r.jsonl", "-o", "r.jsonl", "--force"], in: folder.path).status
        == 73)
    #expect(
      try Program.run(["report", "none.jsonl", "-o", "x.html"], in: folder.path).status == 66)
    #expect(!isFile("\(folder.path)/x.html"))
  }

  @Test(
    "adds the heat maps that caption --attention drew", .enabled(if: DrawingLibrary.version != nil))
  func heatMaps() throws {
    let model = try SampleModel(hasAttention: true)
    _ = try Program.run(
      ["-m", model.path, Pictures.jpeg, "-o", "r.jsonl", "--attention", "maps"], in: folder.path)
    let made = try Program.run(
      ["report", "r.jsonl", "-o", "r.html", "--heat-maps", "maps"], in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    #expect(try text("r.html").contains("<summary>heat maps</summary><img "))
    #expect(
      try Program.run(["report", "r.jsonl", "-o", "x.html", "--heat-maps", "no"], in: folder.path)
        .status == 66)
  }

  @Test(
    "a batch writes its page at the end; shows members of an archive, and the newest rows alone")
  func batch() throws {
    let model = try SampleModel()
    var tar = TarBytes()
    tar.add("a.jpg", try Pictures.bytes(of: Pictures.jpeg))
    try folder.write(tar.whole, to: "shard.tar")
    let arguments = ["batch", "shard.tar", Pictures.png, "-m", model.path, "-o", "out", "--report"]
    #expect(try Program.run(arguments, in: folder.path).status == 0)
    let html = try text("out/report.html")
    #expect(html.components(separatedBy: "data:image/jpeg;base64,").count == 3)
    #expect(html.contains("shard.tar/a.jpg"))
    // Again, as of the folder, and with nothing left to caption.
    #expect(try Program.run(arguments, in: folder.path).status == 0)
    #expect(try text("out/report.html") == html)
    let made = try Program.run(["report", "out", "-o", "again.html"], in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    #expect(try text("again.html") == html)
  }

  @Test("a run leaves a page, which is the same after a resume and from the command")
  func run() throws {
    let collection = try SmallCollection(validated: 2) { "a picture \($0 % 2)" }
    let first = try collection.train(["--epochs", "2"])
    #expect(first.status == 0, "\(first.errors)")
    let page = try collection.text("run/report.html")
    #expect(XMLParser(data: Data(page.utf8)).parse())
    #expect(page.contains("2 of 2 epochs") && page.contains("Samples of the best validation"))
    // The same run, stopped after its first epoch and resumed.
    let other = try SmallCollection(validated: 2) { "a picture \($0 % 2)" }
    let stopped = try other.train(["--epochs", "2"])
    #expect(stopped.status == 0)
    let steps = try namesInFolder("\(other.folder.path)/run/checkpoints").sorted()
    for step in steps.dropFirst() {
      try FileManager.default.removeItem(atPath: "\(other.folder.path)/run/checkpoints/\(step)")
    }
    try FileManager.default.removeItem(atPath: "\(other.folder.path)/run/report.html")
    let resumed = try other.train(["--epochs", "2"])
    #expect(resumed.status == 0 && resumed.errors.contains("resuming from"), "\(resumed.errors)")
    #expect(try other.text("run/report.html") == page)
    let made = try Program.run(["report", "run", "-o", "page.html"], in: other.folder.path)
    #expect(made.status == 0, "\(made.errors)")
    #expect(try other.text("page.html") == page)
    #expect(
      try Program.run(["report", "run", "-o", "x.html", "--images", "."], in: other.folder.path)
        .status == 64)
  }
}
