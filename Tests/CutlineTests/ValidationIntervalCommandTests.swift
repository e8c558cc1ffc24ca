import Files
import Foundation
import TestSupport
import Testing

@Suite("cutline train --eval-every")
struct ValidationIntervalCommandTests {
  let collection: SmallCollection
  private var folder: String { collection.folder.path }

  init() throws {
    collection = try SmallCollection(validated: 1) { "a picture of number\($0 % 3)" }
  }

  /// Three steps an epoch, validated at steps 4, 8 and, as it is the last, 9.
  private let options = [
    "--epochs", "3", "--eval-every", "4", "--save-every", "1", "--schedule", "step",
    "--schedule-steps", "2", "--warmup", "1", "--dropout", "0",
  ]

  private func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile("\(folder)/\(name)").withBytes { Array($0) }
  }

  private func withoutTimes(_ log: String) throws -> [JSONValue] {
    try log.split(separator: "\n").map { line in
      guard case .object(let members) = try JSONValue(reading: Array(line.utf8)) else {
        return .null
      }
      return .object(
        members.filter { !["time", "seconds", "captions_per_second"].contains($0.key) })
    }
  }

  @Test("validations within epochs and a schedule of steps are the same after a stop")
  func resumes() throws {
    let straight = try collection.train(options + ["--keep", "20"])
    #expect(straight.status == 0, "\(straight.errors)")
    let lines = straight.errors.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("eval  2/3  step 4  loss ") } == 1, "\(straight.errors)")
    #expect(lines.count { $0.hasPrefix("epoch 1/3  loss ") } == 1)
    let log = try collection.text("run/train.jsonl")
    let rows = try withoutTimes(log)
    let events = rows.map { [$0["event"]?.string ?? "", "\($0["step"]?.integer ?? 0)"] }
      .filter { $0[0] != "step" }
    #expect(
      events == [
        ["epoch", "3"], ["validation", "4"], ["epoch", "6"], ["validation", "8"], ["epoch", "9"],
      ])
    let rates = try collection.rows("step").compactMap { $0["learning_rate"]?.number }
    #expect(rates.map { ($0 / 8e-4 * 16).rounded() } == [16, 16, 8, 8, 4, 4, 2, 2, 1])
    #expect(try namesInFolder("\(folder)/run/samples").sorted() == pages)
    let checkpoints = try namesInFolder("\(folder)/run/checkpoints").sorted()
    #expect(checkpoints == (1...9).map { "step-000000\($0)" })

    // From each of them the rest is learned again.
    let model = try bytes("run/last/model.safetensors")
    let (state, table) = (try bytes("run/last/state.json"), try collection.text("run/metrics.csv"))
    for newest in [7, 4, 3] {
      for name in checkpoints.suffix(9 - newest) {
        try FileManager.default.removeItem(atPath: "\(folder)/run/checkpoints/\(name)")
      }
      let resumed = try collection.train(options + ["--keep", "20"])
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try bytes("run/last/model.safetensors") == model)
      #expect(try bytes("run/last/state.json") == state)
      #expect(try withoutTimes(collection.text("run/train.jsonl")) == rows)
      #expect(
        try collection.text("run/metrics.csv").split(separator: "\n").map(withoutSeconds)
          == table.split(separator: "\n").map(withoutSeconds))
    }
  }

  private let pages = ["epoch-03.html", "step-0000004.html", "step-0000008.html"]

  private func withoutSeconds(_ line: Substring) -> String {
    line.split(separator: ",", omittingEmptySubsequences: false).dropLast().joined(separator: ",")
  }

  @Test("where they are given they are in config.json, from which another run does the same")
  func configuration() throws {
    #expect(try collection.train(options + ["--keep", "1"]).status == 0)
    #expect(try namesInFolder("\(folder)/run/checkpoints").count <= 2, "the newest and the best")
    let json = try JSONValue(reading: bytes("run/config.json"))
    #expect(json["settings"]?["eval-every"] == 4 && json["settings"]?["schedule-steps"] == 2)
    #expect(json["settings"]?["patience"] == .null && json["execution"]?["keep"] == 1)
    let again = try Program.run(
      ["train", ".", "--config", "run/config.json", "-o", "again"], in: folder)
    #expect(again.status == 0, "\(again.errors)")
    #expect(try bytes("again/last/model.safetensors") == bytes("run/last/model.safetensors"))
    // The number of threads is not compared: the environment of a test decides it, before any file.
    #expect(try JSONValue(reading: bytes("again/config.json"))["settings"] == json["settings"])
    let other = try collection.train(options + ["--eval-every", "2ep"])
    #expect(other.status == 78 && other.errors.contains("--eval-every 4, not 2ep"))
    // What is typed counts more than its contrary in the file.
    let typed = try Program.run(
      [
        "train", ".", "--config", "run/config.json", "-o", "typed", "--schedule-epochs", "1",
        "--dry-run",
      ], in: folder)
    #expect(typed.status == 0, "\(typed.errors)")
    let usual = try Program.run(
      ["train", ".", "-o", "usual", "--epochs", "1", "--min-count", "1", "-t", "1"], in: folder)
    #expect(usual.status == 0)
    let settings = try JSONValue(reading: bytes("usual/config.json"))["settings"]
    #expect(settings?["eval-every"] == nil && settings?["schedule-steps"] == nil)
  }

  @Test("patience counts validations, wherever they are")
  func patience() throws {
    let result = try collection.train([
      "--epochs", "50", "--eval-every", "2", "--patience", "2", "--lr", "1e-30", "--select", "loss",
      "--precision", "float32",
    ])
    #expect(result.status == 0, "\(result.errors)")
    // The first is the best, for nothing changes: the third comes at step 6.
    #expect(try collection.rows("step").count == 6)
    #expect(result.errors.contains("ended by --patience: no better validation in the last 2"))
  }

  @Test(
    "intervals that make no sense are refused",
    arguments: [
      ["--eval-every", "0"], ["--eval-every", "0ep"], ["--eval-every", "often"], ["--keep", "0"],
      ["--schedule-steps", "0", "--schedule", "step"], ["--schedule-steps", "5"],
      ["--schedule-steps", "5", "--schedule", "step", "--schedule-epochs", "2"],
    ])
  func usage(options: [String]) throws {
    let result = try collection.train(options)
    #expect(result.status == 64, "\(result.errors)")
    #expect(result.errors.contains(options[0].dropFirst(2)), "\(result.errors)")
  }
}
