import Captioning
import Files
import Foundation
import Tensors
import TestSupport
import Testing
import Text

@Suite("Models that cannot be used")
struct BadModelTests {
  let model: SampleModel
  let folder: TemporaryFolder

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
  }

  func caption() throws -> Program.Outcome {
    try Program.run([Pictures.jpeg, "-m", model.path], in: folder.path)
  }

  /// Expects one message about the model, by `caption` and by `model verify` alike.
  func expectFailure(
    _ status: Int32, saying message: String, and remedy: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for arguments in [[Pictures.jpeg, "-m", model.path], ["model", "verify", model.path]] {
      let result = try Program.run(arguments, in: folder.path)
      #expect(result.status == status, sourceLocation: sourceLocation)
      #expect(result.output == "", sourceLocation: sourceLocation)
      #expect(
        result.errors.hasPrefix("cutline: \(model.path)"), "\(result.errors)",
        sourceLocation: sourceLocation)
      #expect(result.errors.contains(message), "\(result.errors)", sourceLocation: sourceLocation)
      #expect(result.errors.contains(remedy), "\(result.errors)", sourceLocation: sourceLocation)
    }
  }

  @Test("A folder without a model is told from a name without a folder, and where one is")
  func folderWithoutModel() throws {
    let run = "\(folder.path)/run"
    try makeFolder(run)
    let empty = try Program.run([Pictures.jpeg, "-m", "run"], in: folder.path)
    #expect(empty.status == 69)
    #expect(empty.errors.contains("run: is a folder without config.json"))
    try FileManager.default.copyItem(atPath: model.path, toPath: "\(run)/last")
    let full = try Program.run([Pictures.jpeg, "-m", "run"], in: folder.path)
    #expect(full.errors.contains("Did you mean run/last?"), "\(full.errors)")
    // What a killed import leaves behind is no model to offer.
    try FileManager.default.copyItem(atPath: model.path, toPath: "\(folder.path)/.left.tmp-1-0")
    let list = try Program.run(
      ["model", "list"], in: folder.path, environment: ["CUTLINE_MODEL_PATH": folder.path])
    #expect(!list.output.contains(".left"))
  }

  @Test("The sample model itself is whole")
  func whole() throws {
    let result = try Program.run(["model", "verify", model.path], in: folder.path)
    #expect(result.status == 0)
    #expect(result.errors.contains("all checksums agree"))
  }

  @Test("A model that is nowhere is exit code 69, and the places looked in are named")
  func notFound() throws {
    let result = try Program.run(
      [Pictures.jpeg, "-m", "nothing"], in: folder.path,
      environment: ["CUTLINE_MODEL_PATH": "/some/where:/else/where"])
    #expect(result.status == 69)
    #expect(
      result.errors.hasPrefix(
        "cutline: no model called \"nothing\". Looked in: /some/where, /else/where, "))
    #expect(result.errors.contains("\(folder.path)/.local/share/cutline/models"))
    #expect(
      result.errors.contains("\n      Name one with --model DIR, or train one: cutline train"))
  }

  @Test(
    "the advice names the option that was typed",
    arguments: [
      (["train", ".", "-o", "run", "--encoder-model", "nothing"], "Name one with --encoder-model"),
      (
        ["dataset", "features", ".", "--encoder-model", "nothing"],
        "Name one with --encoder-model"
      ),
      (["model", "info", "nothing"], "Name the folder of one"),
    ])
  func advice(arguments: [String], advice: String) throws {
    try self.folder.write("a.jpg\ta dog\n", to: "captions.tsv")
    try self.folder.write(
      MappedFile(Pictures.jpeg).withBytes { Array($0) }, to: "a.jpg")
    let result = try Program.run(
      arguments, in: folder.path, environment: ["CUTLINE_MODEL_PATH": "/some/where"])
    #expect(result.status == 69)
    #expect(
      result.errors.contains("no model called \"nothing\". Looked in: /some/where, "),
      "\(result.errors)")
    #expect(result.errors.contains("\n      \(advice)"), "\(result.errors)")
  }

  @Test("A missing tensor")
  func missingTensor() throws {
    try model.rewriteWeights { $0.removeAll { $0.name == "word_logits.bias" } }
    try expectFailure(65, saying: "has no tensor named 'word_logits.bias'", and: "config.json")
  }

  @Test("A tensor too many")
  func extraTensor() throws {
    try model.rewriteWeights { $0.append(("head.bias", Tensor(zeros: [3]))) }
    try expectFailure(
      65, saying: "tensor 'head.bias' that the model does not know", and: "config.json")
  }

  @Test("A tensor of another shape")
  func wrongShape() throws {
    try model.rewriteWeights { tensors in
      for index in tensors.indices where tensors[index].name == "image_embedding.bias" {
        tensors[index].value = Tensor(zeros: [17])
      }
    }
    try expectFailure(
      65, saying: "'image_embedding.bias' has shape [17], but the model needs [16]",
      and: "config.json")
  }

  @Test("A number that is none")
  func notFinite() throws {
    try model.rewriteWeights { tensors in
      for index in tensors.indices where tensors[index].name == "word_logits.bias" {
        tensors[index].value = Tensor(repeating: .nan, shape: tensors[index].value.shape)
      }
    }
    try expectFailure(65, saying: "'word_logits.bias' holds an infinity or NaN", and: "get another")
  }

  @Test("A byte that changed")
  func wrongChecksum() throws {
    let path = "\(model.path)/model.safetensors"
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    try file.seek(toOffset: file.seekToEnd() - 4)
    try file.write(contentsOf: [1, 2, 3, 4])
    try file.close()
    try expectFailure(65, saying: "its SHA-256 is", and: "get a fresh copy")
  }

  @Test("Weights cut short")
  func truncatedWeights() throws {
    #expect(truncate("\(model.path)/model.safetensors", 5000) == 0)
    try expectFailure(65, saying: "model.safetensors: ", and: "get a fresh copy")
  }

  @Test("No weights at all")
  func noWeights() throws {
    try model.remove("model.safetensors")
    try expectFailure(
      65, saying: "model.safetensors: the model lacks this file.", and: "Get a fresh copy")
  }

  @Test("The vocabulary of another model")
  func otherVocabulary() throws {
    let vocabulary = Vocabulary(words: ["a", "dog", "barks"])
    try model.rewrite(
      "vocab.json", with: String(decoding: vocabulary.json(), as: UTF8.self))
    try expectFailure(65, saying: "has 7 words, but the decoder scores 16", and: "get a fresh copy")
  }

  @Test("A vocabulary that is none")
  func brokenVocabulary() throws {
    try model.rewrite("vocab.json", with: "{\"<pad>\": 0")
    try expectFailure(65, saying: "vocab.json", and: ".")
  }

  @Test("A configuration that is no JSON")
  func brokenConfiguration() throws {
    try model.rewrite("config.json", with: "{\"schema\": ")
    try expectFailure(
      78, saying: "config.json: is not as it should be at line 1", and: "fresh copy")
  }

  @Test("A setting that nobody knows")
  func unknownSetting() throws {
    let config = try model.text(of: "config.json")
    try model.rewrite("config.json", with: config.replacing("small_cnn", with: "big_cnn"))
    try expectFailure(78, saying: "'encoder.type' is \"big_cnn\", but must be one of", and: "Mend")
  }

  @Test("a size that the weights cannot have is refused before memory is taken for it")
  func hugeSize() throws {
    let config = try model.text(of: "config.json")
    let huge = config.replacing(#/"hidden": \d+/#, with: "\"hidden\": 65536")
    try #require(huge != config)
    try model.rewrite("config.json", with: huge)
    try expectFailure(78, saying: "decoder.hidden", and: "is 65536, which is too large")
  }

  @Test("A name with a slip in it")
  func misspelt() throws {
    let config = try model.text(of: "config.json")
    try model.rewrite("config.json", with: config.replacing("\"lstm\"", with: "\"lsmt\""))
    try expectFailure(
      78,
      saying: "'decoder.cell.type' is \"lsmt\", but must be one of lstm, gru, rnn (did you mean "
        + "\"lstm\"?)", and: "Mend")
  }

  @Test("A configuration of a newer Cutline")
  func newerSchema() throws {
    let config = try model.text(of: "config.json")
    try model.rewrite("config.json", with: config.replacing("model/2", with: "model/3"))
    try expectFailure(
      78,
      saying:
        "config.json: was written by a newer Cutline (schema cutline.model/3); this one reads "
        + "up to cutline.model/2.", and: "Update Cutline.")
  }

  @Test("Words that were cut another way")
  func otherTokenizer() throws {
    try model.rewrite("tokenizer_config.json", with: #"{"type": "ptb-lower", "version": 2}"#)
    try expectFailure(
      65,
      saying: "tokenizer_config.json: its captions were tokenized by "
        + #"{"type":"ptb-lower","version":2}, not by ptb-lower 1 or unicode-words 1 or unicode-bpe 1."#,
      and: "A newer Cutline")
    try model.rewrite("tokenizer_config.json", with: "{")
    try expectFailure(
      78, saying: "tokenizer_config.json: is not as it should be", and: "fresh copy")
  }

  @Test("A folder from before models said how their words were cut still captions")
  func noTokenizer() throws {
    let before = try caption()
    try model.remove("tokenizer_config.json")
    let sums = try model.text(of: "SHA256SUMS").split(separator: "\n")
      .filter { !$0.hasSuffix("tokenizer_config.json") }
    try AtomicFile.write(
      sums.joined(separator: "\n") + "\n", to: "\(model.path)/SHA256SUMS", overwriting: true)
    let after = try caption()
    #expect(after.status == 0 && after.output == before.output, "\(after.errors)")
  }

  @Test("A folder of the former schema captions as before")
  func formerSchema() throws {
    let before = try caption()
    let config = try model.text(of: "config.json").replacing("model/2", with: "model/1")
    let decoder = try #require(config.firstRange(of: /"decoder": \{(?s:.*?)\n  \}/))
    try model.rewrite(
      "config.json",
      with: config.replacingCharacters(
        in: decoder,
        with: """
          "decoder": {"type": "lstm", "embed": 16, "hidden": 16, "layers": 1, "attention": "none",
          "image": "first"}
          """))
    let after = try caption()
    #expect(after.status == 0 && after.output == before.output, "\(after.errors)")
  }

  @Test("A model file that the checksums leave out")
  func unlisted() throws {
    let sums = try model.text(of: "SHA256SUMS")
    let others = sums.split(separator: "\n").filter { !$0.hasSuffix("vocab.json") }
    try AtomicFile.write(
      others.joined(separator: "\n") + "\n", to: "\(model.path)/SHA256SUMS", overwriting: true)
    try expectFailure(65, saying: "does not list 'vocab.json'", and: "Get a fresh copy")
  }

  @Test("No checksums")
  func noChecksums() throws {
    try model.remove("SHA256SUMS")
    try expectFailure(65, saying: "SHA256SUMS: the model lacks this file.", and: "Get a fresh copy")
  }
}
