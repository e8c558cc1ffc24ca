import Datasets
import Files
import TestSupport
import Testing

@Suite("COCO captions")
struct COCOCaptionsTests {
  private func collection(_ json: String) throws -> CollectionOnDisk {
    try CollectionOnDisk(["captions_val.json": json])
  }

  @Test("gather the captions of each picture, in the order of the file")
  func reading() throws {
    let contents = try collection(
      """
      {"info":{"year":2014},"licenses":[{"id":1,"name":"x"}],"type":"captions",
       "images":[{"id":7,"file_name":"val2014/COCO_val2014_000000000007.jpg","height":360},
                 {"license":3,"file_name":"b.png","id":3},{"id":5,"file_name":"c.webp"}],
       "annotations":[{"image_id":3,"id":1,"caption":"A man with a \\"red\\" helmet. "},
                      {"image_id":7,"id":2,"caption":"\\nTwo dogs\\r\\n"},
                      {"caption":"A road.","id":4,"image_id":3}]}
      """
    ).read()
    #expect(contents.datasets.map(\.split) == [.validation])
    #expect(
      contents.lines == [
        "val val2014/COCO_val2014_000000000007.jpg: Two dogs",
        "val b.png: A man with a \"red\" helmet. | A road.", "val c.webp: ",
      ])
    #expect(contents[.validation]?.examples.map(\.id) == [7, 3, 5])
    #expect(contents[.validation]?.captionCount == 3)
  }

  @Test("may come before their pictures, or without any annotations")
  func order() throws {
    let swapped = try collection(
      #"{"annotations":[{"image_id":1,"caption":"a"}],"images":[{"id":1,"file_name":"a"}]}"#)
    #expect(try swapped.read().lines == ["val a: a"])
    let waiting = try collection(#"{"images":[{"id":1,"file_name":"a"}]}"#)
    #expect(try waiting.read().lines == ["val a: "])
  }

  @Test("of nothing but blanks are left out and told of")
  func blankCaptions() throws {
    let contents = try collection(
      #"{"images":[{"id":1,"file_name":"a"}],"annotations":[{"image_id":1,"caption":" \n "}]}"#
    ).read()
    #expect(contents.lines == ["val a: "])
    #expect(contents.leftOut.map(\.problem) == [.blankCaption])
    #expect(
      contents.leftOut.first?.description.hasSuffix(
        "annotations[0]: a caption without any text was left out.") == true)
  }

  @Test(
    "may not name pictures outside their folder",
    arguments: ["../a.jpg", "/etc/passwd", "a/../../b", "..", "a\\u0000.jpg"])
  func outside(fileName: String) throws {
    let collection = try collection(
      #"{"images":[{"id":1,"file_name":"ok.jpg"},{"id":2,"file_name":"\#(fileName)"}]}"#)
    #expect(
      collection.message()
        == "captions_val.json, images[1]: file name \"\(fileName)\" leads out of the image folder. "
        + "Name pictures relative to that folder, without '..'.")
  }

  @Test(
    "are refused with the record and the remedy",
    arguments: [
      (
        #"{"images":[{"id":1,"file_name":"a"},{"id":1,"file_name":"b"}]}"#,
        ", images[1]: image 1 is listed a second time. "
          + "Give every picture its own id, or remove one record."
      ),
      (
        #"{"images":[{"id":1,"file_name":"a"}],"annotations":[{"image_id":9,"caption":"x"}]}"#,
        ", annotations[0]: image 9 is none of those listed. "
          + "Add the picture's record, or remove the caption."
      ),
      (
        #"{"images":[{"id":1}]}"#,
        ", images[0]: has no 'file_name'. Add it, or remove the record."
      ),
      (
        #"{"images":[{"id":1,"file_name":"a"}],"annotations":[{"image_id":1}]}"#,
        ", annotations[0]: has no 'caption'. Add it, or remove the record."
      ),
      (
        #"{"annotations":[]}"#,
        ": has no 'images'. Is it in the COCO captions form? Compare it with datasets/README.md."
      ),
      (
        "{\"images\":[{\"id\":1.5}]}",
        ", images[0].id: is a fraction, but must be a whole number or a text. "
          + "Mend it, or remove the record."
      ),
      (
        "[]",
        ": not as it should be at line 1, column 1: expected '{'. "
          + "Get a fresh copy, or compare it with datasets/README.md."
      ),
      ("", ": is empty (0 bytes). Get a fresh copy."),
    ])
  func refused(json: String, message: String) throws {
    #expect(try collection(json).message() == "captions_val.json\(message)")
  }

  @Test("of names that Linux cannot have are refused")
  func longName() throws {
    let name = String(repeating: "a", count: 300)
    let collection = try collection(#"{"images":[{"id":1,"file_name":"\#(name)"}]}"#)
    #expect(
      collection.message()
        == "captions_val.json, images[0]: a file name of 300 bytes is more than Linux takes. "
        + "Mend it, or remove the record.")
  }

  @Test("go on without their bad records where that is wanted")
  func leavingOut() throws {
    let contents = try collection(
      """
      {"images":[{"id":1,"file_name":"a"},{"id":2,"file_name":"../b"},{"id":1,"file_name":"a"}],
       "annotations":[{"image_id":1,"caption":"x"},{"image_id":2,"caption":"goes with its picture"},
                      {"image_id":9,"caption":"y"},{"caption":"z"}]}
      """
    ).read(badRecords: .leaveOut)
    #expect(contents.lines == ["val a: x"])
    #expect(
      contents.leftOut.map(\.problem) == [
        .outside(fileName: "../b"), .repeatedImage(id: "1"), .unknownImage(id: "9"),
        .missingField("image_id"),
      ])
    #expect(
      contents.leftOut.map(\.record) == [
        "images[1]", "images[2]", "annotations[2]", "annotations[3]",
      ])
  }

  @Test("may be several in one record")
  func severalInRecord() throws {
    let collection = try collection(
      """
      {"images":[{"id":1,"file_name":"a"},{"id":2,"file_name":"b"},{"id":3,"file_name":"c"}],
       "annotations":[{"image_id":1,"caption":"one","captions":["two","three"]},
                      {"image_id":2,"captions":["four"]},{"image_id":3,"captions":["five",7]}]}
      """)
    #expect(
      collection.message()
        == "captions_val.json, annotations[2].captions[1]: is a number, but must be a text. "
        + "Mend it, or remove the record.")
    #expect(
      try collection.read(badRecords: .leaveOut).lines == [
        "val a: one | two | three", "val b: four", "val c: five",
      ])
  }

  @Test("of an id that stands for several pictures go to none of them, and all are named")
  func ambiguousID() throws {
    let collection = try collection(
      """
      {"images":[{"id":1,"file_name":"a"},{"id":2,"file_name":"b"},{"id":"1","file_name":"c"},
                 {"id":1,"file_name":"d"}],
       "annotations":[{"image_id":1,"caption":"whose?"},{"image_id":2,"caption":"x"}]}
      """)
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["val b: x"])
    #expect(contents.leftOut.map(\.record) == ["images[0]", "images[2]", "images[3]"])
    #expect(
      contents.leftOut.first?.description.hasSuffix(
        "images[0]: image 1 is \"a\" and \"c\" and \"d\", so that its captions belong to no one "
          + "picture. Give every picture its own id.") == true)
    #expect(collection.message()?.contains("images[2]: image 1 is listed a second time") == true)
  }

  @Test("of names that hold nothing say so", arguments: ["", " ", ".", "./", "\\t"])
  func emptyNames(fileName: String) throws {
    let collection = try collection(
      #"{"images":[{"id":1,"file_name":"ok.jpg"},{"id":2,"file_name":"\#(fileName)"}]}"#)
    #expect(
      collection.message()
        == "captions_val.json, images[1]: the name of its picture is empty. Write it, or remove the "
        + "record.")
  }

  private static let json = #"{"images":[{"id":1,"file_name":"a.jpg"}]}"#

  @Test(
    "are found as people lay them out",
    arguments: [
      ("captions_train.json", "images"),
      ("annotations/captions_train.json", "images"),
      ("annotations/captions_train2014.json", "images/train2014"),
      ("annotations/captions_train2017.json", "train2017"),
      ("captions_train.json", "videos"),
      ("my-training-captions.json", "images"),
      ("captions_train.json", "."),
    ])
  func layouts(captions: String, images: String) throws {
    let layout = try CollectionOnDisk([
      captions: Self.json, "\(images)/a.jpg": "x",
      "annotations/instances_train2017.json": Self.json,
    ])
    let collection = try CaptionCollection(at: layout.path)
    #expect(collection.formatName == "COCO captions")
    #expect(collection.files == ["\(layout.path)/\(captions)"])
    let path = try collection.read(.train).examples.map(\.path)
    #expect(path == ["\(layout.path)/\(images == "." ? "" : "\(images)/")a.jpg"])
  }

  @Test("name pictures from wherever the first of them is found")
  func probing() throws {
    let json = #"{"images":[{"id":1,"file_name":"train2017/a.jpg"}]}"#
    let layout = try CollectionOnDisk([
      "annotations/captions_train2017.json": json, "images/train2017/a.jpg": "x",
    ])
    let dataset = try CaptionCollection(at: layout.path).read(.train)
    #expect(dataset.examples.map(\.folder) == ["\(layout.path)/images"])
  }

  @Test("say where they looked for pictures")
  func noImages() throws {
    let layout = try CollectionOnDisk(["captions_val2014.json": Self.json])
    let error = #expect(throws: DatasetError.self) {
      try CaptionCollection(at: layout.path).read(.validation)
    }
    #expect(
      error?.description
        == "\(layout.path): no folder of pictures found; looked for images/val2014, images, "
        + "val2014, videos. Name it with --images, or see datasets/README.md for how to lay out a "
        + "collection.")
  }

  @Test("of two years are not mixed: one must be named, and brings its other splits along")
  func severalYears() throws {
    let layout = try CollectionOnDisk([
      "annotations/captions_train2014.json": Self.json,
      "annotations/captions_train2017.json": Self.json,
      "annotations/captions_val2014.json": Self.json, "images/": "",
    ])
    #expect(
      layout.message()
        == ".: holds several files of COCO captions: annotations/captions_train2017.json, "
        + "annotations/captions_train2014.json. Name the one to read.")
    let named = try CaptionCollection(at: "\(layout.path)/annotations/captions_train2014.json")
    #expect(try named.read().datasets.map(\.split) == [.train, .validation])
    #expect(named.files.allSatisfy { $0.hasSuffix("2014.json") })
    let one = try CaptionCollection(at: "\(layout.path)/annotations/captions_val2014.json")
    #expect(try one.read().datasets.map(\.split) == [.validation])
  }

  @Test("hold all of Flickr8k", .enabled(if: TestData.has("flickr8k"), "needs flickr8k"))
  func flickr8k() throws {
    let path = try #require(TestData.path("flickr8k"))
    let collection = try CaptionCollection(at: path)
    #expect(collection.formatName == "COCO captions")
    #expect(
      collection.others.map(\.file) == ["\(path)/dataset_flickr8k.json"], "the Karpathy form beside"
    )
    let dataset = try collection.read(.validation)
    #expect(dataset.examples.count == 1000)
    #expect(dataset.captionCount == 5000)
    #expect(dataset.examples.allSatisfy { isFile($0.path) })
  }
}
