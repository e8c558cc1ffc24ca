import Files
import TestSupport
import Testing

@Suite("cutline caption --tags and --tag-guidance")
struct TagsCommandTests {
  let shapes: ShapesCaptioner
  private let picture = ShapesCaptioner.pictures[0]
  private let model = ShapesCaptioner.plain

  init() throws { shapes = try ShapesCaptioner() }

  /// The label and the word of a tag, as text has them.
  private func name(of tag: JSONValue) -> String {
    let label = tag["label"]?.string ?? ""
    guard let word = tag["word"]?.string, word != label.lowercased() else { return label }
    return "\(label), \(word)"
  }

  @Test("--tags 2 prints the two likeliest classes behind the caption, with their probabilities")
  func text() throws {
    let plain = try shapes.run("caption", picture, "-m", model)
    #expect(plain.status == 0 && !plain.output.contains("\t"), "\(plain.errors)")
    let result = try shapes.run("caption", picture, "-m", model, "--tags", "2")
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    let line = try #require(result.lines.first)
    let columns = line.split(separator: "\t").map(String.init)
    try #require(result.lines.count == 1 && columns.count == 2, "\(result.output)")
    #expect(columns[0] == plain.lines.first)
    let tags = try #require(try shapes.row(picture, "--tags", "2", by: model).tags)
    let shown = columns[1].split(separator: "; ").map(String.init)
    try #require(shown.count == 2 && tags.count == 2, "\(columns[1])")
    for (text, tag) in zip(shown, tags) {
      let match = text.wholeMatch(of: /(.+) \((\d+) %\)/)
      #expect(match.map { String($0.1) } == name(of: tag), "\(text)")
      let percent = try #require(match.flatMap { Double($0.2) })
      let probability = try #require(tag["p"]?.number)
      #expect(abs(percent - 100 * probability) < 0.51, "\(text)")
    }
  }

  @Test(
    "--tags is refused where the form has no place for tags", arguments: ["srt", "vtt", "coco"])
  func noPlace(form: String) throws {
    let result = try shapes.run("caption", picture, "-m", model, "--tags", "2", "-f", form)
    #expect(result.status == 64)
    #expect(result.errors.contains("--tags: \(form) has no place for tags."))
  }

  @Test("of several files and captions the best caption of each has the tags, in the last column")
  func columns() throws {
    let second = ShapesCaptioner.pictures[1]
    let result = try shapes.run(
      "caption", picture, second, "-m", model, "--tags", "1", "-k", "2")
    let columns = result.lines.map { $0.split(separator: "\t").map(String.init) }
    #expect(columns.map(\.count) == [3, 2, 3, 2], "\(result.output)")
    #expect(columns.map { $0[0] } == [picture, picture, second, second])
  }

  @Test("JSON has the tags by probability, each with a word that the captioner knows, if any")
  func rows() throws {
    let row = try shapes.row(picture, "--tags", "20", by: model)
    #expect(row.json["settings"]?["tags"] == 20)
    let tags = try #require(row.tags)
    let probabilities = tags.compactMap { $0["p"]?.number }
    #expect(probabilities.count == ShapesCaptioner.classes.count)
    #expect(probabilities == probabilities.sorted(by: >))
    // Each is rounded to four places.
    #expect(abs(probabilities.reduce(0, +) - 1) < 1e-3, "\(probabilities)")
    for kind in ShapesCaptioner.classes {
      let tag = try #require(tags.first { $0["label"]?.string == kind.label })
      let word: JSONValue = kind.word.map { .string($0) } ?? .null
      #expect(tag["word"] == word)
    }
    let fewer = try shapes.row(picture, "--tags", "2", by: model)
    #expect(fewer.tags == Array(tags.prefix(2)))
    #expect((fewer.tags ?? []).reduce(0) { $0 + ($1["p"]?.number ?? 2) } <= 1.0002)
    let none = try shapes.row(picture, by: model)
    #expect(none.tags == nil && none.json["settings"]?["tags"] == nil)
    #expect(none.texts == row.texts && none.logProbability == row.logProbability)
    // They depend on the picture.
    let other = try shapes.row(ShapesCaptioner.noise, "--tags", "20", by: model)
    #expect(other.tags != row.tags)
  }

  @Test("a batch has the tags of each picture, and captions again for another number of them")
  func batch() throws {
    func batch(_ count: String) throws -> Program.Outcome {
      try shapes.run("batch", "pictures", "-o", "out", "-m", model, "--tags", count)
    }
    let result = try batch("1")
    #expect(result.status == 0, "\(result.errors)")
    let rows = try shapes.rows(ofBatch: "out")
    #expect(rows.count == ShapesCaptioner.pictures.count + 1)
    for row in rows {
      #expect(row.tags == (try shapes.row(row.file, "--tags", "1", by: model).tags), "\(row.file)")
    }
    #expect(try batch("1").errors.contains("7 already done"))
    #expect(try !batch("3").errors.contains("already done"))
    #expect(try shapes.rows(ofBatch: "out").map { $0.tags?.count } == Array(repeating: 3, count: 7))
  }

  @Test(
    "a model without a classifier is refused, with what to do",
    arguments: [["--tags", "2"], ["--tag-guidance", "1"]])
  func noClassifier(options: [String]) throws {
    let model = try SampleModel()
    for command in [["caption"], ["batch", "-o", "out"]] {
      let refused = try Program.run(
        command + [picture, "-m", model.path] + options, in: shapes.folder.path)
      #expect(refused.status == 78 && refused.output.isEmpty, "\(refused.errors)")
      #expect(
        refused.errors.contains(
          "\(options[0]): the model's encoder has no classifier. Import the encoder with "
            + "--classifier, and train with it."), "\(refused.errors)")
    }
    let none = try Program.run(
      ["caption", picture, "-m", model.path, "--tag-guidance", "0"], in: shapes.folder.path)
    #expect(none.status == 0, "\(none.errors)")
  }

  @Test(
    "numbers that make no sense are wrong use",
    arguments: [
      (["--tags", "0"], "--tags must be from 1 to 20, not 0."),
      (["--tags", "1000"], "--tags must be from 1 to 20, not 1000."),
      (["--tag-guidance", "101"], "--tag-guidance must be from 0 to 100, not 101.0."),
      (["--tag-guidance", "nan"], "--tag-guidance must be from 0 to 100, not nan."),
    ])
  func wrongNumbers(options: [String], message: String) throws {
    for command in [["caption"], ["batch", "-o", "out"]] {
      let refused = try Program.run(
        command + [picture, "-m", model] + options, in: shapes.folder.path)
      #expect(refused.status == 64 && refused.output.isEmpty)
      #expect(refused.errors.contains(message), "\(refused.errors)")
    }
  }

  @Test("--tag-guidance makes a caption name what the classifier sees")
  func guidance() throws {
    let lines = ShapesCaptioner.classes.indices.map { "kind \($0), square\n" }
    try shapes.rewrite("classes.txt", of: model, with: lines.joined())
    let usual = try shapes.row(picture, by: model)
    let caption = try #require(usual.texts?.first)
    #expect(ShapesCaptioner.captions.contains(caption))
    #expect(usual.json["settings"]?["tag_guidance"] == nil)
    let guided = try shapes.row(picture, "--tag-guidance", "100", "--tags", "1", by: model)
    #expect(guided.words?.contains("square") == true, "\(guided.json)")
    #expect(guided.json["settings"]?["tag_guidance"] == 100)
    #expect(guided.tags?.first?["word"] == "square")
    // The reward is none of the caption's probability.
    let (before, after) = try (
      #require(usual.logProbability), #require(guided.logProbability)
    )
    #expect(after < before)
    #expect(try shapes.row(picture, "--tag-guidance", "0", by: model).texts == usual.texts)
  }

  @Test("classes that are not those of the classifier, or are missing, are a damaged model")
  func damaged() throws {
    try shapes.rewrite("classes.txt", of: model, with: "one\ntwo\n")
    let other = try shapes.run("caption", picture, "-m", model)
    #expect(other.status == 65 && other.output.isEmpty)
    #expect(
      other.errors.contains("classes.txt: does not name the 7 classes that the encoder's"),
      "\(other.errors)")
    try removeFile("\(shapes.folder.path)/\(model)/classes.txt")
    let missing = try shapes.run("caption", picture, "-m", model)
    #expect(missing.status == 65 && missing.errors.contains("classes.txt"), "\(missing.errors)")
    #expect(try shapes.run("model", "verify", model).status == 65)
  }

  @Test("a captioner has the classes of its encoder, also if the encoder has learned since")
  func learning() throws {
    let lines = ShapesCaptioner.pictures.map { "\($0.dropFirst(9))\ta red circle\n" }
    try shapes.folder.write(lines.joined(), to: "pictures/captions.tsv")
    let trained = try shapes.run(
      "train", "pictures", "--encoder-model", model, "-o", "run", "--encoder-lr", "1e-3",
      "--classifier-weight", "2", "--epochs", "2", "--batch-size", "6", "--min-count", "1",
      "--embed", "8", "--hidden", "8", "--warmup", "0")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(try shapes.json("run/config.json")["settings"]?["classifier-weight"] == 2)
    for path in [model, "run/last"] {
      let lines = ShapesCaptioner.classes.map { "\($0.line)\n" }.joined()
      #expect(try shapes.text("\(path)/classes.txt") == lines)
      #expect(try shapes.json("\(path)/config.json")["encoder"]?["classes"] == 7)
      #expect(try shapes.run("model", "verify", path).status == 0)
    }
    let (before, after) = try (
      probabilities(by: model), probabilities(by: "run/last")
    )
    #expect(before != after)
    for (label, probability) in before {
      #expect(abs((after[label] ?? 2) - probability) < 0.2, "\(label): \(after)")
    }
  }

  /// The probabilities of all classes, by their labels.
  private func probabilities(by model: String) throws -> [String: Double] {
    let tags = try #require(try shapes.row(picture, "--tags", "20", by: model).tags)
    return Dictionary(
      tags.map { ($0["label"]?.string ?? "", $0["p"]?.number ?? 2) }, uniquingKeysWith: +)
  }
}
