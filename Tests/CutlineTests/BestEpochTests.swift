import Files
import Foundation
import TestSupport
import Testing

@Suite("The best epoch")
struct BestEpochTests {
  let folder: TemporaryFolder

  /// Six pictures to learn from; one is validated, so that CIDEr is 0 throughout.
  init() throws {
    folder = try TemporaryFolder()
    let names = try namesInFolder(Pictures.folder).filter { !$0.hasSuffix(".md") }
    for name in names {
      try folder.write(try Pictures.bytes(of: "\(Pictures.folder)/\(name)"), to: name)
    }
    let lines = names.map { "\($0)\ta picture of something\n" }
    try folder.write(lines.dropLast().joined(), to: "train.tsv")
    try folder.write(lines.suffix(1).joined(), to: "val.tsv")
  }

  private func train(_ more: String...) throws -> Program.Outcome {
    try Program.run(
      [
        "train", ".", "-o", "run", "--epochs", "6", "--batch-size", "3", "--min-count", "1",
        "--embed", "16", "--hidden", "16", "--lr", "5e-3", "--warmup", "1", "--dropout", "0",
        "--progress", "none", "-t", "1",
      ] + more, in: folder.path)
  }

  private func epochs() throws -> [[Substring]] {
    let table = try MappedFile("\(folder.path)/run/metrics.csv").withBytes { Array($0) }
    return String(decoding: table, as: UTF8.self)
      .split(separator: "\n").dropFirst()
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
    let said = result.errors.components(
      separatedBy: "several epochs have the same score (cider 0.000): the lowest validation loss")
    #expect(said.count == 2, "\(result.errors)")
  }
}
