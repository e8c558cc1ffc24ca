import Files
import Foundation
import TestSupport
import Testing

/// German captions of the sample pictures, whose words are learned in pieces.
@Suite("cutline train --tokenizer bpe")
struct PiecesTests {
  static let captions = [
    "ein kleiner Hund springt", "zwei kleinere Hunde springen", "der kleinste Hund übersprang",
    "große Hündchen", "ein größerer Zaun", "die größten Zäune", "ein Hundehalter",
  ]
  let collection: SmallCollection

  init() throws { collection = try SmallCollection(validated: 2) { Self.captions[$0 % 5] } }

  private var folder: String { collection.folder.path }

  private func run(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments, in: folder)
  }

  /// Memorizes the captions of the training pictures.
  private func learn(_ more: String...) throws {
    let trained = try collection.train(
      [
        "--tokenizer", "bpe:12", "--lr", "0.03", "--warmup", "0", "--dropout", "0", "--max-words",
        "40",
      ] + more)
    try #require(trained.status == 0, "\(trained.errors)")
    #expect(
      trained.errors.contains(" words in pieces, 12 merges (0.0 % <unk>)"), "\(trained.errors)")
  }

  /// The captions of pictures as JSON, by a model.
  private func words(_ model: String...) throws -> [[String]] {
    let names = try namesInFolder(folder).filter { $0.hasSuffix(".jpg") }.sorted()
    let result = try Program.run(
      names + ["-f", "jsonl"] + model.flatMap { ["-m", $0] }, in: folder)
    try #require(result.status == 0, "\(result.errors)")
    return try result.lines.map { line in
      let row = try JSONValue(reading: Array(line.utf8))
      let caption = row["segments"]?.elements?.first?["captions"]?.elements?.first
      let words =
        caption?["words"]?.elements?.compactMap { $0["w"]?.string } ?? []
      #expect(words.joined(separator: " ") == caption?["text"]?.string)
      return words
    }
  }

  @Test("writes whole words, is scored by them, and travels whole")
  func trained() throws {
    try learn("--epochs", "30")
    let merges = try collection.text("run/best/merges.txt")
    #expect(merges.hasPrefix("#version: 0.2\n") && merges.split(separator: "\n").count == 13)
    #expect(try collection.text("run/best/SHA256SUMS").contains("  merges.txt\n"))
    #expect(try collection.text("run/best/vocab.json").contains("@@\":"))
    #expect(try collection.text("run/best/counts.tsv").contains("hund\t"))
    let learned = Set(Self.captions.map { $0.lowercased() })
    let written = try words("run/last").map { $0.joined(separator: " ") }
    #expect(written.count { learned.contains($0) } >= 3, "\(written)")

    let scores = try run("eval", ".", "-m", "run/best", "--json", "--metrics", "bleu,exact")
    try #require(scores.status == 0, "\(scores.errors)")
    #expect(try JSONValue(reading: Array(scores.output.utf8))["tokenizer"]?.string == "unicode")
    #expect(try run("model", "info", "run/best").output.contains(" words in pieces, 12 merges"))

    #expect(try run("model", "export", "run/best", "-o", "small").status == 0)
    #expect(try run("model", "verify", "small").status == 0)
    #expect(try collection.text("small/merges.txt") == merges)
    #expect(try words("run/best", "run/last").count == written.count)
  }

  @Test("resumes, and goes on with the same merges from other captions")
  func goesOn() throws {
    try learn("--epochs", "2")
    let again = try collection.train(
      [
        "--tokenizer", "bpe:13", "--lr", "0.03", "--warmup", "0", "--dropout", "0", "--max-words",
        "40", "--epochs", "2",
      ])
    #expect(again.status == 78)
    #expect(again.errors.contains("--tokenizer bpe:12"), "\(again.errors)")
    try learn("--epochs", "2")

    try collection.folder.write("dog-on-grass.jpg\tein xylophon\n", to: "train.tsv")
    let more = try run("train", ".", "--start-from", "run/last", "-o", "more", "--epochs", "1")
    try #require(more.status == 0, "\(more.errors)")
    // Of "xylophon" x and y are new, each within words and at their ends.
    #expect(more.errors.contains(" words kept, 4 new"), "\(more.errors)")
    #expect(try collection.text("more/last/merges.txt") == collection.text("run/last/merges.txt"))
    #expect(try run("model", "verify", "more/last").status == 0)
  }

  @Test("a damaged, missing or foreign table of merges is an error that names it")
  func damage() throws {
    try learn("--epochs", "1")
    let merges = try collection.text("run/best/merges.txt")
    func caption(with text: String?) throws -> Program.Outcome {
      let path = "\(folder)/run/best/merges.txt"
      try? FileManager.default.removeItem(atPath: path)
      if let text { try AtomicFile.write(text, to: path) }
      return try run("caption", "-m", "run/best", "dog-on-grass.jpg")
    }
    let lines = merges.split(separator: "\n", omittingEmptySubsequences: false)
    for (text, message) in [
      (nil, "merges.txt: the model lacks this file"), ("", "merges.txt: is empty"),
      (String(merges.dropLast()), "merges.txt: is no table of merges, or is cut off"),
      ("#version: 0.2\n", "vocab.json: no merge of merges.txt makes"),
      (merges + "q q\n", "vocab.json: lacks \"qq@@\", which merges.txt makes"),
      (merges + "q\n", "merges.txt: line 14 is not two characters"),
      ((lines[..<1] + lines[2...]).joined(separator: "\n"), "merges.txt"),
    ] as [(String?, String)] {
      let result = try caption(with: text)
      #expect(result.status == 65, "\(result.errors)")
      #expect(result.errors.contains(message), "\(result.errors)")
    }
    #expect(try caption(with: merges).status == 0)
  }

  @Test("pieces are not scored or counted, and options for whole words are refused")
  func refusals() throws {
    for command in [
      ["eval", "--references", "val.tsv", "--results", "val.tsv"], ["dataset", "stats", "."],
      ["dataset", "vocab", "."], ["dataset", "check", "."],
    ] {
      let result = try Program.run(command + ["--tokenizer", "bpe"], in: folder)
      #expect(result.status == 64, "\(result.errors)")
      #expect(result.errors.contains("pieces of words are never scored or counted. Choose unicode"))
    }
    for argument in ["bpe:0", "bpe:x", "bpe:", "bpe:1:2", "pieces"] {
      let result = try run("train", ".", "-o", "none", "--tokenizer", argument)
      #expect(result.status == 64, "\(argument): \(result.errors)")
    }
    try learn("--epochs", "1")
    for option in ["--force-words", "--forbid-words"] {
      let result = try run("caption", "dog-on-grass.jpg", "-m", "run/best", option, "hund")
      #expect(result.status == 78)
      #expect(result.errors.contains("\(option): the model spells words in pieces"))
    }
  }
}
