import Files
import Foundation
import TestSupport
import Testing

/// Pictures that move, as `caption` and `batch` take them.
@Suite("Pictures that move, on the command line")
struct AnimationCommandTests {
  let model: SampleModel
  let folder: TemporaryFolder

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
    try folder.write(Self.gif(.red, .blue), to: "moves.gif")
  }

  enum Colour: UInt8 { case red, blue }

  /// A GIF of 2×2 pixels: each picture stands for a second.
  static func gif(_ pictures: Colour...) -> [UInt8] {
    let head = Array("GIF89a".utf8) + [2, 0, 2, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255]
    let frames = pictures.map { colour -> [UInt8] in
      // Four times the same colour in codes of three bits, between a clear and an end code.
      let codes: [UInt8] = colour == .red ? [0x04, 0x00, 0x05] : [0x4C, 0x12, 0x05]
      return [0x21, 0xF9, 4, 0, 100, 0, 0, 0, 0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3] + codes + [0]
    }
    return head + frames.joined() + [0x3B]
  }

  func cutline(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments + ["-m", model.path], in: folder.path)
  }

  @Test("They are pictures with a warning, and clips where an option is about clips")
  func caption() throws {
    let picture = try cutline("moves.gif", "--strict")
    #expect(picture.status == 0 && picture.lines.count == 1)
    #expect(
      picture.errors
        == "cutline: moves.gif: moves, and only its first picture was used (--every, --scenes or "
        + "--frames caption it as a clip); using what was decoded.\n", "\(picture.errors)")
    for options in [["--every", "1"], ["--scenes"]] {
      let clip = try Program.run(
        ["moves.gif", "-m", model.path] + options, in: folder.path)
      #expect(clip.status == 0 && clip.errors == "" && clip.lines.count == 2, "\(clip)")
    }
    for options in [["--frames", "2"], ["--start", "1"], ["--end", "1"]] {
      let clip = try Program.run(
        ["moves.gif", "-m", model.path, "-f", "jsonl"] + options, in: folder.path)
      #expect(try JSONValue(reading: Array(clip.output.utf8))["kind"]?.string == "video")
    }
    let subtitles = try cutline("moves.gif", "-f", "srt")
    #expect(subtitles.output.hasPrefix("1\n00:00:00,000 --> 00:00:02"), "\(subtitles)")
    try folder.write(Self.gif(.blue), to: "still.gif")
    let still = try cutline("still.gif", "-f", "srt")
    #expect(still.status == 65 && still.errors.contains("is not a clip"), "\(still.errors)")
    #expect(try cutline("still.gif").errors == "")
  }

  private func rows(_ options: String...) throws -> [JSONValue] {
    let run = try Program.run(
      ["batch", "moves.gif", "-m", model.path, "-o", "out", "--progress", "none"] + options,
      in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let text = try String(contentsOfFile: "\(folder.path)/out/results.jsonl", encoding: .utf8)
    let schema = try JSONSchema(
      reading: "\(Pictures.folder)/../../Sources/cutline/Resources/result.schema.json")
    return try text.split(separator: "\n").map {
      let row = try JSONValue(reading: Array($0.utf8))
      #expect(schema.problems(of: row) == [])
      return row
    }
  }

  @Test("A batch makes the row of one anew when it is to be a clip, and when it no longer is")
  func batch() throws {
    let picture = try rows()
    #expect(picture.count == 1 && picture[0]["kind"]?.string == "image")
    #expect(picture[0]["warnings"]?.elements?.first?["code"]?.string == "unsupported")
    #expect(picture[0]["settings"]?["first_picture"] == .boolean(true))
    // As it is, the row stays: nothing is done.
    #expect(try rows()[0] == picture[0])
    let clip = try rows("--every", "1")
    #expect(clip.count == 1 && clip[0]["kind"]?.string == "video")
    #expect(clip[0]["segments"]?.elements?.count == 2)
    #expect(clip[0]["settings"]?["first_picture"] == nil)
    #expect(try rows("--every", "1")[0] == clip[0])
    #expect(try rows()[0]["kind"]?.string == "image")
    let withTimes = try rows("-f", "srt")
    #expect(withTimes[0]["kind"]?.string == "video")
    #expect(FileManager.default.fileExists(atPath: "\(folder.path)/out/moves.srt"))
  }

  @Test(
    "HDR is told with --verbose, and is no warning",
    .enabled(if: CommandLineTests.find("ffmpeg") != nil))
  func highRange() throws {
    let program = try #require(CommandLineTests.find("ffmpeg"))
    let made = try Program.spawn(
      [
        program, "-v", "error", "-nostdin", "-f", "lavfi", "-i",
        "testsrc2=size=64x48:rate=5:duration=1", "-c:v", "ffv1", "-pix_fmt", "gbrp10le",
        "-color_trc", "arib-std-b67", "-color_primaries", "bt2020", "hlg.mkv",
      ], in: folder.path, environment: [:], input: [], output: .file)
    try #require(made.status == 0, "\(made.errors)")
    let message = "hlg.mkv: HDR (HLG), shown in SDR with white at 203 cd/m²"
    let quiet = try cutline("hlg.mkv", "-f", "json")
    #expect(quiet.status == 0 && quiet.errors == "" && !quiet.output.contains("HDR"), "\(quiet)")
    #expect(try cutline("hlg.mkv", "-v").errors.contains(message))
    let batch = try cutline("batch", "hlg.mkv", "-o", "out", "-v")
    #expect(batch.status == 0 && batch.errors.contains(message), "\(batch.errors)")
  }
}
