import Files
import TestSupport
import Testing

@testable import Datasets

@Suite("Results to look at")
struct ShownResultsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func read(_ text: String, as name: String = "results.jsonl") throws -> ShownResults {
    try ShownResults(at: folder.write(text, to: name))
  }

  static let picture = """
    {"schema":"cutline.result/1","file":"a.jpg","kind":"image","model":{"name":"default"},"settings":{},\
    "segments":[{"captions":[{"text":"a dog","logprob":-3,"score":-0.75,"words":[]},{"text":"a cat"}],\
    "confidence":0.12,"tags":[{"label":"airliner","word":null,"p":0.654}]}],\
    "warnings":[{"code":"truncated","message":"ends early"},{"code":"unsure","message":"unlike photos"}]}
    """
  static let failure = """
    {"schema":"cutline.result/1","file":"b.jpg","model":{"name":"default"},"settings":{},\
    "error":{"code":"corrupt","stage":"decode","message":"is damaged."}}
    """
  static let clip = """
    {"schema":"cutline.result/1","file":"c.mp4","kind":"video","model":{"name":"default"},"settings":{"every":4},\
    "segments":[{"start":0,"end":4,"frames":8,"captions":[{"text":"a man"}]},\
    {"start":4,"end":7.5,"frames":8,"captions":[],"withheld":true}],\
    "warnings":[{"code":"unsure","message":"4.0-7.5 s: unlike clips"}]}
    """

  @Test(
    "what cutline writes says failures, doubts, warnings, tags and times, in lines and in a list")
  func own() throws {
    let lines = try read([Self.picture, Self.failure, Self.clip].joined(separator: "\n") + "\n")
    let list = try read("[\(Self.picture),\(Self.failure),\(Self.clip)]", as: "results.json")
    #expect(lines.rows == list.rows && lines.model == "default" && !lines.isTorn)
    let rows = lines.rows
    #expect(rows.map(\.name) == ["a.jpg", "b.jpg", "c.mp4"])
    #expect(rows[0].parts[0].captions == ["a dog", "a cat"])
    #expect(rows[0].isUnsure && rows[0].warnings == ["ends early"])
    #expect(rows[0].parts[0].tags == ["airliner (65 %)"] && rows[0].parts[0].score == -0.75)
    #expect(rows[1].failure == "is damaged." && rows[1].parts == [])
    #expect(rows[2].isClip && rows[2].parts.map(\.times) == [0...4, 4...7.5])
    #expect(rows[2].parts.map(\.isUnsure) == [false, true] && !rows[2].isWithheld)
    let one = try read(Self.picture, as: "one.json")
    #expect(one.rows == [rows[0]])
  }

  @Test(
    "of two rows of a file the last counts; a torn last line is said, another one ends the reading")
  func journal() throws {
    let later = Self.picture.replacing("a dog", with: "a cow")
    let found = try read([Self.picture, Self.failure, later].joined(separator: "\n"))
    #expect(found.rows.map(\.name) == ["a.jpg", "b.jpg"])
    #expect(found.rows[0].parts[0].captions[0] == "a cow")
    let torn = try read("\(Self.picture)\n\(Self.clip.prefix(60))", as: "torn.jsonl")
    #expect(torn.isTorn && torn.rows.count == 1)
    #expect(throws: DatasetError.self) {
      try read("\(Self.picture)\n{\"schema\":\n\(Self.failure)\n", as: "broken.jsonl")
    }
  }

  @Test("tables may have several captions of a picture, and times of segments")
  func tables() throws {
    let found = try read(
      "a.jpg\ta dog\na.jpg\ta cat\nb.jpg\ta cow\tcow (65 %); ox (2 %)\n", as: "r.tsv")
    #expect(found.rows.map(\.name) == ["a.jpg", "b.jpg"])
    #expect(found.rows[0].parts.map(\.captions) == [["a dog", "a cat"]])
    #expect(found.rows[1].parts[0].tags == ["cow (65 %)", "ox (2 %)"])
    let clip = try read("c.mp4\t0.0\t4.0\ta man\nc.mp4\t4.0\t7.5\ta dog\n", as: "clip.tsv")
    #expect(clip.rows.count == 1 && clip.rows[0].isClip)
    #expect(clip.rows[0].parts.map(\.times) == [0...4, 4...7.5])
    #expect(clip.rows[0].parts.map(\.captions) == [["a man"], ["a dog"]])
  }

  @Test("COCO results and the folder of a batch are read, and what is neither is refused")
  func others() throws {
    let coco = try read("[{\"image_id\": 9, \"caption\": \"a dog\"}]", as: "coco.json")
    #expect(coco.rows.map(\.picture) == ["9"] && coco.rows[0].parts[0].captions == ["a dog"])
    try folder.makeFolder("out")
    try folder.write(Self.picture + "\n", to: "out/results.jsonl")
    let batch = try ShownResults(at: "\(folder.path)/out")
    #expect(batch.rows.count == 1 && batch.path.hasSuffix("out/results.jsonl"))
    #expect(throws: DatasetError.self) { try read("{\"a\": 1}", as: "other.json") }
    #expect(throws: DatasetError.self) { try read("", as: "empty.jsonl") }
  }

  // MARK: Pictures

  @Test("pictures are found by their names, by COCO's numbers, and by a file of ids")
  func pictures() throws {
    try folder.makeFolder("images")
    try folder.makeFolder("images/deep")
    try folder.write("x", to: "images/COCO_val2014_000000000139.jpg")
    try folder.write("x", to: "images/deep/b.png")
    try folder.write(
      "{\"images\": [{\"id\": 7, \"file_name\": \"b.png\"}], \"annotations\": []}", to: "ids.json")
    let images = "\(folder.path)/images"
    func row(_ picture: String) -> ShownResults.Row { .init(picture: picture) }
    let found = try ResultPictures(in: images)
    #expect(
      found.source(of: row("139")) == .file("\(images)/COCO_val2014_000000000139.jpg"))
    #expect(found.source(of: row("elsewhere/b.png")) == .file("\(images)/deep/b.png"))
    #expect(found.source(of: row("7")) == nil && found.source(of: row("none.jpg")) == nil)
    let named = try ResultPictures(in: images, ids: "\(folder.path)/ids.json")
    #expect(named.source(of: row("7")) == .file("\(images)/deep/b.png"))
    let direct = try ResultPictures()
    #expect(direct.source(of: row("\(images)/deep/b.png")) == .file("\(images)/deep/b.png"))
  }

  @Test("a member of a plain tar is read in place")
  func members() throws {
    var tar = TarBytes()
    tar.add("x.jpg", Array("picture".utf8))
    let archive = try folder.write(tar.whole, to: "a.tar")
    var row = ShownResults.Row(picture: "\(archive)/x.jpg")
    row.member = 512..<519
    guard case .part(_, let range, _) = try ResultPictures().source(of: row) else {
      Issue.record("no member")
      return
    }
    #expect(range == 512..<519)
    row.member = 0..<1 << 40
    #expect(try ResultPictures().source(of: row) == nil)
  }
}
