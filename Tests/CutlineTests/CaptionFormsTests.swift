import Files
import Foundation
import TestSupport
import Testing

@Suite("Several forms of captions at once, and limits of time")
struct CaptionFormsTests {
  let model: SampleModel
  let folder: TemporaryFolder

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
    try folder.makeFolder("a")
    try folder.write(Pictures.bytes(of: Pictures.jpeg), to: "a/x.jpg")
    try folder.write(Pictures.bytes(of: Pictures.png), to: "x.png")
  }

  private func run(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments + ["-m", model.path], in: folder.path)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
  }

  @Test("each input gets a file in each form, as it would alone")
  func pictures() throws {
    try folder.write("junk", to: "bad.jpg")
    let result = try run("a/x.jpg", "x.png", "bad.jpg", "-f", "json,txt,tsv", "-o", "out/new")
    #expect(result.status == 2)
    #expect(result.output == "")
    #expect(
      try namesInFolder("\(folder.path)/out/new")
        == ["bad.json", "x.json", "x.png.json", "x.png.tsv", "x.png.txt", "x.tsv", "x.txt"])
    for (stem, file) in [("x", "a/x.jpg"), ("x.png", "x.png")] {
      #expect(try text("out/new/\(stem).txt") == run(file).output)
      #expect(try text("out/new/\(stem).tsv") == run(file, "-f", "tsv").output)
      let row = try JSONValue(reading: Array(text("out/new/\(stem).json").utf8))
      #expect(row["file"]?.string == file && row["segments"] != nil)
    }
    #expect(try run("a/x.jpg", "-f", "json,txt", "-o", "out/new").status == 73)
    #expect(try run("a/x.jpg", "-f", "json,txt", "-o", "out/new", "--force").status == 0)
  }

  @Test("a folder is for one form, too, and pictures have no subtitles")
  func oneForm() throws {
    #expect(try run("a/x.jpg", "x.png", "-f", "json", "-o", "out/").status == 0)
    #expect(try namesInFolder("\(folder.path)/out") == ["x.json", "x.png.json"])
    let mixed = try run("x.png", "-f", "srt,txt", "-o", "mixed")
    #expect(mixed.status == 0)
    #expect(mixed.errors.contains("x.png: a picture, which has no timestamps for srt."))
    #expect(try namesInFolder("\(folder.path)/mixed") == ["x.txt"])
    #expect(try run("x.png", "-f", "srt,vtt", "-o", "none").status == 65)
  }

  @Test("what makes no sense is said before anything is done")
  func wrongUse() throws {
    #expect(try run("x.png", "-f", "json,txt").status == 64)
    #expect(try run("x.png", "-f", "json,mp3", "-o", "out").status == 64)
    #expect(try run("x.png", "-f", "json,txt", "-o", "out.json").status == 64)
    #expect(try run("x.png", "-f", "json,srt", "--json", "-o", "out").status == 64)
    #expect(try run("a/x.jpg", "-f", "json,txt", "-o", "x.png").status != 0)
    #expect(try namesInFolder(folder.path) == ["a", "x.png"])
  }

  /// A progressive JPEG of 8000 by 8000 pixels whose scans take long: a real one, said to be larger.
  private func slowPicture() throws -> [UInt8] {
    try Pictures.claiming(width: 9000, height: 9000)
  }

  @Test("--timeout holds for pictures, in caption and in batch, and costs the file alone")
  func timeout() throws {
    try folder.write(slowPicture(), to: "slow.jpg")
    let patient = try run("x.png", "--timeout", "30")
    #expect(patient.status == 0)
    #expect(try patient.output == run("x.png").output)
    let result = try run("slow.jpg", "--timeout", "0.001")
    #expect(result.status == 65)
    #expect(result.errors.contains("slow.jpg: not decoded within 0.001 s."))
    // Standard input that never ends.
    let hanging = try Program.shell(
      "mkfifo pipe; cutline - -m '\(model.path)' --timeout 0.5 <>pipe", in: folder.path)
    #expect(hanging.status == 65)
    let problem = "did not come to its end in time. Raise --timeout if it may take that long."
    #expect(hanging.errors.hasPrefix("cutline: standard input: \(problem)\n"), "\(hanging)")
    let sent = try Program.shell(
      "cat x.png | cutline - -m '\(model.path)' --timeout 30", in: folder.path)
    #expect(sent.output == patient.output)
    let batch = try run("batch", "slow.jpg", "-o", "out", "--timeout", "0.001")
    #expect(batch.status == 2)
    #expect(batch.errors.contains("not decoded within 0.001 s."))
  }

  @Test("--timeout holds for standard input that does not come to an end")
  func stalledInput() throws {
    let script = """
      c() { timeout 60 "\(Program.path)" "$@" -m '\(model.path)'; }
      { cat x.png; sleep 30 & } | c - --timeout 1; echo ${PIPESTATUS[1]}; c - --timeout 30 < x.png
      """
    let start = ContinuousClock.now
    let result = try Program.shell(script, in: folder.path)
    #expect(start.duration(to: .now) < .seconds(25))
    #expect(result.lines.first == "65" && result.lines.count == 2)
    #expect(result.errors.contains("standard input: did not come to its end in time."))
  }
}
