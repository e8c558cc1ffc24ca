import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Finding pictures by their names")
struct PictureFinderTests {
  @Test(
    "takes backslashes of Windows for slashes where there is no file of the very name",
    arguments: [
      (#"train\red.jpg"#, "train/red.jpg"), (#"images\train\new.jpg"#, "images/train/new.jpg"),
      (#"a\b.jpg"#, #"a\b.jpg"#), ("train/red.jpg", "train/red.jpg"),
    ])
  func backslashes(written: String, found: String) throws {
    let collection = try CollectionOnDisk([
      "captions.tsv": "\(written)\tx\n", "train/red.jpg": "x", "images/train/new.jpg": "x",
      #"a\b.jpg"#: "x", "a/b.jpg": "x",
    ])
    #expect(try collection.read().lines == ["train \(found): x"])
    let table = try CollectionOnDisk(["captions.csv": "image,caption\n\(written),x\n", found: "x"])
    #expect(try table.read().lines == ["train \(found): x"])
  }

  @Test("does not let backslashes lead out of the folder")
  func outside() throws {
    let outer = try TemporaryFolder()
    try outer.write("secret", to: "secret.jpg")
    try outer.makeFolder("in")
    try outer.write("..\\secret.jpg\tx\n", to: "in/captions.tsv")
    let image = try #require(
      try CaptionCollection(at: "\(outer.path)/in").read()[.train]?.examples.first)
    #expect(image.name == "..\\secret.jpg")
  }

  @Test("finds accents however they are composed, and keeps files apart that differ in that alone")
  func accents() throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    for (written, found) in [(composed, decomposed), (decomposed, composed)] {
      let collection = try CollectionOnDisk([
        "captions_train.json":
          #"{"images":[{"id":1,"file_name":"\#(written)/\#(written).jpg"}],"annotations":[]}"#,
        "images/\(found)/\(found).jpg": "x",
      ])
      let name = try #require(try collection.read()[.train]?.examples.first?.name)
      #expect(Array(name.utf8) == Array("\(found)/\(found).jpg".utf8))
    }
    let both = try CollectionOnDisk([
      "captions.tsv": "\(composed).jpg\tone\n\(decomposed).jpg\ttwo\n"
    ])
    try both.write([1], to: "\(composed).jpg")
    try both.write([1], to: "\(decomposed).jpg")
    let examples = try both.read()[.train]?.examples ?? []
    #expect(examples.map(\.captions) == [["one"], ["two"]])
    #expect(
      examples.map { Array($0.name.utf8) }
        == [composed, decomposed].map { Array("\($0).jpg".utf8) })
  }

  @Test("finds clips named without their extension, also in folders below")
  func stems() throws {
    let clip = "0001_American_Beauty_00.00.51.926-00.00.54.129"
    let collection = try CollectionOnDisk([
      "captions.tsv": "\(clip)\tSomeone looks.\nb\tx\nc\ty\nnone\tz\n",
      "videos/0001_American_Beauty/\(clip).avi": "x", "videos/b.mkv": "x", "videos/c/1.jpg": "x",
    ])
    let examples = try collection.read()[.train]?.examples ?? []
    #expect(examples.map(\.name) == ["0001_American_Beauty/\(clip).avi", "b.mkv", "c", "none"])
    #expect(examples.map(\.kind) == [.clip, .clip, .frames, .picture])
  }

  @Test("looks in the folder that is chosen")
  func chosenFolder() throws {
    let elsewhere = try TemporaryFolder()
    try elsewhere.write("x", to: "a.jpg")
    var collection = try CollectionOnDisk(["captions.tsv": "a.jpg\tx\n", "images/a.jpg": "x"])
    collection.choices.pictureFolder = elsewhere.path
    #expect(try collection.read()[.train]?.examples.first?.folder == elsewhere.path)
    #expect(try collection.passedOver() == ["picture images/a.jpg"])
    var beside = try CollectionOnDisk(["a.jpg": "x", "a.txt": "x"])
    beside.choices.pictureFolder = elsewhere.path
    #expect(
      beside.message() == ".: --images means nothing for captions beside pictures. Leave it out.")
  }

  @Test("follows links out of the folder only where that is wanted")
  func links() throws {
    let blobs = try TemporaryFolder()
    try blobs.write(CollectionOnDisk.jpegHead, to: "1f3e")
    var collection = try CollectionOnDisk(["train/metadata.csv": "file_name,text\na.jpg,x\n"])
    #expect(symlink("\(blobs.path)/1f3e", "\(collection.path)/train/a.jpg") == 0)
    #expect(symlink(blobs.path, "\(collection.path)/more") == 0)
    #expect(try collection.read()[.train]?.examples.first?.followsLinks == false)
    #expect(try collection.passedOver() == ["link more"])
    collection.choices.followsLinks = true
    #expect(try collection.read()[.train]?.examples.first?.followsLinks == true)
    #expect(try collection.passedOver() == ["picture more/1f3e"])
    // A link in a circle is no way on.
    #expect(symlink("..", "\(collection.path)/train/up") == 0)
    #expect(try collection.passedOver() == ["picture more/1f3e", "circle train/up"])
  }
}
