import Datasets
import Files
import Media
import TestSupport
import Testing

@testable import Synthesis

@Suite("Writing a collection of shapes")
struct ShapesWritingTests {
  let folder: TemporaryFolder
  var path: String { "\(folder.path)/shapes" }
  let shapes: ShapesCollection

  init() throws {
    folder = try TemporaryFolder()
    var shapes = ShapesCollection()
    (shapes.trainingCount, shapes.validationCount, shapes.clipCount) = (6, 3, 4)
    shapes.size = 32
    self.shapes = shapes
  }

  func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile("\(path)/\(name)").withBytes { Array($0) }
  }

  @Test("gives a folder in COCO's form, with the pictures that its captions tell")
  func layout() throws {
    #expect(try shapes.write(to: path))
    let collection = try CaptionCollection(at: path)
    #expect(try collection.read().datasets.map(\.split) == [.train, .validation])
    for (split, part) in [
      (CaptionDataset.Split.train, ShapesCollection.Part.training),
      (.validation, .validation),
    ] {
      let dataset = try collection.read(split)
      #expect(dataset.examples.count == shapes.count(part))
      for (index, example) in dataset.examples.enumerated() {
        #expect(example.captions == [shapes.scene(part, index).caption.text])
        let decoded = try decodeStillImage(.file(example.path))
        #expect(decoded.image == shapes.picture(part, index))
      }
    }
    let ids = try collection.read().datasets.flatMap { $0.examples.map(\.id) }
    #expect(Set(ids).count == 9)
  }

  @Test("gives clips a folder of their own in the same form")
  func clips() throws {
    #expect(try shapes.write(to: path))
    let clips = try CaptionCollection(at: "\(path)/clips")
    let training = try clips.read(.train).examples
    #expect(
      training.map { $0.captions[0] } == (0..<4).map { shapes.clipCaption(.training, $0).text })
    #expect(try clips.read(.validation).examples.count == 2)
    let file = try bytes("clips/images/train_000001.avi")
    #expect(file.starts(with: Array("RIFF".utf8)))
    // The size of all that follows, as every piece has it.
    let size = file[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(size == file.count - 8)
    #expect(try namesInFolder("\(path)/clips/images").count == 6)
  }

  @Test("writes the same bytes again")
  func repeatable() throws {
    #expect(try shapes.write(to: path))
    let names = [
      "images/val_000003.png", "annotations/captions_train.json", "clips/images/val_000002.avi",
    ]
    let before = try names.map(bytes)
    #expect(try shapes.write(to: path, replacing: true))
    #expect(try names.map(bytes) == before)
    var longer = shapes
    longer.trainingCount = 7
    #expect(longer.picture(.training, 5) == shapes.picture(.training, 5))
  }

  @Test("leaves what is there, unless it was drawn and may be replaced")
  func overwriting() throws {
    #expect(try shapes.write(to: path))
    #expect(throws: FileError(path, .exists)) { try shapes.write(to: path) }
    let other = try folder.makeFolder("other")
    try folder.write("mine", to: "other/photo.jpg")
    #expect(throws: FileError(other, .exists)) { try shapes.write(to: other, replacing: true) }
    #expect(try namesInFolder(other) == ["photo.jpg"])
  }

  @Test("leaves nothing when it is stopped")
  func stopped() throws {
    #expect(try !shapes.write(to: path) { false })
    #expect(try namesInFolder(folder.path).isEmpty)
  }
}
