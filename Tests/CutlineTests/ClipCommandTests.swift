import Files
import Foundation
import Media
import Synthesis
import TestSupport
import Testing

@Suite("cutline caption, of clips")
struct ClipCommandTests {
  let model: SampleModel
  let folder: TemporaryFolder
  /// Three scenes of a second each, ten frames a second.
  let clip = "scenes.avi"

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
    let pictures = try [Pictures.jpeg, Pictures.webp, Pictures.turned].map { path in
      try decodeStillImage(.file(path)).image.resized(toWidth: 96, height: 64)
    }
    try folder.write(bytes(of: pictures, each: 10), to: clip)
  }

  func bytes(of pictures: [Image], each count: Int) -> [UInt8] {
    let frames = pictures.flatMap { Array(repeating: $0, count: count) }
    return MotionJPEG(frames: frames, framesPerSecond: 10).bytes
  }

  func cutline(_ arguments: String..., input: [UInt8] = []) throws -> Program.Outcome {
    try Program.run(arguments + ["-m", model.path], in: folder.path, input: input)
  }

  func row(_ arguments: String...) throws -> JSONValue {
    let result = try Program.run(
      arguments + ["-m", model.path, "-f", "jsonl"], in: folder.path)
    let row = try JSONValue(reading: Array(result.output.utf8))
    let schema = try JSONSchema(
      reading: "\(Pictures.folder)/../../Sources/cutline/Resources/result.schema.json")
    #expect(schema.problems(of: row) == [])
    return row
  }

  @Test("A clip gives one line, the caption alone; from a pipe the same one")
  func whole() throws {
    let result = try cutline(clip)
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    #expect(result.lines.count == 1)
    let words = Set(result.output.split { $0 == " " || $0 == "\n" }.map(String.init))
    #expect(!words.isEmpty && words.isSubset(of: SampleModel.words))
    let bytes = try MappedFile("\(folder.path)/\(clip)").withBytes { Array($0) }
    #expect(try cutline("-", input: bytes).output == result.output)
  }

  /// The clip, said to have so many frames, ten of which are shown in a second.
  func clip(claiming frameCount: UInt32) throws -> [UInt8] {
    var bytes = try MappedFile("\(folder.path)/\(clip)").withBytes { Array($0) }
    let header = try #require(bytes.firstRange(of: Array("strh".utf8))).upperBound
    let place = header + 4 + 32
    bytes.replaceSubrange(
      place..<place + 4, with: (0..<4).map { UInt8(frameCount >> (8 * $0) & 255) })
    return bytes
  }

  @Test("A clip that says it lasts for months is not captioned every second of them")
  func months() throws {
    try folder.write(try clip(claiming: 200_000_000), to: "months.avi")
    let result = try cutline("months.avi", "--every", "1", "--end", "1e9")
    #expect(result.status == 65)
    #expect(
      result.errors.contains("says that it lasts 20000000 s, over the limit of 604,800 captions"),
      "\(result.errors)")
  }

  @Test("A frame is seen for an hour at most, whatever its clip says")
  func stillness() throws {
    try folder.write(try clip(claiming: 500_000), to: "hours.avi")
    // Lengths are measured where a clip is captioned to its end.
    let row = try row("hours.avi", "--every", "60", "--end", "49999")
    #expect(row["duration"]?.number == 50_000)
    let segments = try #require(row["segments"]?.elements)
    #expect(segments.count == 61 || segments.count == 60, "\(segments.count)")
  }

  @Test("A length that no clip has is not believed")
  func ages() throws {
    try folder.write(try clip(claiming: .max), to: "ages.avi")
    let row = try row("ages.avi", "--max-duration", "10")
    #expect(row["duration"]?.number == 3)
  }

  @Test("Its row tells length, rate and which frames were looked at")
  func json() throws {
    let row = try row(clip, "--frames", "5")
    #expect(row["kind"]?.string == "video")
    #expect(row["width"]?.integer == 96 && row["height"]?.integer == 64)
    #expect(row["duration"]?.number == 3 && row["fps"]?.number == 10)
    #expect(row["settings"]?["frames"]?.integer == 5)
    let segment = try #require(row["segments"]?.elements?.first)
    #expect(segment["start"]?.number == 0 && segment["end"]?.number == 3)
    #expect(segment["frames"]?.integer == 5)
    // Of three different frames there are no more than three.
    #expect(try self.row(clip, "--end", "0.3")["segments"]?.elements?[0]["frames"]?.integer == 3)
  }

  @Test("A length that its file has wrong is corrected", arguments: [6, 300])
  func wrongLength(frameCount: Int) throws {
    var bytes = try MappedFile("\(folder.path)/\(clip)").withBytes { Array($0) }
    func write(_ number: Int, behind name: String, at offset: Int) throws {
      let name = Array(name.utf8)
      let place = try #require(
        bytes.indices.first { bytes[$0...].starts(with: name) }, "no such part")
      for byte in 0..<4 {
        bytes[place + 8 + offset + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte))
      }
    }
    try write(frameCount, behind: "avih", at: 16)
    try write(frameCount, behind: "strh", at: 32)
    try folder.write(bytes, to: "wrong.avi")
    for options in [[], ["--every", "1"], ["--scenes"]] {
      func row(_ file: String) throws -> JSONValue {
        let result = try Program.run(
          [file, "-m", model.path, "-f", "jsonl"] + options, in: folder.path)
        return try JSONValue(reading: Array(result.output.utf8))
      }
      let (right, wrong) = (try row(clip), try row("wrong.avi"))
      #expect(wrong["duration"] == right["duration"])
      #expect((wrong["segments"] == right["segments"]) == true, "\(options)")
      #expect(wrong["warnings"]?.elements?.isEmpty == true)
    }
    // Not where it does not matter.
    let part = try row("wrong.avi", "--end", "0.5")
    #expect(part["segments"]?.elements?[0]["end"]?.number == 0.5)
  }

  @Test("A clip that stands still has the caption of its picture, each scene that of its own")
  func scenes() throws {
    let still = try decodeStillImage(.file(Pictures.jpeg)).image.resized(toWidth: 96, height: 64)
    try folder.write(still.jpegBytes(quality: 90, subsampled: false), to: "still.jpg")
    try folder.write(bytes(of: [still], each: 7), to: "still.avi")
    #expect(try cutline("still.avi").output == cutline("still.jpg").output)

    let row = try row(clip, "--scenes")
    let segments = try #require(row["segments"]?.elements)
    #expect(segments.map { $0["start"]?.number } == [0, 1, 2])
    #expect(segments.map { $0["end"]?.number } == [1, 2, 3])
    #expect(row["settings"]?["scenes"] == .boolean(true))
    func text(_ segment: JSONValue) -> String? {
      segment["captions"]?.elements?.first?["text"]?.string
    }
    #expect(try text(segments[0]) == String(cutline("still.jpg").output.dropLast()))
  }

  @Test("--every cuts it into equal parts, and --start and --end cut off the rest")
  func every() throws {
    let lines = try cutline(clip, "--every", "1.2").lines.map {
      $0.split(separator: "\t").map(String.init)
    }
    #expect(lines.map { $0[0] } == ["0.0", "1.2", "2.4"])
    #expect(lines.map { $0[1] } == ["1.2", "2.4", "3.0"])
    // A rest of less than half a second joins the part before.
    for (step, starts) in [("1.3", ["0.0", "1.3"]), ("1.25", ["0.0", "1.25", "2.5"])] {
      let lines = try cutline(clip, "--every", step).lines.map { $0.split(separator: "\t") }
      #expect(lines.map { String($0[0]) } == starts && lines.last?[1] == "3.0", "\(lines)")
    }
    // Parts that are shorter themselves stay, and a clip that is leaves one.
    #expect(try cutline(clip, "--every", "0.3").lines.count == 10)
    let short = try cutline(clip, "--every", "1", "--end", "0.4")
    #expect(
      short.lines.count == 1 && short.errors.contains("--every 1.0 gives one caption for the whole")
    )
    let row = try row(clip, "--every", "1", "--start", "0:01", "--end", "2.5")
    let segments = try #require(row["segments"]?.elements)
    #expect(segments.map { $0["start"]?.number } == [1, 2])
    #expect(segments.map { $0["end"]?.number } == [2, 2.5])
    // A part sees what lies in it and nothing else.
    let second = try self.row(clip, "--scenes")["segments"]?.elements?[1]["captions"]
    #expect(segments[0]["captions"] == second)
  }

  @Test("Clips and pictures may be mixed, and keep their order")
  func mixed() throws {
    let files = [clip, Pictures.jpeg, Pictures.png, clip, Pictures.webp]
    let result = try Program.run(files + ["-m", model.path], in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == (try files.map { "\($0)\t\(try cutline($0).output)" }.joined()))
  }

  @Test("SubRip and WebVTT come by the output's extension, for one clip and nothing else")
  func subtitles() throws {
    for (name, start) in [("a.srt", "1\n00:00:00,000 --> 00:00:0"), ("a.vtt", "WEBVTT\n\n00:0")] {
      let result = try cutline(clip, "--scenes", "-o", name)
      #expect(result.status == 0, "\(result.errors)")
      let text = try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
      #expect(text.hasPrefix(start), "\(text)")
    }
    let picture = try cutline(Pictures.jpeg, "-f", "srt")
    #expect(picture.status == 65 && picture.errors.contains("is not a clip"), "\(picture.errors)")
    #expect(try cutline(clip, clip, "-f", "vtt").status == 64)
  }

  @Test(
    "Settings that make no sense are refused",
    arguments: [
      ["--every", "0"], ["--every", "-1"], ["--every", "nan"], ["--frames", "0"],
      ["--every", "2", "--scenes"], ["--start", "2", "--end", "1"], ["--start", "1:75"],
      ["--max-duration", "0"], ["--timeout", "0"],
    ])
  func usage(options: [String]) throws {
    let result = try Program.run([clip, "-m", model.path] + options, in: folder.path)
    #expect(result.status == 64, "\(result.errors)")
    #expect(result.errors.contains(options[0]), "\(result.errors)")
  }

  @Test("A part behind the end, a clip too long, and a part without time are coded errors")
  func limits() throws {
    let behind = try row(clip, "--start", "7")
    #expect(behind["error"]?["code"]?.string == "no_frames")
    let long = try cutline(clip, "--max-duration", "2.5")
    #expect(long.status == 65 && long.errors.contains("--max-duration"), "\(long.errors)")
    #expect(try row(clip, "--max-duration", "2.5")["error"]?["code"]?.string == "too_long")
    #expect(try row(clip, "--max-pixels", "100")["error"]?["code"]?.string == "too_large")
  }

  @Test("Cut anywhere, a clip is captioned as far as it goes or is a coded error")
  func truncated() throws {
    let bytes = try MappedFile("\(folder.path)/\(clip)").withBytes { Array($0) }
    var names: [String] = []
    for part in 1..<32 {
      names.append("cut-\(part).avi")
      try folder.write(Array(bytes.prefix(bytes.count * part / 32)), to: names[part - 1])
    }
    let result = try Program.run(names + ["-m", model.path, "-f", "jsonl"], in: folder.path)
    #expect(result.status == 2 || result.status == 0, "\(result.errors)")
    let rows = try result.lines.map { try JSONValue(reading: Array($0.utf8)) }
    #expect(rows.count == names.count)
    #expect(rows.allSatisfy { $0["segments"] != nil || $0["error"]?["code"] != nil })
    // From half of it at least one frame can be seen.
    #expect(rows.suffix(15).allSatisfy { $0["segments"] != nil })
    let captioned = rows.filter { $0["segments"] != nil }
    #expect(
      captioned.allSatisfy { $0["warnings"]?.elements?.first?["code"]?.string == "truncated" })
    #expect(result.errors.contains("cutline: cut-31.avi: not a complete AVI (ends "))
    let strict = try Program.run(
      names + ["-m", model.path, "-f", "jsonl", "--strict"], in: folder.path)
    #expect(strict.status == 2 && strict.lines.count == names.count, "\(strict.errors)")
    #expect(strict.lines.allSatisfy { $0.contains("\"error\"") })
    #expect(try cutline(clip, "--strict").status == 0)
  }

  @Test("Playlists and names that FFmpeg would follow lead nowhere")
  func hostile() throws {
    try folder.write("#EXTM3U\n#EXTINF:1,\nscenes.avi\n", to: "list.mp4")
    try folder.write("ffconcat version 1.0\nfile scenes.avi\n", to: "list.avi")
    for (name, status) in [
      ("list.mp4", Int32(65)), ("list.avi", 65), ("concat:scenes.avi|scenes.avi", 66),
      ("file:scenes.avi", 66), ("http://127.0.0.1:1/x.mp4", 66), ("data:video/avi;base64,AA", 66),
    ] {
      let result = try cutline(name)
      #expect(result.status == status, "\(name): \(result.errors)")
      #expect(result.errors.hasPrefix("cutline: \(name): "), "\(result.errors)")
    }
    // Only the head of an AVI; what follows is a list.
    let bytes = try MappedFile("\(folder.path)/\(clip)").withBytes { Array($0) }
    try folder.write(Array(bytes.prefix(12)) + Array("#EXTM3U\nscenes.avi".utf8), to: "head.avi")
    #expect(try cutline("head.avi").status == 65)
  }

  @Test(
    "No file is opened but libraries, the model and the clip; no network is asked",
    .enabled(if: CommandLineTests.canTrace, "strace cannot trace here"))
  func traced() throws {
    let strace = try #require(CommandLineTests.find("strace"))
    let result = try Program.spawn(
      [
        strace, "-f", "-qq", "-e", "trace=open,openat,openat2,creat,%network", "-o", "trace",
        Program.path, clip, "-m", model.path,
      ], in: folder.path, environment: [:], input: [], output: .file)
    #expect(result.status == 0, "\(result.errors)")
    let lines = try String(contentsOfFile: "\(folder.path)/trace", encoding: .utf8)
      .split(separator: "\n").filter { $0.contains("(") && !$0.contains("ENOENT") }
    let expected = [
      "/lib", "/usr/lib", "/usr/share", "/etc/ld.so", "/etc/localtime", "/proc/", "/sys/",
      "/dev/null", "/opt/",
      model.path, "\"\(clip)\"",
    ]
    for line in lines {
      let isLibrary = line.contains(".so")
      #expect(isLibrary || expected.contains { line.contains($0) }, "\(line)")
      #expect(!line.contains("socket("), "\(line)")
    }
    #expect(lines.contains { $0.contains("\"\(clip)\"") })
  }
}
