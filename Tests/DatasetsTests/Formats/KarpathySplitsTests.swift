import Datasets
import TestSupport
import Testing

@Suite("Karpathy splits")
struct KarpathySplitsTests {
  @Test("count restval as train, join folder and file, and take what ids there are")
  func reading() throws {
    let collection = try CollectionOnDisk([
      "dataset_coco.json": """
      {"images":[
        {"filepath":"val2014","sentids":[770337],"filename":"COCO_val2014_000000391895.jpg","imgid":0,
         "split":"test","sentences":[{"tokens":["a","man"],"raw":"A man.","imgid":0,"sentid":770337}],
         "cocoid":391895},
        {"filename":"b.jpg","imgid":1,"split":"restval","sentences":[{"raw":"B"},{"raw":"C"}]},
        {"filename":"d.jpg","split":"train","sentences":[{"tokens":["only","tokens"]}]},
        {"filename":"e.jpg","imgid":7,"split":"val","sentences":[]}],
       "dataset":"coco"}
      """
    ])
    let contents = try collection.read()
    #expect(try CaptionCollection(at: collection.path).formatName == "Karpathy split JSON")
    #expect(
      contents.lines == [
        "train b.jpg: B | C", "train d.jpg: only tokens", "val e.jpg: ",
        "test val2014/COCO_val2014_000000391895.jpg: A man.",
      ])
    #expect(contents.datasets.flatMap { $0.examples.map(\.id) } == [1, 2, 7, 391895])
  }

  @Test(
    "are refused with the record and the remedy",
    arguments: [
      (
        #"{"images":[{"filename":"a","split":"left","sentences":[]}]}"#,
        ", images[0]: split \"left\" is not known. Use train, restval, val or test."
      ),
      (
        #"{"images":[{"split":"val","sentences":[]}]}"#,
        ", images[0]: has no 'filename'. Add it, or remove the record."
      ),
      (
        #"{"images":[{"filename":"a","split":"val","sentences":[{"imgid":1}]}]}"#,
        ", images[0].sentences[0]: has no 'raw'. Add it, or remove the record."
      ),
      (
        #"{"images":[{"filename":"a","imgid":3,"split":"val","sentences":[]},"#
          + #"{"filename":"b","imgid":3,"split":"val","sentences":[]}]}"#,
        ", images[1]: image 3 is listed a second time. "
          + "Give every picture its own id, or remove one record."
      ),
      (
        #"{"images":[{"filename":"a","filepath":"..","split":"val","sentences":[]}]}"#,
        ", images[0]: file name \"../a\" leads out of the image folder. "
          + "Name pictures relative to that folder, without '..'."
      ),
    ])
  func refused(json: String, message: String) throws {
    let collection = try CollectionOnDisk(["dataset.json": json])
    #expect(collection.message() == "dataset.json\(message)")
  }

  @Test("do not mix: of two files one must be named")
  func severalFiles() throws {
    let json = #"{"images":[{"filename":"a","split":"val","sentences":[]}]}"#
    let collection = try CollectionOnDisk(["a.json": json, "b.json": json])
    #expect(
      collection.message()
        == ".: holds several files of Karpathy split JSON: a.json, b.json. Name the one to read.")
    #expect(try collection.read("b.json").lines == ["val a: "])
  }

  @Test("hold all of Flickr8k", .enabled(if: TestData.has("flickr8k"), "needs flickr8k"))
  func flickr8k() throws {
    let path = try #require(TestData.path("flickr8k"))
    let contents = try CaptionCollection(at: "\(path)/dataset_flickr8k.json").read()
    #expect(contents.datasets.map(\.examples.count) == [6000, 1000])
    #expect(contents.datasets.map(\.captionCount) == [30000, 5000])
  }
}
