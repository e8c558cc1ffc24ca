import Datasets
import Files
import Testing

@Suite("Caption collections")
struct CaptionCollectionTests {
  @Test("that cannot be found say what was looked for")
  func nothing() throws {
    let collection = try CollectionOnDisk(["notes.json": "{}", "a.jpg": "x", "b.tsv": "no tab"])
    let message = try #require(collection.message())
    #expect(message.hasPrefix(".: no captions found; looked for:\n  captions_train.json"))
    for form in [
      "Karpathy", "MSR-VTT", "MSVD", "Flickr", "neuraltalk2", "imagefolder", "tsv", "beside",
    ] {
      #expect(message.contains(form), "\(form)")
    }
    #expect(message.hasSuffix("\nSee datasets/README.md for how to lay out a collection."))
  }

  @Test(
    "that are damaged say what is wrong with the file that was meant",
    arguments: [
      ("dataset.json", #"{"images":"#, "at line 1, column 11: expected a value"),
      ("captions.tsv", "", "is empty (0 bytes)"),
      ("metadata.jsonl", "", "is empty (0 bytes)"),
    ])
  func damaged(file: String, text: String, reason: String) throws {
    let collection = try CollectionOnDisk([file: text])
    for message in [collection.message(), collection.message(file)] {
      #expect(
        message?.hasPrefix(file) == true && message?.contains(reason) == true, "\(message ?? "")")
    }
  }

  @Test("that are not there say so")
  func missing() {
    let error = #expect(throws: DatasetError.self) { try CaptionCollection(at: "/no/such/place") }
    #expect(error?.problem == .unreadable(FileError("/no/such/place", .missing)))
    #expect(error?.description == FileError("/no/such/place", .missing).description)
  }

  @Test("without the split that is wanted say which they have")
  func noSplit() throws {
    let collection = try CollectionOnDisk(["val.tsv": "a.jpg\tx\n"])
    let error = #expect(throws: DatasetError.self) {
      try CaptionCollection(at: collection.path).read(.train)
    }
    #expect(
      error?.description
        == "\(collection.path): has no pictures to learn from (split 'train'), only 'val'. "
        + "Is it the right folder?")
  }

  @Test("with a split that holds nothing do not have that split")
  func emptySplit() throws {
    let collection = try CollectionOnDisk([
      "captions_train.json": #"{"images":[],"annotations":[]}"#,
      "captions_val.json": #"{"images":[{"id":1,"file_name":"a.jpg"}]}"#, "images/": "",
    ])
    #expect(try collection.read().datasets.map(\.split) == [.validation])
    let error = #expect(throws: DatasetError.self) {
      try CaptionCollection(at: collection.path).read(.train)
    }
    #expect(error?.problem == .noSplit("train", found: ["val"]))
  }

  @Test("in two forms are read in the more telling one, and the other is named")
  func twoForms() throws {
    let collection = try CollectionOnDisk([
      "captions.tsv": "a.jpg\tx\n",
      "captions.json": #"{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[]}"#,
    ])
    let found = try CaptionCollection(at: collection.path)
    #expect(found.formatName == "COCO captions")
    #expect(found.others.map(\.file) == ["\(collection.path)/captions.tsv"])
    let named = try CaptionCollection(at: "\(collection.path)/captions.tsv")
    #expect(named.formatName == "tab-separated captions")
    #expect(named.others.isEmpty)
  }

  @Test("are told by their content where files have other extensions, or none")
  func extensions() throws {
    for name in ["captions", "captions.txt", "captions.json.download", "CAPTIONS.JSON"] {
      let collection = try CollectionOnDisk([
        name: #"{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[]}"#, "a.jpg": "x",
      ])
      #expect(try collection.read().lines == ["train a.jpg: "], "\(name)")
      let table = try CollectionOnDisk([name: "image,caption\na.jpg,x\n", "a.jpg": "x"])
      let isTable = name != "CAPTIONS.JSON"
      #expect((try? table.read().lines) == (isTable ? ["train a.jpg: x"] : nil), "\(name)")
    }
  }

  @Test("know clips from pictures by their names")
  func clips() throws {
    let collection = try CollectionOnDisk(["captions.tsv": "a.MP4\tx\nb.jpg\ty\nc\tz\nd.mp4/e\tz\n"]
    )
    let examples = try #require(try collection.read()[.train]).examples
    #expect(examples.map(\.kind) == [.clip, .picture, .picture, .picture])
  }

  @Test("number pictures that have no number, each with its own")
  func numbers() throws {
    let collection = try CollectionOnDisk(["train.tsv": "a\tx\nb\ty\n", "val.tsv": "c\tz\n"])
    #expect(try collection.read().datasets.flatMap { $0.examples.map(\.id) } == [0, 1, 2])
  }
}
