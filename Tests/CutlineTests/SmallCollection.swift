import Files
import TestSupport

/// The seven sample pictures with captions of a test's own, as tables `train.tsv` and `val.tsv`.
struct SmallCollection {
  let folder: TemporaryFolder
  private let names: [String]

  /// - Parameters:
  ///   - validatedCount: The number of images in `val.tsv`; the others are in `train.tsv`.
  ///   - caption: Returns the caption of each image, by its number.
  /// - Throws: An error from writing the files.
  init(validated validatedCount: Int, caption: (Int) -> String) throws {
    folder = try TemporaryFolder()
    names = try namesInFolder(Pictures.folder).filter { !$0.hasSuffix(".md") }
    for name in names {
      try folder.write(try Pictures.bytes(of: "\(Pictures.folder)/\(name)"), to: name)
    }
    let lines = names.enumerated().map { "\($1)\t\(caption($0))\n" }
    try folder.write(lines.dropLast(validatedCount).joined(), to: "train.tsv")
    try folder.write(lines.suffix(validatedCount).joined(), to: "val.tsv")
  }

  /// Runs a small training into `run`.
  func train(_ more: [String], minimumCount: Int = 1) throws -> Program.Outcome {
    try Program.run(
      [
        "train", ".", "-o", "run", "--batch-size", "2", "--min-count", "\(minimumCount)", "--embed",
        "16", "--hidden", "16", "--progress", "none", "-t", "1",
      ] + more, in: folder.path)
  }

  func text(_ name: String) throws -> String {
    String(
      decoding: try MappedFile("\(folder.path)/\(name)").withBytes { Array($0) }, as: UTF8.self)
  }

  /// The rows of the run's log that tell of `event`.
  func rows(_ event: String) throws -> [JSONValue] {
    try text("run/train.jsonl").split(separator: "\n")
      .map { try JSONValue(reading: Array($0.utf8)) }
      .filter { $0["event"]?.string == event }
  }
}
