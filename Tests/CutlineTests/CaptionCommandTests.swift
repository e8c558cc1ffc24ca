import Files
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("cutline caption")
struct CaptionCommandTests {
  let model: SampleModel
  let folder: TemporaryFolder

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
  }

  func cutline(_ arguments: String..., input: [UInt8] = []) throws -> Program.Outcome {
    try Program.run(arguments + ["-m", model.path], in: folder.path, input: input)
  }

  func schema() throws -> JSONSchema {
    try JSONSchema(
      reading: "\(Pictures.folder)/../../Sources/cutline/Resources/result.schema.json")
  }

  @Test("One picture gives one line, the caption alone, and nothing on standard error")
  func onePicture() throws {
    let result = try cutline(Pictures.jpeg)
    #expect(result.status == 0)
    #expect(result.errors == "")
    #expect(result.lines.count == 1)
    let words = Set(result.output.split { $0 == " " || $0 == "\n" }.map(String.init))
    #expect(!words.isEmpty && words.isSubset(of: SampleModel.words))
  }

  @Test("`cutline FILE` is `cutline caption FILE`, wherever the options stand")
  func defaultCommand() throws {
    let plain = try cutline(Pictures.jpeg).output
    #expect(try cutline("caption", Pictures.jpeg).output == plain)
    let before = try Program.run(["-m", model.path, Pictures.jpeg], in: folder.path)
    #expect(before.output == plain)
    let variable = try Program.run(
      [Pictures.jpeg], in: folder.path, environment: ["CUTLINE_MODEL": model.path])
    #expect(variable.output == plain)
  }

  @Test("Several pictures give path<TAB>caption in their order, as they are captioned one by one")
  func severalPictures() throws {
    let files = [Pictures.jpeg, Pictures.png, Pictures.webp, Pictures.turned, Pictures.jpeg]
    let result = try cutline(files[0], files[1], files[2], files[3], files[4])
    #expect(result.status == 0)
    let alone = try files.map { "\($0)\t\(try cutline($0).output)" }
    #expect(result.output == alone.joined())
    #expect(Set(alone.map { $0.split(separator: "\t").last }).count > 1, "all captions are equal")
  }

  @Test("More pictures than a batch holds keep their order")
  func manyPictures() throws {
    let names = (0..<19).map { "\($0).img" }
    for (index, name) in names.enumerated() {
      let source = index.isMultiple(of: 2) ? Pictures.jpeg : Pictures.webp
      try folder.write(try Pictures.bytes(of: source), to: name)
    }
    let result = try Program.run(names + ["-m", model.path], in: folder.path)
    #expect(result.lines.map { String($0.prefix { $0 != "\t" }) } == names)
    let captions = result.lines.map { String($0.drop { $0 != "\t" }) }
    #expect(captions.indices.dropFirst(2).allSatisfy { captions[$0] == captions[$0 - 2] })
    #expect(captions[0] != captions[1])
  }

  @Test("-k gives that many different captions, the path before each")
  func severalCaptions() throws {
    let result = try cutline(Pictures.jpeg, "-k", "5")
    #expect(result.lines.count == 5)
    #expect(Set(result.lines).count == 5)
    #expect(result.lines.allSatisfy { $0.hasPrefix("\(Pictures.jpeg)\t") })
    let first = try cutline(Pictures.jpeg, "-b", "5").output
    #expect(result.lines.first == "\(Pictures.jpeg)\t\(first.dropLast())")
  }

  @Test("--max-words cuts captions short")
  func maximumWords() throws {
    let result = try cutline(Pictures.jpeg, "--max-words", "2")
    #expect(result.output.split(separator: " ").count <= 2)
  }

  @Test("--json gives one object as the schema says, and an array for several pictures")
  func prettyJSON() throws {
    let one = try cutline(Pictures.turned, "--json", "-k", "2")
    let object = try JSONValue(reading: Array(one.output.utf8))
    #expect(try schema().problems(of: object) == [])
    #expect(object["file"]?.string == Pictures.turned)
    // Upright, although it is stored on its side.
    #expect(object["width"]?.integer == 400)
    #expect(object["height"]?.integer == 300)
    let captions = object["segments"]?.elements?.first?["captions"]?.elements ?? []
    #expect(captions.count == 2)
    #expect(object["settings"]?["beam"]?.integer == 3)
    let sums = try model.text(of: "SHA256SUMS")
    #expect(sums.contains("\(object["model"]?["sha256"]?.string ?? "-")  model.safetensors"))

    let several = try cutline(Pictures.jpeg, Pictures.png, "--json")
    let array = try JSONValue(reading: Array(several.output.utf8))
    #expect(array.elements?.count == 2)
  }

  @Test("--precision bf16 is told in the row, and moves log-probabilities a little")
  func precision() throws {
    func row(_ options: String...) throws -> JSONValue {
      let arguments = [Pictures.jpeg, "--json", "-m", model.path] + options
      let result = try Program.run(arguments, in: folder.path)
      return try JSONValue(reading: Array(result.output.utf8))
    }
    func logProbability(_ row: JSONValue) -> Double? {
      row["segments"]?.elements?.first?["captions"]?.elements?.first?["logprob"]?.number
    }
    guard Device.multipliesBfloat16 else {
      for command in [["caption"], ["batch", "-o", "out"]] {
        let arguments = command + [Pictures.jpeg, "-m", model.path, "--precision", "bf16"]
        let refused = try Program.run(arguments, in: folder.path)
        #expect(refused.status == 69, "\(refused.errors)")
        #expect(refused.errors.contains("this processor cannot multiply bfloat16 numbers"))
      }
      return
    }
    let (exact, rounded) = (try row(), try row("--precision", "bf16"))
    #expect(try schema().problems(of: rounded) == [])
    #expect(exact["settings"]?["precision"] == nil)
    #expect(rounded["settings"]?["precision"]?.string == "bf16")
    let difference = try #require(logProbability(rounded)) - #require(logProbability(exact))
    #expect(difference != 0 && abs(difference) < 0.3, "\(difference)")
  }

  @Test("The log-probability of a caption is that of its words and its end")
  func logProbabilities() throws {
    let result = try cutline(Pictures.jpeg, "--json", "-k", "3")
    let object = try JSONValue(reading: Array(result.output.utf8))
    let captions = try #require(object["segments"]?.elements?.first?["captions"]?.elements)
    for caption in captions {
      let words = caption["words"]?.elements?.compactMap { $0["logprob"]?.number } ?? []
      let sum = words.reduce(0, +)
      let whole = try #require(caption["logprob"]?.number)
      // Each number is rounded to four places; the end is not among the words.
      #expect(whole <= sum + 1e-3)
      #expect(words.allSatisfy { $0 <= 0 })
    }
  }

  @Test("JSON lines hold a row for every file, failures included")
  func jsonLines() throws {
    let result = try cutline(Pictures.jpeg, "missing.jpg", Pictures.png, "-f", "jsonl")
    #expect(result.status == 2)
    let rows = try result.lines.map { try JSONValue(reading: Array($0.utf8)) }
    #expect(rows.map { $0["file"]?.string } == [Pictures.jpeg, "missing.jpg", Pictures.png])
    let schema = try schema()
    #expect(rows.flatMap { schema.problems(of: $0) } == [])
    #expect(rows[1]["error"]?["code"]?.string == "missing")
    #expect(rows[1]["error"]?["stage"]?.string == "open")
  }

  @Test("The schema rejects what is not a result")
  func schemaRejects() throws {
    let schema = try schema()
    #expect(!schema.problems(of: ["schema": "cutline.result/1"]).isEmpty)
    #expect(!schema.problems(of: ["schema": "cutline.result/2"]).isEmpty)
  }

  @Test("Tabs, line feeds and backslashes of a path are escaped, or kept with -0")
  func oddPaths() throws {
    let name = "a\tb\nc\\d.jpg"
    try folder.write(try Pictures.bytes(of: Pictures.jpeg), to: name)
    let result = try cutline(name, "-f", "tsv")
    #expect(result.output.hasPrefix("a\\tb\\nc\\\\d.jpg\t"))
    #expect(result.lines.count == 1)
    let raw = try cutline(name, name, "-0")
    let records = raw.output.split(separator: "\0", omittingEmptySubsequences: false)
    #expect(records.count == 3 && records[2].isEmpty)
    #expect(records[0].hasPrefix("\(name)\t"))
  }

  @Test("- reads standard input, and is called - in results")
  func standardInput() throws {
    let bytes = try Pictures.bytes(of: Pictures.jpeg)
    #expect(try cutline("-", input: bytes).output == cutline(Pictures.jpeg).output)
    let rows = try cutline("-", Pictures.png, "-f", "jsonl", input: bytes)
    let row = try JSONValue(reading: Array((rows.lines.first ?? "").utf8))
    #expect(row["file"]?.string == "-")
  }

  @Test("Drawing is fixed by its seed")
  func sampling() throws {
    func draw(_ seed: String) throws -> String {
      try cutline(Pictures.jpeg, "--sample", "--seed", seed, "-k", "4").output
    }
    #expect(try draw("1") == draw("1"))
    #expect(try draw("1") != draw("2"))
    #expect(try cutline(Pictures.jpeg, "--sample", "--json").status == 0)
  }

  @Test("A draw among one word only, or at temperature 0, is greedy")
  func greedyDraw() throws {
    let greedy = try cutline(Pictures.jpeg, "-b", "1").output
    #expect(try cutline(Pictures.jpeg, "--sample", "--top-k", "1").output == greedy)
    #expect(try cutline(Pictures.jpeg, "--sample", "--temperature", "0").output == greedy)
  }

  @Test("Rules of the search are kept, and told in the row")
  func searchRules() throws {
    func row(_ options: String...) throws -> JSONValue {
      let result = try Program.run(
        [Pictures.jpeg, "-f", "jsonl", "-m", model.path] + options, in: folder.path)
      #expect(result.status == 0, "\(result.errors)")
      let row = try JSONValue(reading: Array((result.lines.first ?? "").utf8))
      #expect(try schema().problems(of: row) == [])
      return row
    }
    func text(_ row: JSONValue) -> [Substring] {
      row["segments"]?.elements?[0]["captions"]?.elements?[0]["text"]?.string?.split(separator: " ")
        ?? []
    }
    let forced = try row("--force-words", "Water,house", "--max-words", "5")
    #expect(text(forced).contains("water") && text(forced).contains("house"))
    #expect(forced["settings"]?["force_words"] == ["water", "house"])
    let usual = try row()
    let word = try #require(text(usual).first)
    let forbidden = try row("--forbid-words", "\(word),nonsense", "--no-repeat", "1")
    #expect(!text(forbidden).contains(word))
    #expect(Set(text(forbidden)).count == text(forbidden).count)
    #expect(forbidden["settings"]?["forbid_words"] == [.string(String(word))])
    #expect(try text(row("--min-words", "6")).count >= 6)
    let diverse = try row(
      "--beam-groups", "2", "-b", "4", "--length-penalty", "0.7", "--diversity", "3")
    #expect(diverse["settings"]?["length_penalty"] == 0.7)
    #expect(diverse["settings"]?["beam_groups"] == 2 && diverse["settings"]?["diversity"] == 3)
  }

  @Test(
    "What a model cannot do is refused before any picture is read",
    arguments: [
      (["--force-words", "zebra"], "vocabulary lacks the word 'zebra'"),
      (
        ["--force-words", "dog,cat,house", "--max-words", "3"],
        "captions of at most 3 words have no room for 3 forced words and their end"
      ),
      (["--min-words", "9"], "--min-words 9 is above the maximum of 8 words"),
      (["--beam-groups", "2"], "a beam width of 3 cannot be divided into 2 groups"),
    ])
  func impossibleSearches(options: [String], message: String) throws {
    let result = try Program.run(["missing.jpg", "-m", model.path] + options, in: folder.path)
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(!result.errors.contains("missing.jpg"))
  }

  @Test("Models named together caption together")
  func ensemble() throws {
    let other = try SampleModel()
    try other.rewriteWeights { tensors in
      for index in tensors.indices where tensors[index].name == "word_logits.weight" {
        tensors[index].value = tensors[index].value * -1
      }
    }
    func row(_ models: String..., weights: String? = nil) throws -> JSONValue {
      let options = weights.map { ["--model-weights", $0] } ?? []
      let result = try Program.run(
        ["caption", Pictures.jpeg, "-f", "jsonl"] + models.flatMap { ["-m", $0] } + options,
        in: folder.path)
      #expect(result.status == 0, "\(result.errors)")
      return try JSONValue(reading: Array((result.lines.first ?? "").utf8))
    }
    let (alone, same, both) = try (
      row(model.path), row(model.path, model.path), row(model.path, other.path)
    )
    let captions = [alone, same].map {
      $0["segments"]?.elements?[0]["captions"]?.elements?[0]["text"]
    }
    #expect(captions[0] != nil && captions[0] == captions[1])
    #expect(both["model"]?["name"] == "tiny+tiny")
    #expect(Set([alone, same, both].map { $0["model"]?["sha256"]?.string }).count == 3)
    #expect(
      alone["segments"]?.elements?[0]["captions"]?.elements?[0]["logprob"]
        != both["segments"]?.elements?[0]["captions"]?.elements?[0]["logprob"])
    let weighted = try row(model.path, other.path, weights: "0.999999,1e-6")
    #expect(
      weighted["segments"]?.elements?[0]["captions"]?.elements?[0]["text"] == captions[0])
    #expect(weighted["settings"]?["model_weights"] == [0.999999, 0.000001])
  }

  @Test(
    "Weights that do not fit the models are refused",
    arguments: [
      ("0.5", "--model-weights has 1 weights for 2 models. Give one for each --model"),
      ("0.5,-1", "'0.5,-1' is invalid for '--model-weights"),
      ("0.5,", "'0.5,' is invalid for '--model-weights"),
    ])
  func unfitWeights(weights: String, message: String) throws {
    let result = try Program.run(
      ["caption", Pictures.jpeg, "-m", model.path, "-m", model.path, "--model-weights", weights],
      in: folder.path)
    #expect(result.status == 64 && result.errors.contains(message), "\(result.errors)")
  }

  @Test("Models of other words, or that see another part of pictures, do not caption together")
  func unfitEnsemble() throws {
    let words = try SampleModel()
    try words.rewrite(
      "vocab.json",
      with: words.text(of: "vocab.json").replacingOccurrences(of: "water", with: "sea"))
    let framing = try SampleModel()
    try framing.rewrite(
      "config.json",
      with: framing.text(of: "config.json").replacingOccurrences(
        of: "squash-bilinear-antialias", with: "central-fraction-bilinear-antialias"
      ).replacingOccurrences(of: "\"padding\"", with: "\"resize_value\": 0.8, \"padding\""))
    for (unfit, message) in [
      (words, "has another vocabulary"), (framing, "resizes or crops pictures in another way"),
    ] {
      let result = try Program.run(
        ["caption", Pictures.jpeg, "-m", model.path, "-m", unfit.path], in: folder.path)
      #expect(result.status == 65 && result.errors.contains(message), "\(result.errors)")
    }
  }

  @Test("-v says how long it took, -q silences warnings, and neither touches the results")
  func verbosity() throws {
    let plain = try cutline(Pictures.jpeg)
    let verbose = try cutline(Pictures.jpeg, "-v")
    #expect(verbose.output == plain.output)
    #expect(verbose.errors.contains("decode"))
    try folder.write(try Pictures.truncated(), to: "cut.jpg")
    #expect(try cutline("cut.jpg").errors.contains("not a complete JPEG"))
    #expect(try cutline("cut.jpg", "-q").errors == "")
    #expect(try cutline("missing.jpg", "-q").errors.contains("no such file"))
  }
}
