import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite("cutline dataset synthesize crops")
struct SynthesizeCropsTests {
  let folder: TemporaryFolder

  /// A table of captions about the sample pictures.
  init() throws {
    folder = try TemporaryFolder()
    try folder.makeFolder("mine")
    for (name, source) in [
      ("dog", Pictures.jpeg), ("house", Pictures.png), ("lake", Pictures.webp),
    ] {
      try folder.write(try Pictures.bytes(of: source), to: "mine/\(name)")
    }
    try folder.write(
      "dog\tA dog on grass .\ndog\ta brown dog\nhouse\tA house\n", to: "mine/train.tsv")
    try folder.write("lake\tA lake in the mountains.\n", to: "mine/val.tsv")
  }

  func crops(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(
      ["dataset", "synthesize", "crops"] + arguments + ["--size", "48", "--frames", "6"],
      in: folder.path)
  }

  func clips(_ name: String, _ split: CaptionDataset.Split) throws -> [CaptionedImage] {
    try CaptionCollection(at: "\(folder.path)/\(name)").read(split).examples
  }

  @Test("makes clips of any collection, which other commands read")
  func whole() throws {
    let result = try crops("--from", "mine", "-o", "out", "--clips-per-picture", "2")
    #expect(result.status == 0 && result.output == "", "\(result.errors)")
    #expect(
      result.errors == """
        mine  tab-separated captions  train 2 images 3 captions | val 1 images 1 captions
        cutline: wrote out: 8 training clips, 4 validation clips. Check them: cutline dataset check out

        """)
    let training = try clips("out", .train)
    #expect(training.count == 8)
    #expect(try clips("out", .validation).count == 4)
    #expect(training[0].captions.count == 2)
    #expect(training[0].captions[0].hasSuffix(" while a dog on grass"))
    #expect(training[7].captions.count == 1)

    let check = try Program.run(["dataset", "check", "out"], in: folder.path)
    #expect(check.status == 0, "\(check.output)")
    #expect(
      check.errors == "out  COCO captions  train 8 clips 12 captions | val 4 clips 4 captions\n")
    let model = try SampleModel()
    let captioned = try Program.run(
      ["caption", "-m", model.path, "--json", "out/images/train_000008.avi"], in: folder.path)
    #expect(captioned.status == 0, "\(captioned.errors)")
    let json = try JSONValue(reading: Array(captioned.output.utf8))
    #expect(json["kind"]?.string == "video" && json["width"]?.integer == 48)
    #expect(json["duration"]?.number == 0.75)
  }

  @Test("takes the first pictures where asked, and replaces only what was drawn")
  func options() throws {
    #expect(try crops("--from", "mine/train.tsv", "-o", "out", "--train-pictures", "1").status == 0)
    #expect(try clips("out", .train).count == 2)
    let exists = try crops("--from", "mine", "-o", "out")
    #expect(exists.status == 73 && exists.errors.contains("out: "), "\(exists.errors)")
    let forced = try crops("--from", "mine", "-o", "out", "--force", "--val-pictures", "0", "-q")
    #expect(forced.status == 0 && forced.errors == "", "\(forced.errors)")
    #expect(try clips("out", .train).count == 4)
    #expect(try CaptionCollection(at: "\(folder.path)/out").read().datasets.count == 1)
    #expect(try crops("--from", "out", "-o", "out", "--force").status == 73)
    #expect(try crops("--from", "mine", "-o", "mine", "--force").status == 73)
    #expect(try clips("mine", .train).count == 2)
  }

  @Test("reads its pictures with the options that train has")
  func readingOptions() throws {
    try folder.makeFolder("lists")
    try folder.write("image,text,alt\ndog,not this,a dog\n", to: "lists/captions.csv")
    let result = try crops(
      "--from", "lists", "-o", "out", "--images", "mine", "--caption-column", "alt")
    #expect(result.status == 0, "\(result.errors)")
    let captions = try clips("out", .train).flatMap(\.captions)
    #expect(captions.count == 2 && captions.allSatisfy { $0.hasSuffix(" while a dog") })
    #expect(symlink("../mine/dog", "\(folder.path)/lists/link") == 0)
    try folder.write("image,caption\nlink,a dog\n", to: "lists/captions.csv")
    let refused = try crops("--from", "lists", "-o", "linked")
    #expect(refused.status != 0 && !isFolder("\(folder.path)/linked"))
    let followed = try crops("--from", "lists", "-o", "linked", "--follow-links")
    #expect(followed.status == 0, "\(followed.errors)")
  }

  @Test(
    "refuses what makes no sense, with exit code 64",
    arguments: [
      (["crops", "-o", "out"], "Missing expected argument '--from <dir>'"),
      (["crops", "--from", "mine", "-o", "out", "--count", "3"], "Unknown option '--count'"),
      (["shapes", "--from", "mine", "-o", "out"], "Unknown option '--from'"),
      (["squares"], "squares"),
      (
        ["crops", "--from", "mine", "-o", "out", "--frames", "1"], "--frames must be from 2 to 1000"
      ),
      (["crops", "--from", "mine", "-o", "out", "--size", "8"], "--size must be from 32 to 1024"),
      (
        ["crops", "--from", "mine", "-o", "out", "--clips-per-picture", "0"],
        "--clips-per-picture must be from 1 to 1000, not 0."
      ),
      (
        ["crops", "--from", "mine", "-o", "out", "--train-pictures=-1"],
        "--train-pictures must be from 0"
      ),
    ])
  func usage(arguments: [String], message: String) throws {
    let result = try Program.run(["dataset", "synthesize"] + arguments, in: folder.path)
    #expect(result.status == 64)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(!isFolder("\(folder.path)/out"))
  }

  @Test("says what is wrong with the collection or a picture, and leaves nothing")
  func bad() throws {
    try folder.makeFolder("empty")
    for name in ["empty", "nowhere"] {
      let result = try crops("--from", name, "-o", "out")
      #expect(result.status == 66 && result.errors.hasPrefix("cutline: \(name): "))
    }
    try folder.write("no picture", to: "mine/house")
    let stopped = try crops("--from", "mine", "-o", "out")
    #expect(stopped.status == 65)
    #expect(stopped.errors.contains("cutline: mine/house: not a picture"), "\(stopped.errors)")
    #expect(stopped.errors.hasSuffix("\n      Add --skip-bad to leave out such pictures.\n"))
    #expect(try namesInFolder(folder.path) == ["empty", "mine"])
    let skipped = try crops("--from", "mine", "-o", "out", "--skip-bad")
    #expect(skipped.status == 0)
    #expect(skipped.errors.contains("left out: mine/house: not a picture"), "\(skipped.errors)")
    #expect(skipped.errors.contains("mine: left out 1 records and pictures;"))
    #expect(skipped.errors.contains("wrote out: 2 training clips, 2 validation clips."))
  }

  @Test("Ctrl-C ends it as the signal would, and leaves nothing")
  func interrupted() throws {
    // Many pictures, so that it is underway however fast the machine is.
    let lines = (0..<4000).map { "\($0).jpg\ta dog\n" }.joined()
    try folder.write(lines, to: "mine/train.tsv")
    for number in 0..<4000 {
      #expect(symlink("dog", "\(folder.path)/mine/\(number).jpg") == 0)
    }
    // Not the shell's function: a signal has to reach the program itself.
    let result = try Program.shell(
      """
      '\(Program.path)' dataset synthesize crops --from mine -o out & pid=$!
      while kill -0 $pid 2>/dev/null && ! ls .out.*/images/*.avi >/dev/null 2>&1; do sleep 0.01; done
      kill -INT $pid && echo underway
      wait $pid
      """, in: folder.path)
    #expect(result.status == 130, "\(result.errors)")
    #expect(result.lines == ["underway"])
    #expect(result.errors.contains("stopping after this picture"))
    #expect(try namesInFolder(folder.path) == ["mine"])
  }
}
