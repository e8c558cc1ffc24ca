import Datasets
import Files
import Media
import TestSupport
import Testing

@testable import Synthesis

@Suite("Writing clips of a camera over pictures")
struct CropsWritingTests {
  let pictures: RampPictures
  let crops: CropsCollection
  var folder: TemporaryFolder { pictures.folder }
  var path: String { "\(folder.path)/crops" }

  init() throws {
    pictures = try RampPictures()
    var crops = CropsCollection(of: [
      try pictures.dataset(.train, count: 5), try pictures.dataset(.validation, count: 2),
    ])
    (crops.size, crops.frameCount) = (32, 4)
    self.crops = crops
  }

  func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile("\(path)/\(name)").withBytes { Array($0) }
  }

  func write(
    _ change: (inout CropsCollection.Writing) -> Void = { _ in }
  ) throws
    -> CropsCollection.Outcome?
  {
    var writing = CropsCollection.Writing()
    change(&writing)
    return try crops.write(to: path, from: "the pictures", writing)
  }

  @Test("gives a folder in COCO's form with every caption of the picture for both clips of a pair")
  func layout() throws {
    let outcome = try #require(try write())
    #expect(outcome.clipCounts == [.train: 10, .validation: 4] && outcome.leftOut.isEmpty)
    let contents = try CaptionCollection(at: path).read()
    #expect(contents.datasets.map(\.split) == [.train, .validation])
    for dataset in contents.datasets {
      for (number, clip) in dataset.examples.enumerated() {
        let motion = crops.motions(dataset.split, number / 2)[number % 2]
        #expect(clip.kind == .clip && clip.folder == "\(path)/images")
        #expect(clip.name == drawnFileName(dataset.split.rawValue, number, "avi"))
        #expect(
          clip.captions == [
            "the camera \(motion.rawValue) while \(dataset.split.rawValue) ramp \(number / 2)",
            "the camera \(motion.rawValue) while colours",
          ])
        #expect(
          try bytes("images/\(clip.name)")
            == crops.clips(dataset.split, number / 2)[number % 2].bytes)
      }
    }
    let ids = contents.datasets.flatMap { $0.examples.map(\.id) }
    #expect(ids == Array(1...14))
    let list = try JSONValue(reading: bytes("annotations/captions_val.json"))
    #expect(list["annotations"]?.elements?.compactMap { $0["id"]?.integer } == Array(21...28))
    #expect(list["images"]?.elements?.last?["source"]?.string == "val-1.png")
    let description = try JSONValue(reading: bytes("synthesis.json"))
    #expect(description["collection"]?.string == "crops")
    #expect(description["from"]?.string == "the pictures")
    #expect(description["train"]?.integer == 10 && description["val"]?.integer == 4)
  }

  @Test("writes the same bytes again, on any number of threads, and replaces only what was drawn")
  func repeatable() throws {
    #expect(try write { $0.threadCount = 1 } != nil)
    let names = try ["images", "annotations"].flatMap { part in
      try namesInFolder("\(path)/\(part)").map { "\(part)/\($0)" }
    }
    #expect(names.count == 16)
    let before = try names.map(bytes)
    #expect(throws: FileError(path, .exists)) { try write() }
    #expect(
      try write {
        ($0.threadCount, $0.isReplacing) = (3, true)
      } != nil)
    #expect(try names.map(bytes) == before)
    try folder.makeFolder("mine")
    try folder.write("mine", to: "mine/photo.jpg")
    #expect(throws: FileError("\(folder.path)/mine", .exists)) {
      var writing = CropsCollection.Writing()
      writing.isReplacing = true
      _ = try crops.write(to: "\(folder.path)/mine", from: "", writing)
    }
  }

  @Test("leaves nothing when it is stopped, at the start or underway")
  func stopped() throws {
    for limit in [0, 3, 6] {
      // On one thread: others would have begun the last pictures before the sixth is done.
      let outcome = try write { ($0.threadCount, $0.report) = (1, { $0 < limit }) }
      #expect(outcome == nil)
      #expect(try namesInFolder(folder.path) == ["pictures"])
    }
  }

  @Test("stops at the first bad picture, or leaves such pictures out and all others as they were")
  func badPictures() throws {
    #expect(try write() != nil)
    let before = try bytes("images/train_000009.avi")
    try folder.write("no picture", to: "pictures/train-3.png")
    try folder.write(RampPictures.picture(31, 64).pngBytes, to: "pictures/train-2.png")
    let error = #expect(throws: MediaError.self) { try write { $0.isReplacing = true } }
    #expect(
      error?.description
        == "\(folder.path)/pictures/train-2.png: has 31 x 64 pixels, and a camera that moves over it "
        + "needs 32 either way. Take it out, or get a larger copy.")
    // The collection that was there stays.
    #expect(try bytes("images/train_000009.avi") == before)
    let outcome = try #require(
      try write { ($0.isReplacing, $0.badPictures) = (true, .leaveOut) })
    #expect(outcome.clipCounts == [.train: 6, .validation: 4])
    #expect(
      outcome.leftOut.map(\.path) == [2, 3].map { "\(folder.path)/pictures/train-\($0).png" })
    #expect(try bytes("images/train_000009.avi") == before)
    let names = try CaptionCollection(at: path).read(.train).examples.map(\.name)
    #expect(names == [1, 2, 3, 4, 9, 10].map { drawnFileName("train", $0 - 1, "avi") })
    #expect(try namesInFolder("\(path)/images").count == 10)
  }

  @Test("fails where no picture is left")
  func nothingLeft() throws {
    let examples = [CaptionedImage(id: 1, folder: folder.path, name: "none.png", captions: ["x"])]
    let crops = CropsCollection(of: [CaptionDataset(split: .train, examples: examples)])
    var writing = CropsCollection.Writing()
    writing.badPictures = .leaveOut
    let error = #expect(throws: MediaError.self) { try crops.write(to: path, from: "", writing) }
    #expect(error?.code == .missing)
    #expect(!isFolder(path))
  }
}
