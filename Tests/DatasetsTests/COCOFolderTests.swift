import Datasets
import Foundation
import TestSupport
import Testing

@Suite("COCO folders")
struct COCOFolderTests {
  let folder: TemporaryFolder
  let json = #"{"images":[{"id":1,"file_name":"a.jpg"}]}"#

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "are found as people lay them out",
    arguments: [
      ("captions_train.json", "images"),
      ("annotations/captions_train.json", "images"),
      ("annotations/captions_train2014.json", "images/train2014"),
      ("annotations/captions_train2017.json", "train2017"),
    ])
  func layouts(captions: String, images: String) throws {
    for name in ["annotations", "images"] { try folder.makeFolder(name) }
    if images != "images" { try folder.makeFolder(images) }
    if images == "train2017" { #expect(rmdir("\(folder.path)/images") == 0) }
    try folder.write(json, to: captions)

    let found = COCOFolder(folder.path)
    #expect(found.splits == [.train])
    #expect(try found.read(.train).examples.map(\.path) == ["\(folder.path)/\(images)/a.jpg"])
  }

  @Test("say where they looked for captions")
  func noCaptions() throws {
    let error = #expect(throws: DatasetError.self) { try COCOFolder(folder.path).read(.validation) }
    #expect(
      error?.description
        == "\(folder.path): no captions found; looked for captions_val.json, "
        + "captions_val2017.json, captions_val2014.json, annotations/captions_val.json, "
        + "annotations/captions_val2017.json, annotations/captions_val2014.json. "
        + "See datasets/README.md for how to lay out a collection.")
  }

  @Test("say where they looked for pictures")
  func noImages() throws {
    try folder.write(json, to: "captions_val2014.json")
    let error = #expect(throws: DatasetError.self) { try COCOFolder(folder.path).read(.validation) }
    #expect(
      error?.description
        == "\(folder.path): no folder of pictures found; looked for images/val2014, images, "
        + "val2014. See datasets/README.md for how to lay out a collection.")
  }

  @Test("hold all of Flickr8k", .enabled(if: TestData.has("flickr8k"), "needs flickr8k"))
  func flickr8k() throws {
    let found = COCOFolder(try #require(TestData.path("flickr8k")))
    #expect(found.splits == [.train, .validation])
    let dataset = try found.read(.validation)
    #expect(dataset.examples.count == 1000)
    #expect(dataset.captionCount == 5000)
    #expect(dataset.examples.allSatisfy { FileManager.default.fileExists(atPath: $0.path) })
  }
}
