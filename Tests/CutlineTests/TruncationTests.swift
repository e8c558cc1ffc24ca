import Files
import Foundation
import Media
import Synthesis
import TestSupport
import Testing

@Suite("cutline batch, of files whose end is missing")
struct TruncationTests {
  let model: SampleModel
  let folder: TemporaryFolder
  let clip: [UInt8]
  /// A picture of one pixel.
  let gif: [UInt8] =
    Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 255, 255, 255, 0, 0, 0]
    + [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B]

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
    let image = try decodeStillImage(.file(Pictures.jpeg)).image.resized(toWidth: 96, height: 64)
    clip = MotionJPEG(frames: Array(repeating: image, count: 20), framesPerSecond: 10).bytes
  }

  /// Returns, for each file's row, the codes of its warnings or that of its error.
  func codes(_ inputs: String..., strictly: Bool = false) throws -> [String: [String]] {
    let options =
      ["-r", "-o", "out", "--restart", "-m", model.path] + (strictly ? ["--strict"] : [])
    let result = try Program.run(["batch"] + inputs + options, in: folder.path)
    #expect([0, 2].contains(result.status), "\(result.errors)")
    let text = try String(contentsOfFile: "\(folder.path)/out/results.jsonl", encoding: .utf8)
    let rows = try text.split(separator: "\n").map { try JSONValue(reading: Array($0.utf8)) }
    return Dictionary(
      uniqueKeysWithValues: rows.map { row in
        let codes = row["warnings"]?.elements?.compactMap { $0["code"]?.string } ?? []
        return (
          row["file"]?.string ?? "", row["error"]?["code"]?.string.map { ["error", $0] } ?? codes
        )
      })
  }

  @Test("clips and pictures, also in an archive, have a warning each, and with --strict an error")
  func everywhere() throws {
    let half = Array(clip.prefix(clip.count / 2))
    let files = [
      ("cut.avi", half), ("cut.gif", gif.dropLast()), ("whole.avi", clip), ("whole.gif", gif),
    ]
    var archive = TarBytes()
    try folder.makeFolder("media")
    for (name, bytes) in files {
      try folder.write(bytes, to: "media/\(name)")
      archive.add(name, bytes)
    }
    try folder.write(archive.whole, to: "a.tar")
    for strictly in [false, true] {
      let codes = try codes("media", "a.tar", strictly: strictly)
      #expect(codes.count == 8)
      for name in ["media/cut.avi", "media/cut.gif", "a.tar/cut.avi", "a.tar/cut.gif"] {
        // The last frame of the clip is damaged besides.
        let expected = strictly ? ["error", "truncated"] : ["truncated"]
        #expect(codes[name]?.starts(with: expected) == true, "\(name): \(codes[name] ?? [])")
      }
      for name in ["media/whole.avi", "media/whole.gif", "a.tar/whole.avi", "a.tar/whole.gif"] {
        #expect(codes[name] == [], "\(name)")
      }
    }
  }

  @Test("a clip that ends before its first frame is an error that says so, strictly or not")
  func noFrame() throws {
    try folder.write(Array(clip.prefix(200)), to: "head.avi")
    #expect(try codes("head.avi")["head.avi"] == ["error", "truncated"])
    #expect(try codes("head.avi", strictly: true)["head.avi"] == ["error", "truncated"])
  }

  /// Its alphabets are tables that the C library loads when FFmpeg first meets one.
  @Test(
    "a broadcast that names its programme can be read where nothing can be opened",
    .enabled(if: CommandLineTests.find("ffmpeg") != nil, "needs the ffmpeg program"),
    arguments: ["plain", "Češtině"])
  func broadcast(programme: String) throws {
    let ffmpeg = try #require(CommandLineTests.find("ffmpeg"))
    try folder.write(clip, to: "clip.avi")
    let made = try Program.spawn(
      [
        ffmpeg, "-nostdin", "-v", "error", "-i", "clip.avi", "-c:v", "mpeg2video", "-r", "25",
        "-metadata", "service_name=\(programme)", "all.ts",
      ], in: folder.path, environment: [:], input: [], output: .file)
    #expect(made.status == 0, "\(made.errors)")
    let bytes = try MappedFile("\(folder.path)/all.ts").withBytes { Array($0) }
    try folder.write(bytes.dropLast(100), to: "cut.ts")
    #expect(try codes("all.ts", "cut.ts") == ["all.ts": [], "cut.ts": ["truncated"]])
  }
}
