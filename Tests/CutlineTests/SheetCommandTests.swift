import Files
import Foundation
import Media
import Reports
import Synthesis
import TestSupport
import Testing

@Suite(
  "cutline sheet",
  .enabled(if: DrawingLibrary.version != nil, "Cairo is not installed"),
  .enabled(if: DrawingLibrary.textVersion != nil, "Pango is not installed"))
struct SheetCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      "\(Pictures.jpeg)\ta dog runs on grass\n\(Pictures.png)\ta house\n\(Pictures.webp)\ta lake\n",
      to: "captions.tsv")
  }

  func sheet(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(["sheet"] + arguments, in: folder.path)
  }

  func picture(_ name: String) throws -> DecodedImage {
    try decodeStillImage(.file("\(folder.path)/\(name)"))
  }

  @Test("draws the pictures of a table, as PNG or JPEG, and says how many")
  func forms() throws {
    let drawn = try sheet("captions.tsv", "-o", "sheet.png", "--columns", "3", "--size", "100")
    #expect(drawn.status == 0 && drawn.output == "")
    #expect(drawn.errors == "cutline: 3 captions on sheet.png\n")
    let sheet1 = try picture("sheet.png")
    #expect(sheet1.format == .png && sheet1.width == 3 * 100 + 2 * 16 + 2 * 24)
    #expect(try sheet("captions.tsv", "-o", "sheet.jpg", "-q").errors == "")
    #expect(try picture("sheet.jpg").format == .jpeg)
    #expect(try sheet("captions.tsv", "-o", "sheet.gif").status == 64)
  }

  @Test(
    "what does not fit is drawn on further sheets; none is overwritten unless that is asked for")
  func sheets() throws {
    let arguments = ["sheet", "captions.tsv", "-o", "s.png", "--per-sheet", "1", "--size", "64"]
    #expect(
      try Program.run(arguments, in: folder.path).errors
        == "cutline: 3 captions on s.png to s-3.png\n")
    #expect(try namesInFolder(folder.path) == ["captions.tsv", "s-2.png", "s-3.png", "s.png"])
    try FileManager.default.removeItem(atPath: "\(folder.path)/s.png")
    let refused = try Program.run(arguments, in: folder.path)
    #expect(refused.status == 73 && !isFile("\(folder.path)/s.png"))
    #expect(try Program.run(arguments + ["--force"], in: folder.path).status == 0)
    #expect(try sheet("captions.tsv", "-o", "captions.tsv", "--force").status == 64)
    try folder.write("\(Pictures.jpeg)\ta dog\n", to: "odd.png")
    #expect(try sheet("odd.png", "-o", "odd.png", "--force").status == 73)
  }

  @Test("failures, missing pictures, long captions and unknown characters are shown and told")
  func faults() throws {
    let long = Array(repeating: "word", count: 60).joined(separator: " ")
    try folder.write(
      "\(Pictures.jpeg)\t\(long)\nnowhere.jpg\ta dog\n\(Pictures.png)\t\u{10FFF0}\n", to: "odd.tsv")
    let drawn = try sheet("odd.tsv", "-o", "odd.png")
    #expect(drawn.status == 0)
    #expect(drawn.errors.contains("1 picture is not shown, such as nowhere.jpg: no such file"))
    #expect(drawn.errors.contains("1 caption is longer than 3 lines, and ends in an ellipsis"))
    #expect(drawn.errors.contains("1 text has characters that no installed font has"))
    let model = try SampleModel()
    try folder.write([1, 2, 3], to: "broken.jpg")
    let captioned = try Program.run(
      ["-m", model.path, Pictures.jpeg, "broken.jpg", "-o", "r.jsonl"], in: folder.path)
    #expect(captioned.status == 2)
    let whole = try sheet("r.jsonl", "-o", "r.png")
    #expect(
      whole.status == 0 && whole.errors == "cutline: 2 captions on r.png\n", "\(whole.errors)")
  }

  @Test("a clip is a filmstrip, with a caption for each of its segments")
  func clips() throws {
    let pictures = try [Pictures.jpeg, Pictures.webp].map { path in
      try decodeStillImage(.file(path)).image.resized(toWidth: 96, height: 64)
    }
    let frames = pictures.flatMap { Array(repeating: $0, count: 20) }
    try folder.write(MotionJPEG(frames: frames, framesPerSecond: 10).bytes, to: "clip.avi")
    let model = try SampleModel()
    let captioned = try Program.run(
      ["-m", model.path, "clip.avi", "--every", "2", "-f", "jsonl", "-o", "r.jsonl"],
      in: folder.path)
    #expect(captioned.status == 0, "\(captioned.errors)")
    let drawn = try sheet("r.jsonl", "-o", "strip.png", "--columns", "3", "--size", "90")
    #expect(
      drawn.status == 0 && drawn.errors == "cutline: 2 captions on strip.png\n", "\(drawn.errors)")
    // The first strip shows the first scene in each of its frames, the second the other one.
    let image = try picture("strip.png").image
    let frame = (3 * 90 + 2 * 16 - 3 * 3) / 4
    func mean(_ index: Int, _ y: Int) -> [Int] {
      let x = 24 + index * (frame + 3)
      return (0..<3).map { channel in
        let values = (x..<x + frame).map { Int(image.pixels[(y * image.width + $0) * 3 + channel]) }
        return values.reduce(0, +) / values.count
      }
    }
    let middle = mean(0, 60 + 20)
    #expect((1..<4).allSatisfy { zip(mean($0, 80), middle).allSatisfy { abs($0 - $1) < 12 } })
  }
}
