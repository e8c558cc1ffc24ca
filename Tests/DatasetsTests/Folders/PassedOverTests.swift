import Datasets
import Files
import Glibc
import TestSupport
import Testing

@Suite("Files that nothing is made of")
struct PassedOverTests {
  @Test("are told by what they are")
  func reasons() throws {
    let collection = try CollectionOnDisk([
      "captions.tsv": "a.jpg\tx\nclip\ty\n", "a.jpg": "x", "b.jpg": "x", "c.mp4": "x", "a.txt": "x",
      "more.json": "[]", "x.zip": "x", "README.md": "x", "readme.txt": "x", ".hidden": "x",
      "clip/1.jpg": "x",
      "clip/2.jpg": "x", "clip/notes.txt": "x", "unknown": "x", "scores.parquet": "PAR1",
    ])
    try collection.write(CollectionOnDisk.jpegHead, to: "in/d")
    try collection.write(CollectionOnDisk.jpegHead, to: "in/e.json")
    #expect(
      try collection.passedOver() == [
        "picture b.jpg", "picture in/d", "picture in/e.json", "clip c.mp4", "text a.txt",
        "text clip/notes.txt", "table more.json", "table scores.parquet", "archive x.zip",
        "other README.md", "other readme.txt", "other unknown", "other .hidden",
      ])
  }

  @Test("are named where their names are no UTF-8")
  func names() throws {
    let collection = try CollectionOnDisk(["a.jpg": "x", "a.txt": "x"])
    let path = Array(collection.path.utf8) + Array("/caf".utf8) + [0xE9] + Array(".jpg".utf8) + [0]
    path.withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { name in
        if let base = name.baseAddress { close(creat(base, 0o666)) }
      }
    }
    #expect(try collection.passedOver() == [#"name caf\xE9.jpg"#])
  }

  @Test("are none of those that another split is made of, nor of those of other tasks")
  func splits() throws {
    let collection = try CollectionOnDisk([
      "annotations/captions_train.json":
        #"{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"caption":"x"}]}"#,
      "annotations/captions_test.json": #"{"images":[{"id":2,"file_name":"b.jpg"}]}"#,
      "annotations/instances_train.json": "{}", "images/a.jpg": "x", "images/b.jpg": "x",
    ])
    let found = try collection.collection()
    let passedOver = try found.passedOver(
      reading: found.read([.train]), of: [.train])
    #expect(passedOver.count == 1 && passedOver[.other].count == 1)
  }
}
