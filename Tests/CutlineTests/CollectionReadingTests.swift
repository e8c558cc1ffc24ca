import Datasets
import Files
import Foundation
import Media
import Synthesis
import TestSupport
import Testing

@testable import Training

/// Reading of collections in the layouts that are in use.
@Suite("Collections as they are found")
struct CollectionReadingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ bytes: [UInt8], to name: String) throws {
    try makeFile(bytes, at: "\(folder.path)/\(name)")
  }

  private func picture(_ number: Int) throws -> [UInt8] {
    try Pictures.bytes(of: [Pictures.jpeg, Pictures.png, Pictures.webp, Pictures.turned][number])
  }

  private func run(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments, in: folder.path)
  }

  private func train(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(
      ["train"] + arguments + [
        "-o", "run", "--epochs", "1", "--min-count", "1", "--embed", "8", "--hidden", "8",
        "--batch-size", "4", "-t", "1", "--progress", "none",
      ], in: folder.path)
  }

  @Test("links out of a collection are refused with the way to follow them, and followed")
  func links() throws {
    try write(picture(0), to: "blobs/1f")
    try write(Array("file_name,text\na.jpg,a dog\n".utf8), to: "snapshot/train/metadata.csv")
    #expect(symlink("../../blobs/1f", "\(folder.path)/snapshot/train/a.jpg") == 0)
    let refused = try run("dataset", "check", "snapshot")
    #expect(refused.status == 65)
    #expect(refused.output.contains("error: 1 picture is a link out of its folder"))
    #expect(refused.output.contains("Add --follow-links"))
    let followed = try run("dataset", "check", "snapshot", "--follow-links", "--min-count", "1")
    #expect(
      followed.status == 0 && followed.output.contains("no problems found"), "\(followed.output)")
    let stopped = try train("snapshot")
    #expect(stopped.status != 0 && stopped.errors.contains("--follow-links follows it"))
    let trained = try train("snapshot", "--follow-links")
    #expect(trained.status == 0, "\(trained.errors)")
    let copied = try run(
      "dataset", "convert", "snapshot", "--follow-links", "--to", "sidecar", "-o", "beside")
    #expect(copied.status == 0, "\(copied.errors)")
    #expect(isFile("\(folder.path)/beside/a.jpg"))
  }

  @Test("links that lead to nothing, and what Git LFS leaves of files, are told as such")
  func shells() throws {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
    try write(Array("a.jpg\tx\nb.jpg\ty\n".utf8), to: "annex/captions.tsv")
    try write(Array(pointer.utf8), to: "annex/a.jpg")
    #expect(symlink(".git/annex/objects/x", "\(folder.path)/annex/b.jpg") == 0)
    let pictures = try run("dataset", "check", "annex")
    #expect(pictures.status == 65)
    #expect(pictures.output.contains("annex/a.jpg: a Git LFS pointer, not the picture itself."))
    #expect(pictures.output.contains("annex/b.jpg"))
    try write(Array(pointer.utf8), to: "lists/captions_train.json")
    let lists = try run("dataset", "check", "lists")
    #expect(
      lists.errors.contains(
        "is a Git LFS pointer, not the file itself. Fetch it, with git lfs pull."))
  }

  @Test("a shard of WebDataset is trained on as it is, and unpacked by convert")
  func shard() throws {
    var tar = TarBytes()
    for number in 0..<3 {
      tar.add("00\(number).jpg", try picture(number))
      tar.add("00\(number).txt", Array("a picture of a thing \(number)".utf8))
    }
    try write(tar.whole, to: "shards/train-000.tar")
    let checked = try run("dataset", "check", "shards", "--min-count", "1")
    #expect(
      checked.errors.contains("train 3 images 3 captions") && checked.status == 0,
      "\(checked.output)")
    let trained = try train("shards")
    #expect(trained.status == 0, "\(trained.errors)")
    let refused = try run("dataset", "convert", "shards", "--to", "tsv", "-o", "table")
    #expect(refused.errors.contains("it lies in an archive, and --pictures is not copy"))
    #expect(refused.errors.contains("Add --pictures copy, which unpacks it."))
    let copied = try run(
      "dataset", "convert", "shards", "--to", "tsv", "--pictures", "copy", "-o", "table")
    #expect(copied.status == 0, "\(copied.errors)")
    let again = try run("dataset", "check", "table", "--min-count", "1")
    #expect(again.errors.contains("train 3 images 3 captions") && again.status == 0)
  }

  @Test("check and train name what they leave out")
  func leftOut() throws {
    for number in 0..<3 { try write(picture(number), to: "mine/\(number).jpg") }
    try write(Array("0.jpg\ta dog on grass\n".utf8), to: "mine/captions.tsv")
    try write(Array("x".utf8), to: "mine/1.txt")
    try write(Array("x".utf8), to: "mine/notes.md")
    let trained = try train("mine", "-v")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(
      trained.errors.contains(
        "cutline: mine: left out: 2 pictures are not used, such as mine/1.jpg\n"))
    #expect(trained.errors.contains("left out: 1 text is not read: mine/1.txt\n"))
    #expect(trained.errors.contains("1 other files are of no use here, such as mine/notes.md"))
    let checked = try run("dataset", "check", "mine", "--json", "--min-count", "1")
    #expect(checked.status == 0)
    let document = try JSONValue(reading: Array(checked.output.utf8))
    let codes = document["findings"]?.elements?.compactMap { $0["code"]?.string }
    #expect(codes == ["unused_picture", "unused_text"])
    #expect(document["other_files"]?.elements == ["mine/notes.md"])
  }

  @Test("pictures may lie elsewhere, and captions in a column of any name")
  func choices() throws {
    try write(picture(0), to: "pictures/a.jpg")
    try write(Array("image,text,alt\na.jpg,not this,a dog\n".utf8), to: "lists/captions.csv")
    let converted = try run(
      "dataset", "convert", "lists", "--images", "pictures", "--caption-column", "alt", "--to",
      "sidecar",
      "-o", "beside")
    #expect(converted.status == 0, "\(converted.errors)")
    let text = try MappedFile("\(folder.path)/beside/a.txt").withBytes { Array($0) }
    #expect(String(decoding: text, as: UTF8.self) == "a dog\n")
    let nowhere = try run("dataset", "check", "lists", "--images", "nowhere")
    #expect(nowhere.status == 66 && nowhere.errors.contains("nowhere: is not a folder (--images)"))
  }

  @Test("labels and options lose their byte-order marks")
  func marks() throws {
    let mark = "\u{FEFF}"
    for (number, label) in ["\(mark)waving", "waving", "\(mark)Running", "running"].enumerated() {
      try write(picture(number), to: "labels/\(number).jpg")
      try write(Array(label.utf8), to: "labels/\(number).txt")
    }
    try write(Array("\(mark){\"seed\": 7}".utf8), to: "options.json")
    let trained = try run(
      "train", "labels", "--task", "classify", "--config", "options.json", "-o", "run", "--epochs",
      "1",
      "--embed", "8", "--hidden", "8", "--batch-size", "4", "-t", "1", "--progress", "none")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains("labels  2: running, waving"), "\(trained.errors)")
  }

  @Test("a file that is named finds the pictures beside it, as its folder does")
  func besideFile() throws {
    let text =
      #"{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"caption":"x"}]}"#
    try write(Array(text.utf8), to: "beside/captions_train.json")
    try write(MappedFile(Pictures.jpeg).withBytes { Array($0) }, to: "beside/a.jpg")
    for path in ["beside", "beside/captions_train.json"] {
      let found = try CaptionCollection(at: "\(folder.path)/\(path)").read()[.train]?.examples
      #expect(found?.map(\.path) == ["\(folder.path)/beside/a.jpg"])
    }
  }

  @Test("of a clip whose parts are captioned only the frames of the part are seen")
  func segments() throws {
    let levels: [UInt8] = [0, 0, 0, 0, 255, 255, 255, 255]
    let clip = MotionJPEG(
      frames: levels.map {
        Image(width: 32, height: 32, pixels: [UInt8](repeating: $0, count: 32 * 32 * 3))
      },
      framesPerSecond: 4)
    try write(clip.bytes, to: "net/videos/v_a.avi")
    try write(
      Array(#"{"v_a":{"timestamps":[[0,1],[1,2]],"sentences":["dark","light"]}}"#.utf8),
      to: "net/train.json")
    let examples = try #require(
      try CaptionCollection(at: "\(folder.path)/net").read()[.train]?.examples)
    let loader = PictureLoader(.torchvision(resize: 32, crop: 32), frames: .evenly(2))
    for (image, level) in zip(examples, [0.0, 255.0]) {
      var example = TrainingExample(
        number: 0, source: image.source, kind: .clip, captions: [], canBeMirrored: false)
      example.segment = image.segment
      let frames = try #require(try loader.images(of: [example], epoch: 0).first)
      #expect(frames.count == 2)
      for frame in frames {
        let mean = frame.pixels.reduce(0.0) { $0 + Double($1) } / Double(frame.pixels.count)
        #expect(abs(mean - level) < 4)
      }
    }
    // A part behind the end is an error of its record.
    try write(
      Array(#"{"v_a":{"timestamps":[[0,1],[5,6]],"sentences":["dark","gone"]}}"#.utf8),
      to: "late/train.json")
    try write(clip.bytes, to: "late/videos/v_a.avi")
    let late = try run("dataset", "check", "late")
    #expect(late.status == 65, "\(late.output)")
    #expect(
      late.output.contains("ends after 2.0 s, before the part from 5.0 s on"), "\(late.output)")
    let converted = try run("dataset", "convert", "net", "--to", "coco", "-o", "out")
    #expect(converted.status == 65)
    #expect(converted.errors.contains("its captions are about parts of clips"))
    #expect(converted.errors.contains("Cut the clips into their parts first, with ffmpeg"))
  }
}
