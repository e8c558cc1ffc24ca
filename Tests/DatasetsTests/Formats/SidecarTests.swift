import Datasets
import TestSupport
import Testing

@Suite("Texts beside pictures and clips")
struct SidecarTests {
  @Test("belong to clips, too, and to pictures of any known name or content")
  func kinds() throws {
    let collection = try CollectionOnDisk([
      "a.mp4": "x", "a.txt": "a clip", "b.jfif": "x", "b.txt": "b", "c.AVIF": "x", "c.txt": "c",
      "d.txt": "d", "e.txt": "e", "f.JPG_large": "", "g.txt": "",
    ])
    try collection.write(CollectionOnDisk.jpegHead, to: "d")
    try collection.write(CollectionOnDisk.mp4Head, to: "e.download")
    try collection.folder.write(CollectionOnDisk.jpegHead, to: "f.JPG_large")
    try collection.folder.write(CollectionOnDisk.jpegHead, to: "g.txt")
    let contents = try collection.read()
    #expect(
      contents.lines == [
        "train a.mp4: a clip", "train b.jfif: b", "train c.AVIF: c", "train d: d",
        "train e.download: e", "train f.JPG_large: ", "train g.txt: ",
      ])
    #expect(
      contents[.train]?.examples.filter { $0.kind == .clip }.map(\.name) == ["a.mp4", "e.download"])
    #expect(try collection.passedOver() == [])
  }

  @Test("may be .txt and .caption at once, in any case, or carry the picture's whole name")
  func names() throws {
    let collection = try CollectionOnDisk([
      "a.jpg": "x", "a.txt": "one", "a.caption": "two", "b.JPG": "x", "b.TXT": "b", "C.jpg": "x",
      "c.txt": "c", "d.jpg": "x", "d.jpg.txt": "d", "caf\u{E9}.jpg": "x", "cafe\u{301}.txt": "e",
    ])
    #expect(
      try collection.read().lines == [
        "train C.jpg: c", "train a.jpg: two | one", "train b.JPG: b", "train caf\u{E9}.jpg: e",
        "train d.jpg: d",
      ])
    #expect(try collection.passedOver() == [])
  }

  @Test("go to the picture of exactly their name where there is one")
  func exactNames() throws {
    let collection = try CollectionOnDisk([
      "IMG.JPG": "x", "img.png": "x", "img.txt": "mine", "b.jpg": "x", "B.png": "x", "B.Txt": "B's",
    ])
    #expect(
      try collection.read().lines == [
        "train B.png: B's", "train IMG.JPG: ", "train b.jpg: ", "train img.png: mine",
      ])
  }

  @Test("lose their byte-order marks, and may be UTF-16 that says so")
  func marks() throws {
    let collection = try CollectionOnDisk([
      "a.jpg": "x", "a.txt": "\u{FEFF}A dog.\r\n", "b.jpg": "x",
    ])
    try collection.write([0xFF, 0xFE, 0x41, 0, 0x20, 0, 0xE9, 0, 0x0A, 0], to: "b.txt")
    let captions = try collection.read()[.train]?.examples.flatMap(\.captions) ?? []
    #expect(captions.map { Array($0.utf8) } == [Array("A dog.".utf8), Array("A \u{E9}".utf8)])
  }

  @Test("are no captions where they are what Git leaves of files and links")
  func shells() throws {
    let collection = try CollectionOnDisk([
      "a.jpg": "x", "a.txt": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
      "b.jpg": "x", "b.txt": "in/text", "in/text": "b", "c.jpg": "x", "c.txt": "either/or",
    ])
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.leftOut.map(\.problem) == [.largeFilePointer, .linkText("in/text")])
    #expect(contents.lines == ["train c.jpg: either/or"])
  }

  @Test("say their split by the topmost folder that is called as one")
  func splits() throws {
    let collection = try CollectionOnDisk([
      "data/train/test/a.jpg": "x", "data/train/test/a.txt": "a", "images/val/b.jpg": "x",
      "images/val/b.txt": "b", "evaluation/c.jpg": "x", "evaluation/c.txt": "c", "eval/d.jpg": "x",
      "eval/d.txt": "d",
    ])
    #expect(
      try collection.read().lines == [
        "train data/train/test/a.jpg: a", "val images/val/b.jpg: b", "test eval/d.jpg: d",
        "test evaluation/c.jpg: c",
      ])
  }
}

@Suite("Nested imagefolder metadata")
struct NestedMetadataTests {
  @Test("counts for the pictures it is nearest to")
  func nearest() throws {
    let collection = try CollectionOnDisk([
      "train/metadata.csv": "file_name,text\na.jpg,a\nin/b.jpg,far\n", "train/a.jpg": "x",
      "train/in/METADATA.CSV": "File Name,Text\nb.jpg,near\n", "train/in/b.jpg": "x",
      "train/deep/er/metadata.jsonl": "{\"file_name\":\"c.jpg\",\"prompt\":\"c\"}\n",
    ])
    let contents = try collection.read()
    #expect(
      contents.lines == ["train c.jpg: c", "train b.jpg: near", "train a.jpg: a"].sorted()
        || Set(contents.lines) == ["train a.jpg: a", "train b.jpg: near", "train c.jpg: c"])
    #expect(contents.leftOut.map(\.problem) == [.nearerMetadata(fileName: "in/b.jpg")])
  }

  @Test("may lie below data/, hold lists of captions, and call the test split eval")
  func layouts() throws {
    let collection = try CollectionOnDisk([
      "data/train/metadata.jsonl": "\u{FEFF}{\"file_name\":\"a.jpg\",\"text\":[\"one\",\"two\"]}\n",
      "data/validation/metadata.csv": "file_name,text\nb.jpg,b\n",
      "data/evaluation/metadata.csv": "file_name,caption\nc.jpg,c\n",
    ])
    #expect(
      try collection.read().lines == ["train a.jpg: one | two", "val b.jpg: b", "test c.jpg: c"])
  }

  @Test("with two files in one folder is refused")
  func twoFiles() throws {
    let collection = try CollectionOnDisk([
      "in/metadata.csv": "file_name,text\n", "in/metadata.jsonl": "{}",
    ])
    #expect(
      collection.message() == ".: holds several files of imagefolder metadata: in/metadata.csv, "
        + "in/metadata.jsonl. Name the one to read.")
  }
}

@Suite("WebDataset shards")
struct WebDatasetTests {
  private func shard(_ members: [(String, String)]) -> [UInt8] {
    var tar = TarBytes()
    for (name, text) in members { tar.add(name, Array(text.utf8)) }
    return tar.whole
  }

  @Test("hold pictures with texts or JSON, and speak of their split")
  func reading() throws {
    let collection = try CollectionOnDisk([:])
    try collection.write(
      shard([
        ("0.jpg", "x"), ("0.txt", "\u{FEFF}a dog\nthe dog"), ("0.json", #"{"caption":"not read"}"#),
        ("d/1.v2.jpg", "no picture of its own"), ("d/1.png", "x"),
        ("d/1.json", #"{"caption":["a","b"]}"#),
        ("2.mp4", "x"), ("2.cap", "a clip"), ("3.txt", "of nothing"), ("readme", "x"),
      ]), to: "train-000.tar")
    try collection.write(shard([("4.JPG", "x"), ("4.TXT", "c")]), to: "val-000.tar")
    let contents = try collection.read()
    #expect(try collection.collection().formatName == "WebDataset shards")
    #expect(
      contents.lines == [
        "train 0.jpg: a dog | the dog", "train d/1.png: a | b", "train 2.mp4: a clip",
        "val 4.JPG: c",
      ])
    #expect(contents[.train]?.examples.map(\.kind) == [.picture, .picture, .clip])
    #expect(
      try collection.passedOver() == [
        "picture train-000.tar/d/1.v2.jpg", "text train-000.tar/3.txt",
        "other train-000.tar/readme",
      ])
    #expect(try collection.read("val-000.tar").lines == ["val 4.JPG: c"])
  }

  @Test("may have their members in any order, dotted names, and several texts of a picture")
  func anyOrder() throws {
    let collection = try CollectionOnDisk([:])
    try collection.write(
      shard([
        ("b.txt", "b"), ("1.5.jpg", "x"), ("a.jpg", "x"), ("b.jpg", "x"), ("a.cap", "third"),
        ("a.mask.png", "x"), ("1.6.jpg", "x"), ("a.caption", "second"), ("1.5.txt", "dotted"),
        ("a.txt", "first"), ("1.6.json", #"{"caption":"too"}"#), ("A.jpg", "x"), ("A.txt", "else"),
      ]), to: "0.tar")
    #expect(
      try collection.read().lines == [
        "train b.jpg: b", "train 1.5.jpg: dotted", "train 1.6.jpg: too",
        "train a.jpg: first | second | third", "train A.jpg: else",
      ])
    #expect(try collection.passedOver() == ["picture 0.tar/a.mask.png"])
  }

  @Test("with members twice say so, and mix no texts up")
  func twice() throws {
    let collection = try CollectionOnDisk([:])
    try collection.write(
      shard([("a.jpg", "x"), ("a.txt", "one"), ("a.jpg", "y"), ("a.txt", "two")]), to: "0.tar")
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train a.jpg: one"])
    #expect(contents.leftOut.map(\.problem) == [.repeatedImage(id: #""a.jpg""#)])
  }

  @Test("have the captions in the member of the JSON that is chosen, whatever texts there are")
  func chosenMember() throws {
    var collection = try CollectionOnDisk([:])
    try collection.write(
      shard([
        ("a.jpg", "x"), ("a.txt", "text"), ("a.json", #"{"caption":"one","de":"eins"}"#),
        ("b.jpg", "x"), ("b.json", #"{"caption":"two","captions":["too"],"de":["zwei","beide"]}"#),
      ]), to: "0.tar")
    #expect(try collection.read().lines == ["train a.jpg: text", "train b.jpg: two | too"])
    collection.choices.captionColumn = "de"
    #expect(try collection.read().lines == ["train a.jpg: eins", "train b.jpg: zwei | beide"])
    try collection.folder.write(
      shard([
        ("a.jpg", "x"), ("a.json", #"{"de":"eins"}"#), ("b.jpg", "x"), ("b.json", "{}"),
        ("c.jpg", "x"), ("c.txt", "text"),
      ]), to: "0.tar")
    #expect(
      collection.message() == "0.tar, b.json: has no 'de'. Add it, or remove the record.")
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(contents.lines == ["train a.jpg: eins"])
    #expect(contents.leftOut.map(\.record) == ["b.json", "c.jpg"])
  }

  @Test("that lack their end are told from whole ones")
  func noEnd() throws {
    let collection = try CollectionOnDisk([:])
    let whole = shard([("0.jpg", "x"), ("0.txt", "y")])
    try collection.folder.write(whole, to: "0.tar")
    #expect(try collection.passedOver() == [])
    for missing in [1024, 1025, 1024 + 511] {
      try collection.folder.write(Array(whole.dropLast(missing)), to: "0.tar")
      #expect(try collection.read().lines == ["train 0.jpg: y"])
      #expect(try collection.passedOver() == ["end 0.tar"])
    }
    // Cut off in its first picture or header.
    for count in [300, 512] {
      try collection.folder.write(Array(whole.prefix(count)), to: "0.tar")
      #expect(collection.message()?.hasPrefix("0.tar: is no tar archive, or ends") == true)
    }
  }

  @Test("that are torn, or have a bad text, are refused with the place")
  func refused() throws {
    let collection = try CollectionOnDisk(["a.tar": "no archive"])
    #expect(
      collection.message()
        == "a.tar: is no tar archive, or ends or is damaged at byte 0. Get a fresh copy.")
    let whole = shard([
      ("0.jpg", "x"), ("0.json", #"{"caption":7}"#), ("1.jpg", "x"), ("1.txt", "y"),
    ])
    try collection.folder.write(whole, to: "a.tar")
    #expect(
      collection.message()
        == "a.tar, 0.json.caption: is a number, but must be a text. Mend it, or remove the record.")
    #expect(try collection.read(badRecords: .leaveOut).lines == ["train 1.jpg: y"])
    try collection.folder.write(Array(whole.prefix(512 * 5)), to: "a.tar")
    #expect(
      try collection.read(badRecords: .leaveOut).leftOut.first?.problem
        == .badArchive(atByte: 512 * 5))
  }

  @Test("that cannot be read hide no others where bad records are left out")
  func badAmongGood() throws {
    let collection = try CollectionOnDisk(["train-1.tar": "no archive", "train-2.tar": ""])
    let whole = shard([("0.jpg", "x"), ("0.txt", "y"), ("1.jpg", "x"), ("1.txt", "y")])
    try collection.write(whole, to: "train-0.tar")
    try collection.write(Array(whole.prefix(512 * 5)), to: "train-3.tar")
    try collection.write(shard([("4.jpg", "x"), ("4.txt", "y")]), to: "val-4.tar")
    #expect(collection.message()?.hasPrefix("train-1.tar: is no tar archive") == true)
    let contents = try collection.read(badRecords: .leaveOut)
    #expect(
      contents.lines == ["train 0.jpg: y", "train 1.jpg: y", "train 0.jpg: y", "val 4.jpg: y"])
    #expect(contents.leftOut.count == 3)
  }

  @Test("name the text that is at fault, not the picture")
  func faultyTexts() throws {
    let collection = try CollectionOnDisk([:])
    var tar = TarBytes()
    tar.add("a.jpg", [1])
    tar.add("a.txt", [0x63, 0xE9])
    tar.add("b.jpg", [1])
    tar.add("b.json", Array("{\"caption\" 7}".utf8))
    try collection.write(tar.whole, to: "0.tar")
    #expect(
      collection.message()
        == "0.tar, a.txt: is not UTF-8 text. Convert it, with iconv -t UTF-8.")
    #expect(
      try collection.read(badRecords: .leaveOut).leftOut.map(\.record) == ["a.txt", "b.json"])
  }

  @Test("hide no texts beside pictures, and are none where there are only pictures in them")
  func otherArchives() throws {
    let collection = try CollectionOnDisk(["a.jpg": "x", "a.txt": "a dog"])
    try collection.write(shard([("b.jpg", "x"), ("b.txt", "y")]), to: "b.tar")
    #expect(try collection.read().lines == ["train a.jpg: a dog"])
    #expect(try collection.passedOver() == ["archive b.tar"])
    let pictures = try CollectionOnDisk([:])
    try pictures.write(shard([("b.jpg", "x"), ("c.jpg", "x")]), to: "images.tar")
    #expect(pictures.message()?.contains("no captions found") == true)
  }
}
