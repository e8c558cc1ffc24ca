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

  @Test("are lists of splits beside a form that does not go by them")
  func lists() throws {
    let collection = try CollectionOnDisk([
      "captions.jsonl": "{\"image\":\"a.jpg\",\"caption\":\"x\"}\n", "a.jpg": "x",
      "train.txt": "a.jpg\n",
    ])
    #expect(try collection.passedOver() == ["text train.txt"])
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

  @Test("are not what published collections are known to hold besides their captions")
  func knownCompanions() throws {
    let flickr = try CollectionOnDisk([
      "Flickr8k.token.txt": "a.jpg#0\ta dog\n", "Flickr8k.lemma.token.txt": "a.jpg#0\ta dog\n",
      "CrowdFlowerAnnotations.txt": "a.jpg\tb.jpg#2\t0\t0\t3\n",
      "ExpertAnnotations.txt": "a.jpg\tb.jpg#2\t1\t1\t1\n", "images/a.jpg": "x", "more.txt": "x",
    ])
    #expect(
      try flickr.passedOver() == [
        "text more.txt", "other CrowdFlowerAnnotations.txt", "other ExpertAnnotations.txt",
        "other Flickr8k.lemma.token.txt",
      ])
    let coco = try CollectionOnDisk([
      "annotations/captions_train2017.json":
        #"{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"caption":"a"}]}"#,
      "annotations/image_info_test2017.json": #"{"images":[{"id":2,"file_name":"b.jpg"}]}"#,
      "train2017/a.jpg": "x", "train2017.zip": "x", "annotations_trainval2017.zip": "x",
      "val2017.zip": "x",
    ])
    #expect(
      try coco.passedOver() == [
        "archive val2017.zip", "other annotations_trainval2017.zip", "other train2017.zip",
        "other annotations/image_info_test2017.json",
      ])
    let activityNet = try CollectionOnDisk([
      "train.json": #"{"v_a":{"duration":9,"timestamps":[[0,3]],"sentences":["A man."]}}"#,
      "train_ids.json": #"["v_a"]"#, "v_a.mp4": "x",
    ])
    #expect(try activityNet.passedOver() == ["other train_ids.json"])
  }
}
