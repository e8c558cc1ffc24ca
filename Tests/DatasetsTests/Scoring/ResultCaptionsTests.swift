import TestSupport
import Testing

@testable import Datasets

@Suite("Results to score")
struct ResultCaptionsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func rows(_ text: String, _ name: String = "results.json") throws -> [ResultCaptions.Row]
  {
    try folder.write(text, to: name)
    return try ResultCaptions(at: "\(folder.path)/\(name)").rows
  }

  private func problem(_ text: String, _ name: String = "results.json") throws -> DatasetError? {
    try folder.write(text, to: name)
    do throws(DatasetError) {
      _ = try ResultCaptions(at: "\(folder.path)/\(name)")
      return nil
    } catch { return error }
  }

  @Test(
    "are read in all forms",
    arguments: [
      (
        "results.json",
        #"[{"image_id": 9, "caption": "a dog"}, {"image_id": 25, "caption": "a cat"}]"#
      ),
      (
        "results.json",
        #"{"annotations": [{"image_id": 9, "caption": "a dog"}, {"image_id": 25, "caption": "a cat"}]}"#
      ),
      ("results.json", #"{"9": ["a dog"], "25": ["a cat"]}"#),
      ("results.json", #"{"9": "a dog", "25": "a cat"}"#),
      ("results.json", #"{"9": [{"caption": "a dog"}], "25": [{"caption": "a cat"}]}"#),
      (
        "results.jsonl",
        "{\"id\": \"9\", \"text\": \"a dog\"}\n{\"id\": \"25\", \"text\": \"a cat\"}\n"
      ),
      ("results.tsv", "9\ta dog\n25\ta cat\n"),
      ("results.tsv", "image_id\tcaption\n9\ta dog\n25\ta cat\n"),
      ("results.csv", "caption,image_id\na dog,9\n\"a cat\",25\n"),
      (
        "results.jsonl",
        """
        {"schema": "cutline.result/1", "file": "9", "segments": [{"captions": [{"text": "a dog"}]}]}
        {"schema": "cutline.result/1", "file": "25", "segments": [{"captions": [{"text": "a cat"}]}]}
        """
      ),
    ])
  func forms(name: String, text: String) throws {
    let found = try rows(text, name)
    #expect(found.map(\.picture) == ["9", "25"])
    #expect(found.map(\.captions) == [["a dog"], ["a cat"]])
  }

  @Test("keep several captions, and none where a program wrote none")
  func several() throws {
    let found = try rows(
      """
      {"file": "a.jpg", "segments": [{"captions": [{"text": "a dog"}, {"text": "one dog"}]}]}
      {"file": "b.jpg", "error": {"code": "damaged", "message": "…"}}
      {"file": "c.jpg", "withheld": true, "segments": [{"captions": []}]}
      {"file": "d.jpg", "caption": ""}
      """, "results.jsonl")
    #expect(found.map(\.captions) == [["a dog", "one dog"], [], [], [""]])
    #expect(found.map(\.record) == ["line 1", "line 2", "line 3", "line 4"])
  }

  @Test("tell ids that are texts from numbers")
  func ids() throws {
    let found = try rows(#"[{"image_id": "9", "caption": "x"}, {"image_id": 9, "caption": "x"}]"#)
    #expect(found.map(\.isText) == [true, false])
  }

  @Test("are texts in a folder")
  func texts() throws {
    try folder.makeFolder("out")
    try folder.makeFolder("out/deep")
    try folder.write("a dog\n", to: "out/a.txt")
    try folder.write("a cat\none cat\n", to: "out/deep/b.jpg.txt")
    try folder.write("not a text", to: "out/a.jpg")
    let found = try ResultCaptions(at: "\(folder.path)/out").rows
    #expect(found.map(\.picture) == ["a", "deep/b.jpg"])
    #expect(found.map(\.captions) == [["a dog"], ["a cat", "one cat"]])
  }

  @Test("name the record that is wrong")
  func faults() throws {
    #expect(try problem(#"[{"image_id": 9}]"#)?.record == "[0]")
    #expect(try problem(#"[{"caption": "a dog"}]"#)?.problem == .missingField("image_id' or 'file"))
    #expect(try problem(#"[{"image_id": 9, "caption": 5}]"#)?.record == "[0]")
    #expect(try problem(#"[{"image_id": 9.5, "caption": "a"}]"#)?.record == "[0]")
    #expect(try problem("[]")?.problem == .noResults)
    #expect(
      try problem("{\"info\": {}}")?.problem
        == .unknownResults("an object without ids and captions"))
    #expect(try problem("9 a dog\n", "results.tsv")?.problem == .noTab)
    #expect(try problem("", "results.tsv") != nil)
    #expect(try problem("image_id,caption\n9,a,b\n", "results.csv")?.record == "line 2")
    #expect(try problem("[{\"image_id\": 9, \"caption\": \"a\"", "results.json") != nil)
    let clip = #"{"file": "a.mp4", "segments": [{"captions": []}, {"captions": []}]}"#
    #expect(try problem(clip)?.description.contains("--every") == true)
  }

  @Test("of invalid UTF-8 are errors")
  func encoding() throws {
    let path = try folder.write(Array("9\ta ".utf8) + [0xFF, 0x0A], to: "results.tsv")
    #expect(throws: DatasetError.self) { try ResultCaptions(at: path) }
    let json = try folder.write(
      Array(#"[{"image_id": 9, "caption": "a "#.utf8) + [0xFF] + Array("\"}]".utf8),
      to: "results.json")
    #expect(throws: DatasetError.self) { try ResultCaptions(at: json) }
  }
}

@Suite("References to score against")
struct ReferenceCaptionsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func references(
    _ text: String, _ name: String = "captions.json", split: CaptionDataset.Split? = nil
  ) throws -> ReferenceCaptions {
    try folder.write(text, to: name)
    return try ReferenceCaptions(at: "\(folder.path)/\(name)", split: split)
  }

  @Test("are COCO captions with their ids and empty captions")
  func coco() throws {
    let found = try references(
      """
      {"annotations": [{"image_id": 25, "caption": "a cat"}, {"image_id": 9, "caption": " "},
                       {"image_id": 9, "caption": "a dog"}],
       "images": [{"id": 9, "file_name": "a.jpg"}, {"id": 25, "file_name": "b.jpg"},
                  {"id": 36, "file_name": "c.jpg"}]}
      """)
    #expect(found.pictures.map(\.label) == ["9", "25"])
    #expect(found.pictures.map(\.captions) == [[" ", "a dog"], ["a cat"]])
    #expect(found.uncaptionedCount == 1)
    #expect(!found.haveTextIDs)
  }

  @Test("need no list of images, and may have ids of letters")
  func texts() throws {
    let bare = try references(#"{"annotations": [{"image_id": "x7", "caption": "a cat"}]}"#)
    #expect(bare.pictures.map(\.label) == ["x7"])
    let quoted = try references(
      #"{"images": [{"id": "9"}], "annotations": [{"image_id": "9", "caption": "a cat"}]}"#)
    #expect(quoted.haveTextIDs)
  }

  @Test("are tables of captions, whose pictures need not be there")
  func table() throws {
    let found = try references("image,caption\na.jpg,a dog\na.jpg,one dog\n", "captions.csv")
    #expect(found.pictures.map(\.label) == ["a.jpg"])
    #expect(found.pictures[0].captions == ["a dog", "one dog"])
  }

  @Test("of several splits need a choice")
  func splits() throws {
    let text = "image,caption,split\na.jpg,a dog,train\nb.jpg,a cat,val\n"
    #expect(throws: DatasetError.self) { try references(text, "captions.csv") }
    let found = try references(text, "captions.csv", split: .validation)
    #expect(found.pictures.map(\.label) == ["b.jpg"])
    #expect(throws: DatasetError.self) { try references(text, "captions.csv", split: .test) }
  }

  @Test("with two images of one id, or captions of none, are errors")
  func faults() throws {
    for text in [
      #"{"images": [{"id": 9}, {"id": 9}], "annotations": [{"image_id": 9, "caption": "a"}]}"#,
      #"{"images": [{"id": 9}], "annotations": [{"image_id": 7, "caption": "a"}]}"#,
      #"{"images": [{"id": 9}], "annotations": [{"image_id": 9, "caption": 5}]}"#,
      #"{"images": [{"id": 9}], "annotations": []}"#,
    ] {
      #expect(throws: DatasetError.self) { try references(text) }
    }
  }
}
