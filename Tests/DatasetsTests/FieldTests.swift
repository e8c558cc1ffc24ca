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
