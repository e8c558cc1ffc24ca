import Datasets
import Testing

@Suite("One bad value")
struct FieldTests {
  private static let images =
    #""images":[{"id":1,"file_name":"a.jpg","license":null},{"id":2,"file_name":"b.jpg"}]"#

  private func coco(_ annotation: String) throws -> CollectionOnDisk {
    try CollectionOnDisk([
      "captions_train.json":
        #"{\#(Self.images),"annotations":[{"image_id":1,"caption":"x"},\#(annotation)]}"#
    ])
  }

  @Test(
    "of COCO captions is an error of its record, with its place",
    arguments: [
      (
        #"{"image_id":2,"caption":["a","b"]}"#,
        "annotations[1].caption: is a list, but must be a text."
      ),
      (
        #"{"image_id":2,"caption":3.5}"#, "annotations[1].caption: is a number, but must be a text."
      ),
      (
        #"{"image_id":2,"caption":{}}"#, "annotations[1].caption: is an object, but must be a text."
      ),
      (
        #"{"image_id":2,"caption":"\ud83d"}"#,
        "annotations[1].caption: is a text with broken characters"
      ),
      (#"{"image_id":2,"caption":null}"#, "annotations[1]: has no 'caption'."),
      (#"{"image_id":2,"caption":NaN}"#, "annotations[1]: has no 'caption'."),
      (#"{"image_id":null,"caption":"y"}"#, "annotations[1]: has no 'image_id'."),
      (
        #"{"image_id":1.5,"caption":"y"}"#,
        "annotations[1].image_id: is a fraction, but must be a whole"
      ),
      (#"{"image_id":[2],"caption":"y"}"#, "annotations[1].image_id: is a list"),
      ("null", "annotations[1]: is null, but must be an object."),
      (#"["x"]"#, "annotations[1]: is a list, but must be an object."),
    ])
  func coco(annotation: String, message: String) throws {
    let collection = try coco(annotation)
    let said = try #require(collection.message())
    #expect(said.hasPrefix("captions_train.json, \(message)"), "\(said)")
    let rest = try collection.read(badRecords: .leaveOut)
    #expect(rest.lines == ["train a.jpg: x", "train b.jpg: "])
    #expect(rest.leftOut.count == 1)
  }

  @Test(
    "that is none: ids are texts, whole fractions and numbers alike",
    arguments: ["2", "2.0", "\"2\"", "2e0"])
  func ids(id: String) throws {
    let contents = try coco(#"{"image_id":\#(id),"caption":"y"}"#).read()
    #expect(contents.lines == ["train a.jpg: x", "train b.jpg: y"])
  }

  @Test("that is none: ids of any length are told apart to their last digit")
  func longIDs() throws {
    let collection = try CollectionOnDisk([
      "captions_train.json": """
      {"images":[{"id":9007199254740991,"file_name":"a.jpg"},
                 {"id":9007199254740993.0,"file_name":"b.jpg"},
                 {"id":18446744073709551616,"file_name":"c.jpg"}],
       "annotations":[{"image_id":9007199254740993,"caption":"b"},
                      {"image_id":"18446744073709551616","caption":"c"},
                      {"image_id":9.007199254740991e15,"caption":"a"},
                      {"image_id":9.007199254740992e15,"caption":"of whom?"}]}
      """
    ])
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train a.jpg: a", "train b.jpg: b", "train c.jpg: c"])
    #expect(contents.leftOut.map(\.record) == ["annotations[3]"])
    #expect(
      collection.message()?.hasPrefix(
        "captions_train.json, annotations[3].image_id: is a number without its last digits") == true
    )
  }

  @Test(
    "of JSON records never makes a caption another picture's, and none is lost without a word",
    arguments: [
      (#"{"caption":"y"}"#, "[1]: has no 'image'."),
      (#"{"image":null,"caption":"y"}"#, "[1]: has no 'image'."),
      (#"{"image":"","caption":"y"}"#, "[1]: the name of its picture is empty."),
      (#"{"image":["b.jpg",""],"caption":"y"}"#, "[1]: the name of its picture is empty."),
      (#"{"image":[],"caption":"y"}"#, "[1]: has no 'image'."),
      (#"{"image":{"path":"b.jpg"},"caption":"y"}"#, "[1].image: is an object"),
      (#"{"image":true,"caption":"y"}"#, "[1].image: is true or false"),
      (#"{"image":1.5,"caption":"y"}"#, "[1].image: is a fraction"),
      (#"{"image":["b.jpg","c.jpg"],"caption":["y","z"]}"#, "[1].caption: is a list of 2"),
      (#"{"image":"b.jpg","caption":false}"#, "[1].caption: is true or false"),
      (#"{"image":"b.jpg","caption":[["y"]]}"#, "[1].caption[0]: is a list"),
      (#"{"image":"b.jpg","split":"nowhere","caption":"y"}"#, "[1]: split \"nowhere\""),
    ])
  func records(record: String, message: String) throws {
    let collection = try CollectionOnDisk([
      "a.json": #"[{"image":"a.jpg","caption":"x"},\#(record),{"image":"d.jpg","caption":"z"}]"#
    ])
    let said = try #require(collection.message())
    #expect(said.hasPrefix("a.json, \(message)"), "\(said)")
    let rest = try collection.read(badRecords: .leaveOut)
    #expect(rest.lines == ["train a.jpg: x", "train d.jpg: z"])
    #expect(rest.leftOut.map(\.record) == ["[1]"])
  }

  @Test(
    "of JSON records that is an empty text or list is told", arguments: ["[]", "\"\"", "\" \""])
  func emptyCaptions(caption: String) throws {
    let collection = try CollectionOnDisk([
      "a.json": #"[{"image":"a.jpg","caption":\#(caption)},{"image":"b.jpg","caption":"x"}]"#
    ])
    let contents = try collection.read()
    #expect(contents.lines == ["train a.jpg: ", "train b.jpg: x"])
    #expect(contents.leftOut.map(\.problem) == [.blankCaption])
  }

  @Test("that is none: a number beside a picture's name is no name of another")
  func numbersBeside() throws {
    let collection = try CollectionOnDisk([
      "a.json": #"[{"video":"gone.mp4","video_id":7,"caption":"x"}]"#, "videos/7.mp4": "x",
    ])
    #expect(try collection.read().lines == ["train gone.mp4: x"])
    let alone = try CollectionOnDisk([
      "a.json": #"[{"video_id":7,"caption":"x"}]"#, "videos/7.mp4": "x",
    ])
    #expect(try alone.read().lines == ["train 7.mp4: x"])
  }

  @Test("that is none: ids that are no numbers")
  func textIDs() throws {
    let collection = try CollectionOnDisk([
      "captions_train.json": """
      {"images":[{"id":"coco_1","file_name":"a.jpg","width":NaN},{"id":"007","file_name":"b.jpg"}],
       "annotations":[{"image_id":"007","caption":"b"},{"image_id":"coco_1","caption":"a"}]}
      """
    ])
    #expect(try collection.read().lines == ["train a.jpg: a", "train b.jpg: b"])
  }

  @Test(
    "of Karpathy's splits is an error of its record; null members are missing ones",
    arguments: [
      (
        #""filename":"b.jpg","split":"train","filepath":null,"cocoid":null,"sentences":[{"raw":"y"}]"#,
        nil
      ),
      (#""filename":"b.jpg","split":"train","sentences":[{"raw":null,"tokens":["y"]}]"#, nil),
      (#""filename":"b.jpg","split":"train","sentences":null"#, nil),
      (#""filename":null,"split":"train""#, "images[1]: has no 'filename'."),
      (#""filename":"b.jpg","split":1"#, "images[1].split: is a number, but must be a text."),
      (
        #""filename":"b.jpg","split":"train","sentences":[{"raw":["y"]}]"#,
        "images[1].sentences[0].raw: is a list, but must be a text."
      ),
      (
        #""filename":"b.jpg","split":"train","sentences":["y"]"#,
        "images[1].sentences[0]: is a text, but must be an object."
      ),
    ] as [(String, String?)])
  func karpathy(image: String, message: String?) throws {
    let first = #"{"filename":"a.jpg","split":"train","sentences":[{"raw":"x"}]}"#
    let collection = try CollectionOnDisk(["dataset.json": #"{"images":[\#(first),{\#(image)}]}"#])
    if let message {
      #expect(collection.message()?.hasPrefix("dataset.json, \(message)") == true)
    } else {
      #expect(collection.message() == nil)
    }
    #expect(try collection.read(badRecords: .leaveOut).lines.first == "train a.jpg: x")
  }

  @Test("of neuraltalk2's and MSR-VTT's JSON is an error of its record")
  func others() throws {
    let talk = try CollectionOnDisk([
      "raw.json": """
      [{"file_path":"a.jpg","captions":["x",null,3]},{"file_path":"b.jpg","captions":"one","id":"b"}]
      """
    ])
    #expect(talk.message()?.hasPrefix("raw.json, [0]: has no 'captions[1]'.") == true)
    let rest = try talk.read(badRecords: .leaveOut)
    #expect(rest.lines == ["train a.jpg: x", "train b.jpg: one"] && rest.leftOut.count == 2)
    let clips = try CollectionOnDisk([
      "v.json": """
      {"videos":[{"video_id":7,"split":"train","id":null}],
       "sentences":[{"video_id":7,"caption":"x"},{"video_id":"7","caption":null}]}
      """
    ])
    #expect(
      clips.message() == "v.json, sentences[1]: has no 'caption'. Add it, or remove the record.")
    #expect(try clips.read(badRecords: .leaveOut).lines == ["train 7.mp4: x"])
  }
}
