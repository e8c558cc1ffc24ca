import Datasets
import Testing

@Suite("Tables as programs save them")
struct OddTablesTests {
  private static let both = ["train a.jpg: one, two", "train b.jpg: x"]

  @Test(
    "say their separator above, end lines with returns, have blanks at quotes and rows of nothing",
    arguments: [
      "sep=;\r\nimage;caption\r\na.jpg;one, two\r\nb.jpg;x\r\n",
      "\"sep=|\"\nimage|caption\na.jpg|one, two\nb.jpg|x\n",
      "SEP=,\nimage,caption\na.jpg,\"one, two\"\nb.jpg,x\n",
      "image,caption\ra.jpg,\"one, two\"\rb.jpg,x\r",
      "image,caption\r\r\na.jpg,\"one, two\"\r\r\nb.jpg,x\r\r\n",
      "image, caption\na.jpg, \"one, two\"\n\"b.jpg\" , \"x\" \n",
      "image,caption\na.jpg,\"one, two\"\n,\n \nb.jpg,x\n , \n",
      "image;caption, english\na.jpg;one, two\nb.jpg;x\n",
    ])
  func reading(text: String) throws {
    var collection = try CollectionOnDisk(["t.csv": text, "a.jpg": "x", "b.jpg": "x"])
    if text.contains("english") { collection.choices.captionColumn = "caption, english" }
    #expect(try collection.read().lines == Self.both)
    #expect(try collection.read("t.csv").lines == Self.both)
  }

  @Test("keep quotes that only begin a caption, and lines that a quote holds together")
  func quotes() throws {
    let collection = try CollectionOnDisk([
      "t.csv": "image,caption\na.jpg, \"Stop\" sign\nb.jpg,\"one\ntwo\"\nc.jpg, \"open\nd.jpg,x\"\n"
    ])
    #expect(
      try collection.read().lines == [
        "train a.jpg: \"Stop\" sign", "train b.jpg: one\ntwo", "train c.jpg: \"open",
        "train d.jpg: x\"",
      ])
  }

  @Test(
    "name the line of a bad value, which is left out",
    arguments: [
      (",y", "line 3: the name of its picture is empty."),
      ("\" \",y", "line 3: the name of its picture is empty."),
      (".,y", "line 3: the name of its picture is empty."),
      ("../b.jpg,y", "line 3: file name \"../b.jpg\" leads out"),
      ("b.jpg", "line 3: has 1 columns, but the first line names 2."),
      ("b.jpg,y,z", "line 3: has 3 columns, but the first line names 2."),
      ("b.jpg,\"y\"z", "line 3: a quoted field has no end"),
      ("b.jpg,[1]", "line 3: is [1], but must be a text or a list of texts."),
      ("b.jpg,y\0", "line 3: is not UTF-8 text."),
    ])
  func badValues(row: String, message: String) throws {
    for lineEnd in ["\n", "\r\n", "\r"] {
      let rows = ["image,caption", "a.jpg,x", row, "d.jpg,z"]
      let collection = try CollectionOnDisk(["t.csv": rows.joined(separator: lineEnd)])
      let said = try #require(collection.message())
      #expect(said.hasPrefix("t.csv, \(message)"), "\(said)")
      let rest = try collection.read(badRecords: .leaveOut)
      #expect(rest.lines == ["train a.jpg: x", "train d.jpg: z"])
      #expect(rest.leftOut.map(\.record) == ["line 3"])
    }
  }

  @Test("count lines in quotes, whatever ends them")
  func lineNumbers() throws {
    for lineEnd in ["\n", "\r\n", "\r"] {
      let rows = ["image,caption", "", "a.jpg,\"x", "y\"", "../b.jpg,z", "c.jpg,z"]
      let collection = try CollectionOnDisk(["t.csv": rows.joined(separator: lineEnd)])
      let contents = try collection.read(badRecords: .leaveOut)
      #expect(contents.leftOut.map(\.record) == ["line 5"])
      #expect(contents[.train]?.examples.count == 2)
    }
  }

  @Test("of other encodings are refused with the line, also where the first line is such")
  func encodings() throws {
    func latin1(_ text: String) -> [UInt8] {
      text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
    for (name, text, line) in [
      ("t.csv", "image,caption\na.jpg,caf\u{E9}\nb.jpg,x\n", 2),
      ("t.csv", "image,l\u{E9}gende,caption\na.jpg,x,y\n", 1),
      ("captions.tsv", "a.jpg\tcaf\u{E9}\nb.jpg\tx\n", 1),
      ("r.token", "a.jpg#0\tcaf\u{E9}\nb.jpg#0\tx\n", 1),
      ("train.jsonl", "{\"image\":\"b.jpg\",\"caption\":\"x\"}\n", 0),
    ] {
      let collection = try CollectionOnDisk([:])
      try collection.write(latin1(text), to: name)
      let message =
        line == 0
        ? nil : "\(name), line \(line): is not UTF-8 text. Convert it, with iconv -t UTF-8."
      #expect(collection.message() == message)
      if text.contains("b.jpg") {
        #expect(try collection.read(badRecords: .leaveOut).lines == ["train b.jpg: x"], "\(name)")
      }
    }
  }

  @Test("in UTF-16 are read by their mark, and refused without one")
  func wideText() throws {
    let text = "image,caption\na.jpg,caf\u{E9} \u{1F415}\n"
    for (isLittle, mark) in [(true, true), (false, true), (true, false), (false, false)] {
      let units = (mark ? [0xFEFF] : []) + Array(text.utf16)
      let collection = try CollectionOnDisk([:])
      try collection.write(
        units.flatMap { unit in
          let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
          return isLittle ? bytes.reversed() : bytes
        }, to: "t.csv")
      if mark {
        #expect(try collection.read().lines == ["train a.jpg: caf\u{E9} \u{1F415}"])
      } else {
        #expect(collection.message()?.hasPrefix("t.csv, line 1: is not UTF-8 text.") == true)
      }
    }
  }

  @Test("with paths and tabs may end lines with returns, too")
  func tabs() throws {
    let collection = try CollectionOnDisk(["captions.tsv": "a.jpg\tone\rb.jpg\ttwo\r  \r\tthree\r"])
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train a.jpg: one", "train b.jpg: two"])
    #expect(contents.leftOut.map(\.record) == ["line 4"])
    #expect(contents.leftOut.map(\.problem) == [.emptyName])
  }
}

@Suite("JSON captions by picture")
struct CaptionsByPictureTests {
  @Test("are texts or lists, and read where there is nothing better")
  func reading() throws {
    let text = #"{"a.jpg":"x","b.PNG":["y","z"],"c.jpg":null,"d.jpg":7,"e.jpg":[],"":"w"}"#
    let collection = try CollectionOnDisk(["captions.json": text])
    #expect(try collection.collection().formatName == "JSON captions by picture")
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train a.jpg: x", "train b.PNG: y | z"])
    #expect(contents.leftOut.map(\.record) == ["c.jpg", "d.jpg", "e.jpg", ""])
    let table = try CollectionOnDisk(["labels.json": text, "captions.tsv": "a.jpg\tdog\n"])
    #expect(try table.read().lines == ["train a.jpg: dog"])
    #expect(try table.passedOver() == ["table labels.json"])
  }
}
