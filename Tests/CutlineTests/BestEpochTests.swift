import Files
import Foundation
import TestSupport
import Testing

@Suite("The best epoch")
struct BestEpochTests {
  let collection: SmallCollection
  private var folder: TemporaryFolder { collection.folder }

  /// One picture is validated, so that CIDEr is 0 throughout.
  init() throws {
    collection = try SmallCollection(validated: 1) { _ in "a picture of something" }
  }

  private func train(_ more: String...) throws -> Program.Outcome {
    try collection.train(
      ["--epochs", "6", "--lr", "5e-3", "--warmup", "1", "--dropout", "0"] + more)
  }

  private func epochs() throws -> [[Substring]] {
    try collection.text("run/metrics.csv").split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  }

  @Test("is the one with the lowest loss where all scores are equal, and patience counts it")
  func ties() throws {
    let result = try train("--patience", "2")
    #expect(result.status == 0, "\(result.errors)")
    let epochs = try epochs()
    #expect(epochs.map { Double($0[9]) } == Array(repeating: 0, count: 6), "CIDEr")
    let losses = epochs.compactMap { Double($0[3]) }
    #expect(losses.count == 6 && losses == losses.sorted(by: >), "\(losses)")
    #expect(epochs.map { $0[10] } == Array(repeating: "1", count: 6))
    let links = try ["best", "last"].map {
      try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder.path)/run/\($0)")
    }
    #expect(links[0] == links[1])
    let tie = "several validations have the same score (cider 0.000): the lowest validation loss"
    #expect(result.errors.components(separatedBy: tie).count == 2, "\(result.errors)")
  }
}
