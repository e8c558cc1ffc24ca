import Datasets
import Testing

@Suite("Flickr captions")
struct FlickrTokensTests {
  private static let token = """
    a.jpg#0\tA child in a pink dress .
    a.jpg#1\tA girl going into a building .
    b.jpg#0\tTwo dogs .
    2258277193_586949ec62.jpg.1#0\tA man .
    c.jpg#0\tA "red" car, parked .\r

    """

  @Test("in a token file go by the lists; pictures in none of them are left aside")
  func lists() throws {
    let collection = try CollectionOnDisk([
      "Flickr8k_text/Flickr8k.token.txt": Self.token,
      "Flickr8k_text/Flickr8k.lemma.token.txt": "a.jpg#0\tA child in pink dress .\n",
      "Flickr8k_text/Flickr_8k.trainImages.txt": "a.jpg\n",
      "Flickr8k_text/Flickr_8k.devImages.txt": "c.jpg\n",
      "Flickr8k_text/Flickr_8k.testImages.txt": "b.jpg\r\n", "Flicker8k_Dataset/a.jpg": "x",
    ])
    #expect(try CaptionCollection(at: collection.path).formatName == "Flickr token file")
    let contents = try collection.read()
    #expect(
      contents.lines == [
        "train a.jpg: A child in a pink dress . | A girl going into a building .",
        "val c.jpg: A \"red\" car, parked .", "test b.jpg: Two dogs .",
      ])
    #expect(contents[.train]?.examples[0].folder == "\(collection.path)/Flicker8k_Dataset")
  }

  @Test("go by lists without extensions or folders; names without captions are told")
  func looseLists() throws {
    let collection = try CollectionOnDisk([
      "results.token": "a.jpg#0\tx\nb.jpg#0\ty\nc.jpg#0\tz\na.jpg.1#0\tw\n", "a.jpg": "x",
      "b.jpg": "x", "c.jpg": "x", "train.txt": "a\nnone.jpg\n", "val.txt": "images/b.jpg\nB\n",
      "test.txt": "./c.jpg\n",
    ])
    #expect(try collection.read().lines == ["train a.jpg: x", "val b.jpg: y", "test c.jpg: z"])
    #expect(
      try collection.passedOver() == ["listed val.txt names B", "listed train.txt names none.jpg"])
  }

  @Test("in a token file without lists are all to learn from, the picture that is none included")
  func withoutLists() throws {
    let collection = try CollectionOnDisk(["results_20130124.token": Self.token])
    #expect(
      try collection.read().datasets.flatMap { $0.examples.map(\.name) } == [
        "a.jpg", "b.jpg", "2258277193_586949ec62.jpg.1", "c.jpg",
      ])
  }

  @Test("in a table may be quoted, over several lines, and hold quotes and commas")
  func table() throws {
    let collection = try CollectionOnDisk([
      "captions.txt": """
      image,caption
      a.jpg,A child in a pink dress .
      a.jpg,"A girl, going ""in"" ."
      b.jpg,"Two
      dogs"
      c.jpg,A 5" screen

      """, "val.txt": "b.jpg\n", "train.txt": "a.jpg\nc.jpg\n",
    ])
    #expect(try CaptionCollection(at: collection.path).formatName == "captions table")
    #expect(
      try collection.read().lines == [
        "train a.jpg: A child in a pink dress . | A girl, going \"in\" .",
        "train c.jpg: A 5\" screen", "val b.jpg: Two\ndogs",
      ])
  }

  @Test(
    "are refused with the line and the remedy",
    arguments: [
      (
        "t.token", "a#0\tx\nb#0 y\n",
        ", line 2: has no tab between path and caption. "
          + "Put one there, or remove the line."
      ),
      (
        "t.token", "a#0\tx\nb\ty\n",
        ", line 2: begins with \"b\", not with FILE#NUMBER. "
          + "Mend the line, or remove it."
      ),
      (
        "t.csv", "image,caption\na,\"x\nb,y\n",
        ", line 2: a quoted field has no end, or continues after "
          + "it. Double the quotes inside a field."
      ),
      (
        "t.csv", "image,caption\na,\"x\"y\n",
        ", line 2: a quoted field has no end, or continues after "
          + "it. Double the quotes inside a field."
      ),
      (
        "t.csv", "image,caption\na,b,c\n",
        ", line 2: has 3 columns, but the first line names 2. "
          + "Quote fields with commas in them."
      ),
      (
        "t.csv", "image,caption\n../a,b\n",
        ", line 2: file name \"../a\" leads out of the image "
          + "folder. Name pictures relative to that folder, without '..'."
      ),
    ])
  func refused(file: String, text: String, message: String) throws {
    let collection = try CollectionOnDisk([file: text])
    #expect(collection.message() == "\(file)\(message)")
    let bad = try collection.read(badRecords: .leaveOut)
    #expect(bad.leftOut.count == 1)
  }

  @Test("that are not UTF-8 are refused with the line")
  func notText() throws {
    let collection = try CollectionOnDisk([:])
    try collection.folder.write(Array("a#0\tx\nb#0\t".utf8) + [0xE9, 0x0A], to: "t.token")
    #expect(
      collection.message()
        == "t.token, line 2: is not UTF-8 text. Convert it, with iconv -t UTF-8.")
  }

  @Test("may not be in two lists")
  func inTwoLists() throws {
    let collection = try CollectionOnDisk([
      "t.token": "a.jpg#0\tx\n", "train.txt": "a.jpg\n", "val.txt": "a.jpg\n",
    ])
    #expect(
      collection.message()
        == "val.txt, line 1: \"a.jpg\" is in two splits. Remove it from one of the lists.")
  }
}
