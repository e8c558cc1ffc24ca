import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// The program as it is built for use, where there is one.
private let releaseProgram = ProcessInfo.processInfo.environment["CUTLINE_RELEASE_PROGRAM"]

/// What the README promises: from nothing to a captioner in minutes.
///
/// With the program as it is built for use, since an unoptimised one takes five times as long;
/// `scripts/test` names it after all other tests, with which it would compete for the processor.
@Suite(
  "Shapes are learned from nothing",
  .enabled(if: releaseProgram != nil, "CUTLINE_RELEASE_PROGRAM is not set"))
struct LearningShapesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func cutline(_ arguments: String...) throws -> Program.Outcome {
    let threads = "\(ProcessInfo.processInfo.activeProcessorCount)"
    let result = try Program.spawn(
      [try #require(releaseProgram)] + arguments, in: folder.path,
      environment: ["CUTLINE_THREADS": threads], input: [], output: .file)
    try #require(result.status == 0, "\(result.errors)")
    return result
  }

  @Test("and nine of ten unseen pictures get exactly their caption, of 4,560 that there could be")
  func accuracy() throws {
    _ = try cutline("dataset", "synthesize", "shapes", "-o", "shapes")
    _ = try cutline(
      "dataset", "synthesize", "shapes", "--seed", "99", "--count", "2", "--val", "1000", "-o",
      "unseen")
    _ = try cutline("train", "shapes", "--config", "shapes/training.json", "-o", "run")
    let unseen = try CaptionCollection(at: "\(folder.path)/unseen").read(.validation).examples
    try #require(unseen.count == 1000 && Set(unseen.map(\.captions)).count > 800)
    let names = unseen.map(\.path).joined(separator: "\n") + "\n"
    try names.write(toFile: "\(folder.path)/names", atomically: true, encoding: .utf8)
    let rows = try Program.spawn(
      [
        "/bin/bash", "-c", "xargs \"$0\" caption -m run/best -f jsonl < names",
        releaseProgram ?? "",
      ],
      in: folder.path, environment: [:], input: [], output: .file
    ).lines
    try #require(rows.count == unseen.count)
    let texts = try rows.map { row in
      let json = try JSONValue(reading: Array(row.utf8))
      return json["segments"]?.elements?.first?["captions"]?.elements?.first?["text"]?.string
    }
    let exact = zip(texts, unseen).count { $0 == $1.captions[0] }
    print("Shapes: \(exact) of \(unseen.count) unseen pictures have exactly their caption")
    #expect(exact >= 900)
  }
}
