import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// The program, optimised as it is for use.
private let releaseProgram = ProcessInfo.processInfo.environment["CUTLINE_RELEASE_PROGRAM"]

/// The claim of the README: from no model to a captioner in minutes.
///
/// Requires an optimised build, as a debug build takes five times as long. `scripts/test` runs it after all
/// other tests, with which it would compete for the processor.
@Suite(
  "Shapes are learned from nothing",
  .enabled(if: releaseProgram != nil, "CUTLINE_RELEASE_PROGRAM is not set"))
struct LearningShapesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func cutline(_ arguments: String..., options: [String] = []) throws -> Program.Outcome {
    let threads = "\(ProcessInfo.processInfo.activeProcessorCount)"
    let result = try Program.spawn(
      [try #require(releaseProgram)] + arguments + options, in: folder.path,
      environment: ["CUTLINE_THREADS": threads], input: [], output: .file)
    try #require(result.status == 0, "\(result.errors)")
    return result
  }

  @Test(
    "and nine of ten unseen pictures get exactly their caption, of 4,560 that there could be; so do clips"
  )
  func accuracy() throws {
    _ = try cutline("dataset", "synthesize", "shapes", "--clips", "40000", "-o", "shapes")
    _ = try cutline(
      "dataset", "synthesize", "shapes", "--seed", "99", "--count", "2", "--val", "1000", "--clips",
      "1000", "-o", "unseen")
    _ = try cutline("train", "shapes", "--config", "shapes/training.json", "-o", "run")
    let pictures = try unseen("unseen", .validation)
    try #require(pictures.count == 1000 && Set(pictures.map(\.captions)).count > 800)
    let exact = try captions(of: pictures, by: "run/best").count { $0.isExact }
    print("Shapes: \(exact) of \(pictures.count) unseen pictures have exactly their caption")
    #expect(exact >= 900)
    try learnFromClips()
  }

  /// Trains on clips whose moving shapes and directions differ only in the order of frames.
  private func learnFromClips() throws {
    let clips = try unseen("unseen/clips", .train)
    try #require(clips.count == 1000 && Set(clips.map { $0.captions[0] }).count > 500)
    func learn(
      from collection: String, _ decoder: String, _ options: String...
    ) throws -> [(said: String?, isExact: Bool)] {
      _ = try cutline(
        "train", collection, "--config", "shapes/clips/training.json", "--encoder-model",
        "run/best", "--decoder", decoder, "-o", decoder, options: options)
      return try captions(of: clips, by: "\(decoder)/best")
    }
    let ordered = try learn(from: "shapes/clips", "s2vt").count { $0.isExact }
    print("Shapes: \(ordered) of \(clips.count) unseen clips have exactly their caption")
    #expect(ordered >= 900)

    // The mean of all frames is the same for a clip and its reverse, which stand beside each other here.
    // So even of memorised clips at most half can be captioned correctly.
    let blurred = try learn(from: "unseen/clips", "video-mean", "--frames", "16")
    let twins = stride(from: 0, to: clips.count, by: 2).map { ($0, $0 + 1) }
    #expect(twins.count { blurred[$0].said == blurred[$1].said } >= 495)
    #expect(blurred.count { $0.isExact } <= 500)
  }

  private func unseen(
    _ folder: String, _ part: CaptionDataset.Split
  ) throws -> [CaptionedImage] {
    try CaptionCollection(at: "\(self.folder.path)/\(folder)").read(part).examples
  }

  /// Returns a model's caption for each input, with true if it is the correct one.
  private func captions(
    of examples: [CaptionedImage], by model: String
  ) throws -> [(said: String?, isExact: Bool)] {
    let names = examples.map(\.path).joined(separator: "\n") + "\n"
    try names.write(toFile: "\(folder.path)/names", atomically: true, encoding: .utf8)
    let rows = try Program.spawn(
      [
        "/bin/bash", "-c", "xargs \"$0\" caption -m \"$1\" -f jsonl < names",
        releaseProgram ?? "", model,
      ],
      in: folder.path, environment: [:], input: [], output: .file
    ).lines
    try #require(rows.count == examples.count)
    return try zip(rows, examples).map { row, example in
      let json = try JSONValue(reading: Array(row.utf8))
      let said = json["segments"]?.elements?.first?["captions"]?.elements?.first?["text"]?.string
      return (said, said == example.captions[0])
    }
  }
}
