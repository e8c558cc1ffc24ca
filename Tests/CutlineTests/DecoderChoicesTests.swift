import Files
import Foundation
import Layers
import TestSupport
import Testing

@Suite("cutline train with a decoder of one's choice")
struct DecoderChoicesTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let names = try namesInFolder(Pictures.folder).filter { !$0.hasSuffix(".md") }
    let rows = names.map { name in
      "images/\(name)\ta \(name.split(separator: ".")[0].replacing("-", with: " "))\n"
    }
    try folder.write(rows.joined(), to: "captions.tsv")
    try FileManager.default.copyItem(atPath: Pictures.folder, toPath: "\(folder.path)/images")
    let numbers = (0..<16).map { "0.\($0)" }.joined(separator: " ")
    try folder.write("2 16\ndog \(numbers)\nzebra \(numbers)\n", to: "vectors.txt")
  }

  private static let choices = [
    "--cell", "gru", "--gru-reset", "before", "--layers", "2", "--residual", "--tied",
    "--attention", "soft", "--annotation-size", "8", "--attention-size", "8",
    "--word-vectors", "vectors.txt", "--freeze-word-vectors", "--norm-stabilizer", "0.1",
  ]

  private func train(_ run: String, _ choices: [String]) throws -> Program.Outcome {
    try Program.run(
      [
        "train", "captions.tsv", "--epochs", "2", "--batch-size", "4", "--min-count", "1",
        "--embed", "16", "--hidden", "12", "--save-every", "1", "-t", "1", "-o", run,
      ] + choices, in: folder.path)
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile("\(folder.path)/\(name)").withBytes { Array($0) }
  }

  @Test("it learns, goes on where it was stopped with the same bits, and captions")
  func resumes() throws {
    let straight = try train("run", Self.choices)
    #expect(straight.status == 0, "\(straight.errors)")
    #expect(straight.errors.contains("word vectors  1 of "), "\(straight.errors)")
    let model = try JSONValue(reading: bytes("run/last/config.json"))
    #expect(model["decoder"]?["cell"]?["layers"]?.integer == 2)
    let info = try Program.run(["model", "info", "run/last"], in: folder.path)
    #expect(
      info.output.contains(
        "show-attend-tell:annotation-size=8,attention-size=8, gru:reset=before, embedding 16, "
          + "hidden 12, 2 residual layers, tied words\n"), "\(info.output)")
    let names = ["model.safetensors", "optimizer.safetensors", "state.json"]
    let expected = try names.map { try bytes("run/last/\($0)") }
    #expect(expected.allSatisfy { !$0.isEmpty })

    let checkpoints = try namesInFolder("\(folder.path)/run/checkpoints").sorted()
    try #require(checkpoints.count >= 2)
    let newest = checkpoints[checkpoints.count - 1]
    try FileManager.default.removeItem(atPath: "\(folder.path)/run/checkpoints/\(newest)")
    let resumed = try train("run", Self.choices)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("resuming from run/checkpoints/"))
    for (name, expected) in zip(names, expected) {
      #expect(try bytes("run/last/\(name)") == expected, "\(name)")
    }
    let caption = try Program.run(["-m", "run/last", Pictures.jpeg], in: folder.path)
    #expect(caption.status == 0, "\(caption.errors)")
  }

  /// The settings of `choices` as checkpoints have held them since before options could follow a colon.
  private static let settings = [
    "--cell": "gru", "--gru-reset": "before", "--embed": "16", "--hidden": "12",
    "--attention": "soft", "--annotation-size": "8", "--attention-size": "8", "--layers": "2",
    "--residual": "true", "--tied": "true", "--min-count": "1", "--max-words": "20",
  ]

  @Test("options behind a colon and those of their own are the same run, under the settings of old")
  func spellings() throws {
    let colons = [
      "--cell", "gru:reset=before", "--layers", "2", "--residual", "--tied",
      "--decoder", "show-attend-tell:annotation-size=8,attention-size=8",
      "--word-vectors", "vectors.txt", "--freeze-word-vectors", "--norm-stabilizer", "0.1",
    ]
    #expect(try train("run", Self.choices).status == 0)
    let other = try train("run", colons)
    #expect(other.status == 0, "\(other.errors)")
    #expect(other.errors.contains("resuming from run/checkpoints/"), "\(other.errors)")
    let state = try JSONValue(reading: bytes("run/last/state.json"))
    for (name, value) in Self.settings {
      #expect(state["settings"]?[name]?.string == value, "\(name)")
    }
    #expect(state["settings"]?["--decoder"] == nil)
    let configured = try Program.run(
      ["train", "captions.tsv", "-o", "again", "--config", "run/config.json"], in: folder.path)
    #expect(configured.status == 0, "\(configured.errors)")
    #expect(try bytes("again/last/model.safetensors") == bytes("run/last/model.safetensors"))
  }

  @Test(
    "decoders are named in the settings as of old",
    arguments: [
      (["--decoder", "video-mean"], ["--attention": "none"]),
      (["--decoder", "show-attend-tell:annotation-size=8"], ["--attention": "soft"]),
      (
        ["--decoder", "lrcn:factored=false"],
        ["--decoder": "lrcn", "--unfactored": "true", "--attention": "none"]
      ),
      (["--decoder", "lrcn", "--layers", "1"], ["--decoder": "lrcn", "--layers": "1"]),
      (
        ["--decoder", "temporal-attention:attention-size=6"],
        ["--decoder": "temporal-attention", "--attention-size": "6", "--annotation-size": "512"]
      ),
    ])
  func names(choices: [String], settings: [String: String]) throws {
    let run = try train("run", choices + ["--epochs", "1"])
    #expect(run.status == 0, "\(run.errors)")
    let state = try JSONValue(reading: bytes("run/last/state.json"))
    for (name, value) in settings {
      #expect(state["settings"]?[name]?.string == value, "\(name)")
    }
    if settings["--unfactored"] == nil { #expect(state["settings"]?["--unfactored"] == nil) }
  }

  @Test("a run resumes under another name of its decoder, and with the settings of older versions")
  func otherNames() throws {
    #expect(try train("run", ["--decoder", "video-mean"]).status == 0)
    let renamed = try train("run", ["--decoder", "show-and-tell"])
    #expect(renamed.status == 0, "\(renamed.errors)")
    let older = """
      cd run/last && sed -i 's/"--attention": "none"/"--annotation-size": "512", \
      "--attention-size": "512", "--decoder": "video-mean", &/' state.json && \
      grep -q video-mean state.json && sum=$(sha256sum state.json) && \
      sed -i "s/^.*  state.json$/$sum/" COMPLETE
      """
    let edit = try Program.shell(older, in: folder.path)
    try #require(edit.status == 0, "\(edit.errors)")
    let resumed = try train("run", [])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("resuming from run/checkpoints/"), "\(resumed.errors)")
    let changed = try train("run", ["--attention", "soft"])
    #expect(changed.status == 78, "\(changed.errors)")
    #expect(changed.errors.contains("run: was started with --attention none, not soft."))
  }

  @Test("any encoder can be trained from scratch, with norms measured before, and resumes")
  func newEncoder() throws {
    let options = ["--encoder", "mobilenet_v3_small", "--epochs", "1"]
    let straight = try train("run", options)
    #expect(straight.status == 0, "\(straight.errors)")
    let model = try JSONValue(reading: bytes("run/last/config.json"))
    #expect(model["encoder"]?["type"]?.string == "mobilenet_v3_small")
    let weights = try WeightsFile("\(folder.path)/run/last/model.safetensors").tensors()
    let variances = weights.filter { $0.name.hasSuffix("running_var") }.flatMap(\.value.floats)
    #expect(!variances.isEmpty && variances.contains { abs($0 - 1) > 0.1 })
    let expected = try bytes("run/last/model.safetensors")
    let checkpoints = try namesInFolder("\(folder.path)/run/checkpoints").sorted()
    let newest = try #require(checkpoints.last)
    try FileManager.default.removeItem(atPath: "\(folder.path)/run/checkpoints/\(newest)")
    let resumed = try train("run", options)
    #expect(resumed.errors.contains("resuming from run/checkpoints/"), "\(resumed.errors)")
    #expect(try bytes("run/last/model.safetensors") == expected)
    let other = try train("run", ["--epochs", "1"])
    #expect(
      other.errors.contains("run: was started with --encoder mobilenet_v3_small, not unset."),
      "\(other.errors)")
  }

  @Test("a run is not gone on with under another choice, whether it was made then or now")
  func otherChoices() throws {
    #expect(try train("run", ["--layers", "2"]).status == 0)
    let more = try train("run", ["--layers", "3"])
    #expect(more.status == 78)
    #expect(more.errors.contains("run: was started with --layers 2, not 3."), "\(more.errors)")
    let fewer = try train("run", [])
    #expect(
      fewer.errors.contains("run: was started with --layers 2, not unset."), "\(fewer.errors)")
    let other = try train("run", ["--layers", "2", "--norm-stabilizer", "1"])
    #expect(other.errors.contains("run: was started with --norm-stabilizer unset, not 1.0."))
    #expect(try train("run", ["--layers", "2"]).status == 0)
  }

  @Test(
    "choices that contradict each other are refused",
    arguments: [
      (["--layers", "0"], "--layers must be from 1 to 64, not 0."),
      (["--residual"], "--residual leads around layers above the first: it needs --layers 2."),
      (
        ["--decoder", "s2vt", "--layers", "3"],
        "--layers with --decoder s2vt must be 2, of which one reads frames and one words, not 3."
      ),
      (
        ["--decoder", "show-attend-tell", "--feature-grid", "2"],
        "--feature-grid is not for --decoder show-attend-tell, which reads every position."
      ),
      (["--feature-grid", "9"], "--feature-grid must be"),
      (["--annotation-size", "70000"], "--annotation-size must be from 1 to 65536, not 70000."),
      (["--annotation-size", "8"], "--annotation-size is for a decoder with attention, not show-"),
      (
        ["--decoder", "s2vt", "--attention-size", "8"],
        "--attention-size is for a decoder with attention, not s2vt."
      ),
      (
        ["--task", "classify", "--attention-size", "8"],
        "--attention-size is for sentences, and --task classify writes one label."
      ),
      (["--decoder", "s2vt", "--residual"], "--residual is not for --decoder s2vt."),
      (["--decoder", "lrcn", "--attention", "soft"], "contradict each other"),
      (
        ["--encoder", "resnet18", "--encoder-model", "models/x"],
        "--encoder trains a new encoder, and --encoder-model starts from a trained one."
      ),
      (["--encoder", "resnet17"], "there is no encoder 'resnet17'. Did you mean resnet18?"),
      (["--unfactored"], "--unfactored is for --decoder lrcn, not show-and-tell."),
      (["--frames", "3", "--frame-step", "2"], "--frame-step and --frames contradict each other"),
      (["--frame-step", "0"], "--frame-step must be from 1 to 1000000, not 0."),
      (["--gru-reset", "before"], "--gru-reset is for --cell gru, not lstm."),
      (
        ["--cell", "lsmt"], "there is no cell 'lsmt'. Did you mean lstm? There are: lstm, gru, rnn."
      ),
      (["--cell", "gru:rest=before"], "cell gru has no option 'rest'. Did you mean reset?"),
      (["--cell", "lstm:reset=before"], "cell lstm has no option 'reset'. It has none."),
      (["--cell", "gru:reset=never"], "gru:reset must be before or after, not 'never'."),
      (
        ["--cell", "gru:reset=after", "--gru-reset", "before"],
        "--gru-reset and --cell set the same option. Leave one out."
      ),
      (
        ["--decoder", "show-and-tel"],
        "there is no decoder 'show-and-tel'. Did you mean show-and-tell?"
      ),
      (
        ["--decoder", "frame-classifier"], "it labels clips. Leave it out, and add --task classify."
      ),
      (
        ["--decoder", "show-attend-tell:attention-size=0"],
        "show-attend-tell:attention-size must be a whole number from 1 to 65536, not '0'."
      ),
      (
        ["--decoder", "show-attend-tell:attention-size=8", "--attention-size", "9"],
        "--attention-size and --decoder set the same option. Leave one out."
      ),
      (
        ["--decoder", "lrcn:factored", "--layers", "1"],
        "--layers with --decoder lrcn must be 2 or more where the second layer reads the picture, not 1."
      ),
      (["--tied"], "--tied needs --embed and --hidden to be the same without attention"),
      (["--freeze-word-vectors"], "--freeze-word-vectors needs --word-vectors"),
      (["--norm-stabilizer=-1"], "--norm-stabilizer must be 0 or above, not -1.0."),
    ])
  func contradictions(choices: [String], message: String) throws {
    let result = try train("run", choices)
    #expect(result.status == 64)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  @Test("word vectors that cannot be used end the training before it begins")
  func badVectors() throws {
    let missing = try train("run", ["--word-vectors", "none.txt"])
    #expect(missing.status == 66)
    #expect(missing.errors.contains("none.txt: there is no such file."), "\(missing.errors)")
    let other = try train("run", ["--word-vectors", "vectors.txt", "--embed", "8"])
    #expect(other.status == 78)
    #expect(
      other.errors.contains(
        "vectors.txt: has vectors of 16 numbers, but the words of the model have 8. Train with "
          + "--embed 16"), "\(other.errors)")
    try folder.write("a 1 2\n", to: "bad.txt")
    let bad = try train("run", ["--word-vectors", "bad.txt", "--embed", "3"])
    #expect(bad.status == 78)
  }
}
