import Files
import Foundation
import TestSupport
import Testing

/// Two collections of the sample pictures: one to learn from, and one with other words to go on with.
@Suite("cutline train --start-from")
struct StartFromTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let names = try namesInFolder(Pictures.folder).filter { !$0.hasSuffix(".md") }
    for name in ["first", "second"] {
      try folder.makeFolder("\(name)")
      for picture in names.prefix(4) {
        try FileManager.default.copyItem(
          atPath: "\(Pictures.folder)/\(picture)", toPath: "\(folder.path)/\(name)/\(picture)")
      }
    }
    let first = names.prefix(4).map { "\($0)\ta red dog\n\($0)\ta dog runs\n" }
    let second = names.prefix(4).map { "\($0)\ta zebra eats\n\($0)\ta yak eats\n" }
    try folder.write(first.joined(), to: "first/captions.tsv")
    try folder.write(second.joined(), to: "second/captions.tsv")
    let trained = try train("first", "-o", "a", "--embed", "8", "--hidden", "12", "--epochs", "2")
    try #require(trained.status == 0, "\(trained.errors)")
  }

  private func train(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(
      ["train"] + arguments + ["--min-count", "1", "--batch-size", "4", "--warmup", "0"],
      in: folder.path)
  }

  private func json(_ name: String) throws -> JSONValue {
    try JSONValue(reading: MappedFile("\(folder.path)/\(name)").withBytes { Array($0) })
  }

  /// The captions of two pictures with all their numbers.
  private func captions(_ model: String) throws -> [JSONValue?] {
    let result = try Program.run(
      ["-m", model, Pictures.jpeg, "-f", "json", "-k", "3"], in: folder.path)
    try #require(result.status == 0, "\(result.errors)")
    return try JSONValue(reading: Array(result.output.utf8))["segments"]?.elements?
      .map { $0["captions"] } ?? []
  }

  @Test("with the same words and steps of no size it is the captioner, to the bit")
  func same() throws {
    let again = try train(
      "first", "--start-from", "a/last", "-o", "b", "--lr", "1e-30", "--epochs", "1")
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.contains("starting from a/last: 8 words kept, 0 new"), "\(again.errors)")
    #expect(try captions("b/last") == captions("a/last"))
    #expect(try captions("a/last").count == 1)
    #expect(
      try String(contentsOfFile: "\(folder.path)/a/last/vocab.json", encoding: .utf8)
        == String(contentsOfFile: "\(folder.path)/b/last/vocab.json", encoding: .utf8))
  }

  @Test("new words are added, counts are joined, and the run says what it started from")
  func grown() throws {
    func run() throws -> Program.Outcome {
      try Program.run(
        [
          "train", "second", "--start-from", "captioner", "-o", "c", "--min-count", "1",
          "--batch-size", "4", "--epochs", "30", "--lr", "0.02", "--warmup", "0", "--dropout", "0",
        ], in: folder.path, environment: ["CUTLINE_MODEL_PATH": "\(folder.path)/models"])
    }
    func link(to run: String) throws {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/models/captioner", withDestinationPath: "\(folder.path)/\(run)/last"
      )
    }
    let none = try run()
    #expect(none.status == 69)
    #expect(none.errors.contains("Name a captioner with --start-from"), "\(none.errors)")
    try folder.makeFolder("models")
    try link(to: "a")
    let first = try run()
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.contains(": 8 words kept, 3 new"), "\(first.errors)")
    let words = try json("c/last/vocab.json")
    for (word, number) in try ["a", "dog", "red", "runs"].map({
      ($0, try json("a/last/vocab.json")[$0]?.integer)
    }) {
      #expect(words[word]?.integer == number && number != nil, "\(word)")
    }
    #expect(Set(["eats", "yak", "zebra"].compactMap { words[$0]?.integer }) == [8, 9, 10])
    let counts = try String(contentsOfFile: "\(folder.path)/c/last/counts.tsv", encoding: .utf8)
    #expect(counts == "a\t16\ndog\t8\neats\t8\nred\t4\nruns\t4\nyak\t4\nzebra\t4\n")
    let caption = try Program.run(["-m", "c/last", Pictures.jpeg], in: folder.path)
    #expect(caption.output.contains("zebra") || caption.output.contains("yak"), "\(caption.output)")
    #expect(try json("c/last/config.json")["trained_on"]?.string == "first, then second")
    #expect(
      try json("c/last/config.json")["started_from"]?.string?
        .hasPrefix("a captioner (model.safetensors: SHA-256 ") == true)
    let settings = try json("c/config.json")
    #expect(settings["execution"]?["start-from"]?.string == "captioner")
    #expect(settings["settings"]?["hidden"]?.integer == 12)
    #expect(settings["settings"]?["CAPTIONER's checksum"]?.string?.count == 16)

    // The same command resumes; a changed captioner is detected.
    let again = try run()
    #expect(again.status == 0 && again.errors.contains("resuming from c/checkpoints/"))
    let more = try train("first", "-o", "d", "--embed", "8", "--hidden", "12", "--epochs", "1")
    #expect(more.status == 0, "\(more.errors)")
    try FileManager.default.removeItem(atPath: "\(folder.path)/models/captioner")
    try link(to: "d")
    let changed = try run()
    #expect(changed.status == 78)
    #expect(changed.errors.contains("was started with CAPTIONER's checksum "), "\(changed.errors)")
  }

  @Test("a run that is killed and goes on is the undisturbed one, and its config.json repeats it")
  func resumed() throws {
    let options = ["second", "--start-from", "a/last", "--epochs", "3", "--save-every", "1"]
    let straight = try Program.run(
      ["train", "-o", "straight"] + options + ["--min-count", "1", "--batch-size", "2"],
      in: folder.path)
    #expect(straight.status == 0, "\(straight.errors)")
    // As if killed after the first steps: only the oldest checkpoint is left.
    try FileManager.default.copyItem(
      atPath: "\(folder.path)/straight", toPath: "\(folder.path)/cut")
    let checkpoints = try namesInFolder("\(folder.path)/cut/checkpoints").sorted()
    for name in checkpoints.dropFirst() {
      try FileManager.default.removeItem(atPath: "\(folder.path)/cut/checkpoints/\(name)")
    }
    let cut = try Program.run(
      ["train", "-o", "cut"] + options + ["--min-count", "1", "--batch-size", "2"], in: folder.path)
    #expect(cut.status == 0 && cut.errors.contains("resuming from"), "\(cut.errors)")
    let repeated = try Program.run(
      ["train", "second", "-o", "repeated", "--config", "straight/config.json"], in: folder.path)
    #expect(repeated.status == 0, "\(repeated.errors)")
    for run in ["cut", "repeated"] {
      for name in ["model.safetensors", "state.json", "optimizer.safetensors"] {
        let bytes = try ["straight", run].map {
          try MappedFile("\(folder.path)/\($0)/last/\(name)").withBytes { Array($0) }
        }
        #expect(bytes[0] == bytes[1], "\(run)/\(name)")
      }
    }
  }

  @Test("what contradicts the captioner is named; what agrees is taken")
  func contradictions() throws {
    for (options, status, message) in [
      (["--hidden", "16"], 78, "--hidden 16: contradicts --start-from a/last, which has 12."),
      (["--embed", "9"], 78, "--embed 9: contradicts"), (["--cell", "gru"], 78, "--cell gru:"),
      (["--decoder", "lrcn"], 78, "--decoder lrcn: contradicts"),
      (["--attention", "soft"], 78, "--decoder show-attend-tell: contradicts"),
      (["--cell", "gru:reset=before"], 78, "--cell gru:reset=before: contradicts"),
      (
        ["--decoder", "lrcn:factored=false"], 78,
        "--decoder lrcn:factored=false: contradicts --start-from "
          + "a/last, which has show-and-tell."
      ),
      (["--layers", "2"], 78, "--layers 2: contradicts"), (["--tied"], 78, "--tied: contra"),
      (["--feature-grid", "2"], 78, "--feature-grid 2: contradicts"),
      (["--encoder-model", "a/last"], 64, "--encoder-model and --start-from contradict"),
      (["--word-vectors", "v.txt"], 64, "--word-vectors and --start-from contradict"),
      (["--task", "classify"], 78, "a/last: writes captions"),
      (
        [
          "--hidden", "12", "--embed", "8", "--cell", "lstm", "--decoder", "video-mean",
          "--min-count", "1",
        ], 0, "saved run/"
      ),
    ] as [([String], Int32, String)] {
      let result = try Program.run(
        ["train", "second", "--start-from", "a/last", "-o", "run", "--epochs", "1"] + options,
        in: folder.path)
      #expect(result.status == status, "\(options): \(result.errors)")
      #expect(result.errors.contains(message), "\(options): \(result.errors)")
    }
  }

  @Test("most words of the captions must be known or be added; a run is told from its captioners")
  func unsuitable() throws {
    let rare = try Program.run(
      ["train", "second", "--start-from", "a/last", "-o", "run", "--min-count", "50"],
      in: folder.path)
    #expect(rare.status == 78)
    #expect(rare.errors.contains("a/last: lacks 66.7 % of the words of"), "\(rare.errors)")
    #expect(rare.errors.contains("--min-count 4, or with --min-count 1"), "\(rare.errors)")
    let run = try train("second", "--start-from", "a", "-o", "run")
    #expect(run.status != 0)
    #expect(run.errors.contains("Did you mean a/last?"), "\(run.errors)")
  }

  @Test("a model that cannot be gone on from says why")
  func unusable() throws {
    let model = try SampleModel()
    func start() throws -> Program.Outcome {
      try train("second", "--start-from", model.path, "-o", "run")
    }
    let tokenizer = "{\"type\": \"ptb-lower\", \"version\": 1}\n"
    for (name, text, status, message) in [
      (
        "tokenizer_config.json", #"{"type": "bpe", "version": 1}"#, 65,
        "tokenized by {\"type\":\"bpe\""
      ),
      ("tokenizer_config.json", #"{"type": "ptb-lower", "version": 2}"#, 65, "not by ptb-lower 1"),
      ("vocab.json", #"{"<pad>":0,"<bos>":1,"<eos>":2,"<unk>":3}"#, 65, "no words but the special"),
      (
        "vocab.json", #"{"<pad>":0,"<bos>":1,"<eos>":2,"<unk>":3,"a":4}"#, 65,
        "has 5 words, but the decoder"
      ),
      ("vocab.json", #"{"<bos>":0,"a":1}"#, 65, "the special word '<pad>' is missing"),
    ] as [(String, String, Int32, String)] {
      let original = try model.text(of: name)
      try model.rewrite(name, with: text)
      let result = try start()
      #expect(result.status == status, "\(result.errors)")
      #expect(result.errors.contains(message), "\(result.errors)")
      try model.rewrite(name, with: original)
    }
    #expect(try model.text(of: "tokenizer_config.json") == tokenizer)
    try AtomicFile.write("{}\n", to: "\(model.path)/counts.tsv", overwriting: true)
    #expect(try start().status == 65)
    try model.remove("tokenizer_config.json")
    let missing = try start()
    #expect(missing.status == 65)
    #expect(missing.errors.contains("lacks this file"), "\(missing.errors)")
    #expect(!isFile("\(folder.path)/run/last/config.json"))
  }

  @Test("--encoder-model of a captioner says that it takes the encoder alone")
  func encoderAlone() throws {
    let result = try train(
      "second", "--encoder-model", "a/last", "-o", "run", "--embed", "8", "--hidden", "8",
      "--epochs", "1")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.errors.contains(
        "--encoder-model takes the encoder of a/last alone, not its decoder and words. To keep "
          + "these, too: --start-from a/last"), "\(result.errors)")
  }

  @Test("--encoder-model finds names where --model does")
  func encoderByName() throws {
    for command in [
      ["train", "second", "-o", "run", "--embed", "8", "--hidden", "8", "--epochs", "1"],
      ["dataset", "features", "second"],
    ] {
      let result = try Program.run(
        command + ["--encoder-model", "last"], in: folder.path,
        environment: ["CUTLINE_MODEL_PATH": "\(folder.path)/a"])
      #expect(result.status == 0, "\(result.errors)")
    }
  }
}
