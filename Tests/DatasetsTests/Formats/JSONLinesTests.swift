import Datasets
import Testing

@Suite("JSON lines")
struct JSONLinesTests {
  private static let both = ["train a.jpg: x", "train b.jpg: y"]

  @Test(
    "are read with blank lines, commas and other line ends, as one list, and by any name",
    arguments: [
      "{\"image\":\"a.jpg\",\"caption\":\"x\"}\n\n \t \n{\"image\":\"b.jpg\",\"caption\":\"y\"}\n",
      "{\"image\":\"a.jpg\",\"caption\":\"x\"},\n{\"image\":\"b.jpg\",\"caption\":\"y\"} , \r\n",
      "{\"image\":\"a.jpg\",\"caption\":\"x\"}\r{\"image\":\"b.jpg\",\"caption\":\"y\"}\r",
      "\u{FEFF}{\"image\":\"a.jpg\",\"caption\":\"x\"}\n{\"image\":\"b.jpg\",\"caption\":\"y\"}",
      "[{\"image\":\"a.jpg\",\"caption\":\"x\"},{\"image\":\"b.jpg\",\"caption\":\"y\"}]\n",
      "[\n{\"image\":\"a.jpg\",\"caption\":\"x\"},\n{\"image\":\"b.jpg\",\"caption\":\"y\"}\n]\n",
    ])
  func reading(text: String) throws {
    for name in ["a.jsonl", "a.ndjson", "a.json", "rows.txt", "metadata.jsonl", "captions"] {
      let collection = try CollectionOnDisk([name: text, "a.jpg": "x", "b.jpg": "x"])
      #expect(try collection.read().lines == Self.both, "\(name)")
      #expect(try collection.read(name).lines == Self.both, "\(name)")
    }
  }

  @Test(
    "whose first records are bad are lines all the same",
    arguments: [
      ("null", "line 1: is null, but must be an object."),
      ("{\"image\":\"a.jpg\"}", "line 1: has no 'caption'."),
      ("{\"caption\":\"x\"}", "line 1: has no 'image'."),
      ("{\"image\":\"a.jpg\",", "line 1: not as it should be at line 1, column"),
      ("[\"a.jpg\",\"x\"]", "line 1: is a list, but must be an object."),
      (
        "{\"image\":\"a.jpg\",\"caption\":7}",
        "line 1.caption: is a number, but must be a text or a list of texts."
      ),
      ("{\"image\":\"\",\"caption\":\"x\"}", "line 1: the name of its picture is empty."),
      ("{\"image\":\" \",\"caption\":\"x\"}", "line 1: the name of its picture is empty."),
      ("{\"image\":\"./\",\"caption\":\"x\"}", "line 1: the name of its picture is empty."),
    ])
  func badFirst(line: String, message: String) throws {
    let collection = try CollectionOnDisk([
      "a.jsonl": "\(line)\n{\"image\":\"b.jpg\",\"caption\":\"y\"}\n", "b.jpg": "x",
    ])
    let said = collection.message() ?? ""
    #expect(said.hasPrefix("a.jsonl, \(message)"), "\(said)")
    let rest = try collection.read(badRecords: .leaveOut)
    #expect(rest.lines == ["train b.jpg: y"])
    #expect(rest.leftOut.map(\.record) == ["line 1"])
  }

  @Test("of a document whose first records lack something are found by the others")
  func badFirstInList() throws {
    let collection = try CollectionOnDisk([
      "a.json": #"[null,{"image":"a.jpg"},{"image":"b.jpg","caption":"y"}]"#
    ])
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train b.jpg: y"])
    #expect(contents.leftOut.map(\.record) == ["[0]", "[1]"])
  }

  @Test("may be one object, unless that holds lists of records")
  func oneObject() throws {
    let one = try CollectionOnDisk(["a.json": "{\n \"image\": \"a.jpg\",\n \"caption\": \"x\"\n}"])
    #expect(try one.read().lines == ["train a.jpg: x"])
    let lists = try CollectionOnDisk([
      "a.json": #"{"path":"/x","description":"mine","data":[{"image":"a.jpg","caption":"x"}]}"#
    ])
    #expect(try lists.read().lines == ["train a.jpg: x"])
    let columns = try CollectionOnDisk(["a.json": #"{"image":["a","b"],"caption":["x","y"]}"#])
    #expect(
      columns.message()
        == "a.json, the object.caption: is a list of 2, but must be one text, as there are 2 "
        + "pictures. Mend it, or remove the record.")
  }
}

@Suite("JSON in no form that is known")
struct UnknownJSONTests {
  @Test(
    "is named with what is in it",
    arguments: [
      (
        #"{"a":1,"b":{"c":2}}"#,
        "an object with 'a', 'b'; in objects below are 'c'. A list, or lines"
      ),
      (#"[{"url":"http://x","caption":"y"}]"#, "a list of objects with 'caption', 'url'. A list"),
      (
        #"{"items":[{"x":1},{"y":2}]}"#,
        "an object with 'items'; in 'items' are objects with 'x', 'y'. A list"
      ),
      ("[1,2]", "without any members. A list"), ("{}", "without any members. A list"),
    ])
  func named(text: String, found: String) throws {
    let collection = try CollectionOnDisk(["a.json": text, "a.jpg": "x"])
    let said = try #require(collection.message("a.json"))
    #expect(said.hasPrefix("a.json: is JSON in no form that is known: it is \(found)"), "\(said)")
    #expect(said.hasSuffix("'images' and 'annotations'; see datasets/README.md."))
    let inFolder = try #require(collection.message())
    #expect(inFolder.contains("\nin no form that is known:\n  a.json: "), "\(inFolder)")
  }

  @Test("says which member was looked for, and stays JSON on many lines or in a text")
  func chosen() throws {
    var collection = try CollectionOnDisk(["a.jsonl": #"{"image":"a.jpg","caption":"x"}"#])
    collection.choices.captionColumn = "de"
    #expect(
      collection.message("a.jsonl")
        == "a.jsonl: is JSON in no form that is known: it is an object with 'caption', 'image'. "
        + "A list, or lines, of records with 'image' and 'de' would do, or COCO's 'images' and "
        + "'annotations'; see datasets/README.md.")
    let text = try CollectionOnDisk(["notes": "{\n \"a, b\": 1\n}"])
    #expect(text.message("notes")?.contains("an object with 'a, b'. A list") == true)
  }

  @Test("is counted among what is left out beside another form")
  func leftOut() throws {
    let collection = try CollectionOnDisk([
      "captions.tsv": "a.jpg\tx\n", "a.jpg": "x", "b.json": #"{"a":1}"#, "c.jsonl": #"{"a":1}"#,
    ])
    #expect(try collection.passedOver() == ["table b.json", "table c.jsonl"])
  }
}
