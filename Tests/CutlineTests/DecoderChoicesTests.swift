import Files
import Foundation
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
    #expect(model["decoder"]?["layers"]?.integer == 2)
    let info = try Program.run(["model", "info", "run/last"], in: folder.path)
    #expect(
      info.output.contains(
        "gru, resetting before the product, embedding 16, hidden 12, 2 residual layers, soft "
          + "attention, tied words\n"), "\(info.output)")
    let names = ["model.safetensors", "optimizer.safetensors", "state.json"]
    let expected = try names.map { try bytes("run/last/\($0)") }
    #expect(expected.allSatisfy { !$0.isEmpty })

    let checkpoints = try namesInFolder("\(folder.path)/run/checkpoints").sorted()
    try #require(checkpoints.count >= 2)
    let newest = checkpoints[checkpoints.count - 1]
    try FileManager.default.removeItem(atPath: "\(folder.path)/run/checkpoints/\(newest)")
    let resumed = try train("run", Self.choices)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("going on from run/checkpoints/"))
    for (name, expected) in zip(names, expected) {
      #expect(try bytes("run/last/\(name)") == expected, "\(name)")
    }
    let caption = try Program.run(["-m", "run/last", Pictures.jpeg], in: folder.path)
    #expect(caption.status == 0, "\(caption.errors)")
  }

  @Test("a run is not gone on with under another choice, whether it was made then or now")
  func otherChoices() throws {
    #expect(try train("run", ["--layers", "2"]).status == 0)
    let more = try train("run", ["--layers", "3"])
    #expect(more.status == 78)
    #expect(more.errors.contains("run: was begun with --layers 2, not 3."), "\(more.errors)")
    let fewer = try train("run", [])
    #expect(fewer.errors.contains("run: was begun with --layers 2, not unset."), "\(fewer.errors)")
    let other = try train("run", ["--layers", "2", "--norm-stabilizer", "1"])
    #expect(other.errors.contains("run: was begun with --norm-stabilizer unset, not 1.0."))
    #expect(try train("run", ["--layers", "2"]).status == 0)
  }

  @Test(
    "choices that contradict each other are refused",
    arguments: [
      (["--layers", "0"], "--layers must be from 1 to 64, not 0."),
      (["--residual"], "--residual leads around layers above the first: it needs --layers 2."),
      (["--decoder", "s2vt", "--layers", "3"], "--decoder s2vt has two layers, one for frames"),
      (
        ["--decoder", "show-attend-tell", "--feature-grid", "2"],
        "--feature-grid is not for --decoder show-attend-tell, which sees every position."
      ),
      (["--feature-grid", "9"], "--feature-grid must be"),
      (["--decoder", "s2vt", "--residual"], "--residual is not for --decoder s2vt."),
      (["--decoder", "lrcn", "--attention", "soft"], "contradict each other"),
      (["--unfactored"], "--unfactored is about --decoder lrcn, not show-and-tell."),
      (["--frames", "3", "--frame-step", "2"], "--frame-step and --frames contradict each other"),
      (["--frame-step", "0"], "--frame-step must be from 1 to 1000000, not 0."),
      (["--gru-reset", "before"], "--gru-reset is about --cell gru, not lstm."),
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
