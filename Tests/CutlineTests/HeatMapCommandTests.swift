import Files
import Foundation
import Media
import Reports
import Synthesis
import TestSupport
import Testing

@Suite(
  "cutline caption --attention",
  .enabled(if: DrawingLibrary.version != nil, "Cairo is not installed"))
struct HeatMapCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func cutline(
    _ arguments: [String], _ model: SampleModel, input: [UInt8] = []
  ) throws -> Program.Outcome {
    try Program.run(arguments + ["-m", model.path], in: folder.path, input: input)
  }

  func names(_ path: String) throws -> [String] { try namesInFolder("\(folder.path)/\(path)") }

  func picture(_ path: String) throws -> DecodedImage {
    try decodeStillImage(.file("\(folder.path)/\(path)"))
  }

  /// Returns a stamp of an output file, which changes if the file is written again.
  func stamp(_ path: String) -> String? { fileStamp("\(folder.path)/\(path)") }

  @Test(
    "draws the words of the best caption, upright, and says what it would have said",
    arguments: [false, true])
  func wordsAndStrip(hasAttention: Bool) throws {
    let model = try SampleModel(hasAttention: hasAttention)
    let plain = try cutline([Pictures.turned, "--json", "-k", "2"], model)
    let drawn = try cutline(
      [Pictures.turned, "--json", "-k", "2", "--attention", "new/maps"], model)
    #expect(drawn.status == 0 && drawn.errors == "")
    func rest(_ result: Program.Outcome) throws -> JSONValue? {
      try JSONValue(reading: Array(result.output.utf8))["segments"]
    }
    #expect(try rest(drawn) == rest(plain))
    let words = try #require(
      try rest(plain)?.elements?.first?["captions"]?.elements?.first?["words"]?.elements?
        .compactMap { $0["w"]?.string })
    try #require(!words.isEmpty)
    let expected = words.enumerated().map { index, word in "0\(index + 1)-\(word).png" }
    let files = try names("new/maps/football-turned")
    #expect(files == (expected + ["strip.png"]).sorted())
    for name in files {
      let picture = try picture("new/maps/football-turned/\(name)")
      #expect(picture.format == .png && picture.width > 400 && picture.warnings.isEmpty)
      // It lies on its side in the file, 300 by 400.
      if name != "strip.png" { #expect(picture.width > picture.height) }
    }
    #expect(try names("new") == ["maps"] && names("new/maps") == ["football-turned"])
  }

  @Test("several files have folders of their own, and one that fails leaves none")
  func several() throws {
    let model = try SampleModel(hasAttention: true)
    try folder.makeFolder("other")
    try folder.write(try Pictures.bytes(of: Pictures.png), to: "other/dog-on-grass.png")
    let files = [Pictures.jpeg, "missing.jpg", "other/dog-on-grass.png", "-"]
    let input = try Pictures.bytes(of: Pictures.webp)
    let plain = try cutline(files, model, input: input)
    let drawn = try cutline(files + ["--attention", "maps"], model, input: input)
    #expect(drawn.status == 2 && drawn.output == plain.output && drawn.errors == plain.errors)
    #expect(try names("maps") == ["dog-on-grass", "dog-on-grass-2", "standard-input"])
    for name in try names("maps") { #expect(try names("maps/\(name)").contains("strip.png")) }
  }

  @Test("what is there is replaced with --force alone, and then only heat maps")
  func overwriting() throws {
    let model = try SampleModel(hasAttention: true)
    let arguments = [Pictures.jpeg, "--attention", "maps"]
    #expect(try cutline(arguments, model).status == 0)
    let (names, before) = (try names("maps/dog-on-grass"), stamp("maps/dog-on-grass/strip.png"))
    let refused = try cutline(arguments, model)
    #expect(refused.status == 73 && refused.output == "")
    #expect(
      refused.errors
        == "cutline: maps/dog-on-grass: exists already. Choose another name, or add --force to replace it.\n"
    )
    #expect(stamp("maps/dog-on-grass/strip.png") == before)
    try folder.write("old", to: "maps/dog-on-grass/99-old.png")
    #expect(try cutline(arguments + ["--force"], model).status == 0)
    #expect(try self.names("maps/dog-on-grass") == names)
    #expect(stamp("maps/dog-on-grass/strip.png") != before)

    try folder.makeFolder("photos")
    try folder.makeFolder("photos/dog-on-grass")
    try folder.write("precious", to: "photos/dog-on-grass/notes.txt")
    let kept = try cutline([Pictures.jpeg, "--attention", "photos", "--force"], model)
    #expect(kept.status == 73 && kept.output == "")
    #expect(
      kept.errors.contains("photos/dog-on-grass: contains no heat maps, so it is not replaced"))
    #expect(try self.names("photos/dog-on-grass") == ["notes.txt"])
    let own = try cutline(
      ["maps/dog-on-grass/strip.png", "x/dog-on-grass.jpg", "--attention", "maps", "--force"], model
    )
    #expect(
      own.status == 73 && own.errors.contains("is the input picture maps/dog-on-grass/strip.png"))
  }

  @Test("the attention of a model that attends to frames is drawn of a clip, segment by segment")
  func clips() throws {
    let pictures = try [Pictures.jpeg, Pictures.webp].map { path in
      try decodeStillImage(.file(path)).image.resized(toWidth: 96, height: 64)
    }
    let frames = pictures.flatMap { Array(repeating: $0, count: 20) }
    try folder.write(MotionJPEG(frames: frames, framesPerSecond: 10).bytes, to: "clip.avi")
    let model = try SampleModel(attendsToFrames: true)
    let arguments = ["clip.avi", "--every", "2", "--frames", "4"]
    let plain = try cutline(arguments, model)
    let drawn = try cutline(arguments + ["--attention", "maps"], model)
    #expect(drawn.status == 0 && drawn.output == plain.output, "\(drawn.errors)")
    #expect(
      try names("maps/clip") == ["strip-2.png", "strip-2.svg", "strip.png", "strip.svg"])
    let (first, second) = (try picture("maps/clip/strip.png"), try picture("maps/clip/strip-2.png"))
    #expect(first.width == second.width && first.image != second.image)
    // Four frames of 160 pixels side by side.
    #expect(first.width > 4 * 160)
    let again = try cutline(arguments + ["--attention", "maps"], model)
    #expect(again.status == 73)
    let mean = try SampleModel()
    let refused = try cutline(["clip.avi", "--attention", "other"], mean)
    #expect(refused.status == 65 && !isFolder("\(folder.path)/other"))
  }

  @Test(
    "a format for clips, and a clip without attention to its frames, are refused before any work")
  func contradictions() throws {
    let head: [UInt8] = [0, 0, 0, 24] + Array("ftypisom".utf8) + Array(repeating: 0, count: 500)
    try folder.write(head, to: "clip.jpg")
    let arguments = ["--attention", "maps", "-m", "nowhere"]
    let model = try SampleModel(hasAttention: true)
    let clip = try cutline(["a.jpg", "clip.jpg", "--attention", "maps"], model)
    #expect(clip.status == 65 && clip.errors.contains("clip.jpg: is a clip, and --attention draws"))
    let stream = try cutline(["-", "--attention", "maps"], model, input: head)
    #expect(stream.status == 65 && stream.errors.contains("-: is a clip"))
    let format = try Program.run(["clip.jpg", "-f", "srt"] + arguments, in: folder.path)
    #expect(format.status == 64 && format.errors.contains("srt is for clips"))
    #expect(try Program.run(["a.jpg", "--attention", ""], in: folder.path).status == 64)
    #expect(try namesInFolder(folder.path) == ["clip.jpg"])
    try folder.write("", to: "maps")
    let file = try Program.run(["a.jpg"] + arguments, in: folder.path)
    #expect(file.status == 73 || file.status == 74, "\(file.errors)")
  }

  @Test("without Cairo it says how to get it, before any work")
  func noCairo() throws {
    try folder.makeFolder("libraries")
    // Too short to be a library: the loader gives up at it.
    try folder.write("", to: "libraries/libcairo.so.2")
    let inherited = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"].map { ":" + $0 } ?? ""
    let result = try Program.run(
      [Pictures.jpeg, "--attention", "maps", "-m", "nowhere"], in: folder.path,
      environment: ["LD_LIBRARY_PATH": "\(folder.path)/libraries\(inherited)"])
    #expect(result.status == 69 && result.errors.contains("apt-get install libcairo2"))
    #expect(try namesInFolder(folder.path) == ["libraries"])
  }
}
