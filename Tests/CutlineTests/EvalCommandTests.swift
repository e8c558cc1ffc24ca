import Files
import Foundation
import TestSupport
import Testing

@Suite("cutline eval and compare")
struct EvalCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      """
      {"images": [{"id": 9, "file_name": "a.jpg"}, {"id": 25, "file_name": "b.jpg"}],
       "annotations": [{"image_id": 9, "caption": "A dog runs on grass."}, {"image_id": 9, "caption": "One dog."},
                       {"image_id": 25, "caption": "Two cats sleep on a bed."}]}
      """, to: "refs.json")
    try folder.write("a.jpg\ta dog runs on grass\nb.jpg\ttwo cats on a bed\n", to: "good.tsv")
    try folder.write("a.jpg\ta man\nb.jpg\ta man\n", to: "poor.tsv")
  }

  private func run(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments, in: folder.path)
  }

  private func eval(_ results: String, _ more: String...) throws -> Program.Outcome {
    try Program.run(
      ["eval", "--references", "refs.json", "--results", results] + more, in: folder.path)
  }

  @Test("print a table, JSON or CSV")
  func forms() throws {
    let table = try eval("good.tsv")
    #expect(table.status == 0, "\(table.errors)")
    #expect(table.output.hasPrefix("pictures "))
    #expect(table.output.contains(" 2, with 3 references\nBleu_1 "))
    #expect(table.output.contains("\nMETEOR("))
    #expect(table.errors.contains("CIDEr of 2 pictures"))
    let json = try JSONValue(reading: Array(try eval("good.tsv", "--json").output.utf8))
    #expect(json["images"]?.elements?.count == 2)
    let saved = try eval("good.tsv", "-o", "scores.csv")
    #expect(saved.status == 0 && saved.output.isEmpty)
    let written = try String(contentsOfFile: "\(folder.path)/scores.csv", encoding: .utf8)
    #expect(written.hasPrefix("image_id,file,caption,Bleu_1"))
    #expect(try eval("good.tsv", "-o", "scores.csv").status == 73)
    #expect(try eval("good.tsv", "-o", "scores.csv", "--force").status == 0)
  }

  @Test("refuse what does not fit, with the place, and write nothing")
  func faults() throws {
    try folder.write("a.jpg\ta dog\nc.jpg\ta dog\n", to: "other.tsv")
    try folder.write("a.jpg\ta dog\n", to: "half.tsv")
    try folder.write("a.jpg\ta dog\n9\ta dog\nb.jpg\tx\n", to: "twice.tsv")
    let other = try eval("other.tsv", "-o", "scores.json")
    #expect(other.status == 65)
    #expect(
      other.errors.contains("other.tsv, line 2: 'c.jpg' is none of the pictures of refs.json"))
    #expect(!isFile("\(folder.path)/scores.json"))
    #expect(try eval("half.tsv").errors.contains("1 of 2 pictures has no caption, such as '25'"))
    #expect(try eval("twice.tsv").errors.contains("line 2: '9' has a caption already, in line 1"))
    let partial = try eval("half.tsv", "--partial")
    #expect(partial.status == 0)
    #expect(partial.errors.contains("1 of 2 pictures has no caption, and is not scored"))
    #expect(try eval("none.tsv").status == 66)
  }

  @Test("need captions and references, or a data set")
  func usage() throws {
    #expect(try run("eval").status == 64)
    #expect(try run("eval", "--results", "good.tsv").errors.contains("--references is missing"))
    #expect(try run("eval", "--references", "refs.json").errors.contains("--results is missing"))
    #expect(try run("eval", "data", "--results", "good.tsv").status == 64)
    #expect(
      try run("eval", "--references", "refs.json", "--results", "good.tsv", "-b", "2").errors
        .contains("--beam is for captioning DATASET"))
  }

  @Test("take METEOR's own data from a folder, and name what is missing")
  func meteorData() throws {
    let missing = try eval("good.tsv", "--meteor-data", "nowhere")
    #expect(missing.status == 66 && missing.errors.contains("nowhere: is not a folder"))
    try folder.makeFolder("empty")
    let empty = try eval("good.tsv", "--meteor-data", "empty")
    #expect(empty.status == 66, "\(empty.errors)")
    #expect(empty.errors.contains("meteor-1.5.jar"))
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let whole = try eval("good.tsv", "--meteor-data", tests.appending(path: "Fixtures/meteor").path)
    #expect(whole.status == 0 && whole.output.contains("\nMETEOR "), "\(whole.errors)")
  }

  @Test("keep and use document frequencies")
  func frequencies() throws {
    #expect(try eval("good.tsv", "--save-df", "df.tsv").status == 0)
    let again = try eval("good.tsv", "--df", "df.tsv")
    #expect(again.status == 0 && again.errors.isEmpty)
    try folder.write("nonsense\n", to: "bad.tsv")
    let bad = try eval("good.tsv", "--df", "bad.tsv")
    #expect(
      bad.status == 65 && bad.errors.contains("bad.tsv: line 1 is not of document frequencies"))
  }

  @Test("never overwrite what they read, nor other files without --force")
  func protection() throws {
    let before = try String(contentsOfFile: "\(folder.path)/refs.json", encoding: .utf8)
    try folder.write("", to: "old.html")
    for arguments in [
      ["--save-df", "refs.json"], ["--save-df", "good.tsv", "--force"],
      ["-o", "good.tsv", "--force"],
      ["--report", "./refs.json", "--force"], ["-o", "poor.tsv"], ["--report", "old.html"],
      ["--save-df", "poor.tsv"],
    ] {
      let result = try Program.run(
        ["eval", "--references", "refs.json", "--results", "good.tsv"] + arguments, in: folder.path)
      #expect(result.status == 73 && result.output.isEmpty, "\(arguments): \(result.errors)")
    }
    #expect(try eval("good.tsv", "-o", "x.json", "--report", "x.json").status == 64)
    #expect(
      try run(
        "compare", "poor.tsv", "good.tsv", "--references", "refs.json", "-o", "poor.tsv", "--force"
      )
      .status == 73)
    let after = try String(contentsOfFile: "\(folder.path)/refs.json", encoding: .utf8)
    #expect(before == after)
  }

  @Test("name a misspelt option, a missing file and columns that are not there")
  func misspelt() throws {
    #expect(try eval("good.tsv", "--metric", "exact").errors.contains("--metric'"))
    #expect(try eval("good.tsv", "--df", "none.tsv").status == 66)
    try folder.write("picture_number,prediction\n9,a dog\n25,a cat\n", to: "odd.csv")
    let odd = try eval("odd.csv")
    #expect(
      odd.status == 65 && odd.errors.contains("'picture_number', 'prediction'"), "\(odd.errors)")
    try folder.write("image_id,prediction\n9,a dog\n25,a cat\n", to: "other.csv")
    #expect(try eval("other.csv", "--caption-column", "prediction").status == 0)
  }

  @Test("compare two files, and say where they differ")
  func compare() throws {
    let found = try run(
      "compare", "poor.tsv", "good.tsv", "--references", "refs.json", "--show", "1")
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.output.contains("A  poor.tsv\nB  good.tsv\n2 pictures\n"))
    #expect(found.output.contains("The largest differences of CIDEr:\n"))
    let json = try run("compare", "poor.tsv", "good.tsv", "--references", "refs.json", "--json")
    let rows = try JSONValue(reading: Array(json.output.utf8))
    #expect((rows["scores"]?["Bleu_1"]?["difference"]?.number ?? 0) > 0.3)
  }

  @Test("score a model, which captions the data set as cutline caption does")
  func model() throws {
    let sample = try SampleModel()
    let model = sample.path
    let pictures = ["house.png", "dog-on-grass.jpg"]
    for name in pictures {
      try makeFile(
        try Pictures.bytes(of: "\(Pictures.folder)/\(name)"),
        at: "\(folder.path)/data/images/\(name)")
    }
    try folder.write(
      pictures.map { "images/\($0)\ta red ball\n" }.joined(), to: "data/val.tsv")
    let scored = try run("eval", "data", "-m", model, "--json")
    #expect(scored.status == 0, "\(scored.errors)")
    let json = try JSONValue(reading: Array(scored.output.utf8))
    let found = (json["images"]?.elements ?? []).compactMap { $0["caption"]?.string }
    // Ids of COCO captions stay, so that models and results can be compared.
    try folder.write(
      """
      {"images": [\(pictures.enumerated().map { #"{"id": \#($0), "file_name": "\#($1)"}"# }.joined(separator: ","))],
       "annotations": [{"image_id": 0, "caption": "a red ball"}, {"image_id": 1, "caption": "a red ball"}]}
      """, to: "data/captions_val.json")
    try folder.write(
      #"[{"image_id": 0, "caption": "a"}, {"image_id": 1, "caption": "b"}]"#, to: "r.json")
    let compared = try run(
      "compare", model, "r.json", "--references", "data/captions_val.json", "--json")
    #expect(compared.status == 0, "\(compared.errors)")
    let several = try run("eval", "data/captions_val.json", "-m", model, "--metrics", "self-cider")
    #expect(several.status == 65, "one caption of each picture has no diversity")
    let captioned = try run(
      "caption", "-m", model, "-f", "tsv", "data/images/\(pictures[0])")
    #expect(captioned.output == "data/images/\(pictures[0])\t\(found[0])\n")
    let coco = try Program.run(
      ["caption", "-m", model, "-f", "coco"] + pictures.map { "data/images/\($0)" }, in: folder.path
    )
    let rows = try JSONValue(reading: Array(coco.output.utf8)).elements ?? []
    #expect(rows.map { $0["caption"]?.string } == found)
    #expect(rows[0]["image_id"]?.string == String(pictures[0].prefix { $0 != "." }))
  }
}
