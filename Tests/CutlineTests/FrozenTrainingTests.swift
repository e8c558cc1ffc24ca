import Files
import Foundation
import TestSupport
import Testing

@Suite("cutline train with an encoder")
struct FrozenTrainingTests {
  let folder: TemporaryFolder
  let model: SampleModel

  init() throws {
    folder = try TemporaryFolder()
    model = try SampleModel()
    let names = try namesInFolder(Pictures.folder).filter { !$0.hasSuffix(".md") }
    let rows = names.map { name in
      "images/\(name)\ta \(name.split(separator: ".")[0].replacing("-", with: " "))\n"
    }
    try folder.write(rows.joined(), to: "captions.tsv")
    try FileManager.default.copyItem(atPath: Pictures.folder, toPath: "\(folder.path)/images")
  }

  private func run(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments, in: folder.path, environment: ["CUTLINE_CACHE": cache])
  }

  private func train(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(
      [
        "train", "captions.tsv", "--encoder-model", model.path, "--min-count", "1", "--embed", "32",
        "--hidden", "32",
      ] + arguments, in: folder.path, environment: ["CUTLINE_CACHE": cache])
  }

  private var cache: String { "\(folder.path)/cache" }

  private func cachedByteCount() throws -> Int {
    let encoders = try namesInFolder("\(cache)/features")
    #expect(encoders.count == 1)
    return try MappedFile("\(cache)/features/\(encoders[0])/rows").count
  }

  @Test(
    "what it sees is computed once, by whoever comes first, and kept", arguments: ["none", "soft"])
  func cacheIsShared(attention: String) throws {
    let features = try run(
      "dataset", "features", "captions.tsv", "--encoder-model", model.path, "--attention",
      attention)
    #expect(features.status == 0, "\(features.errors)")
    #expect(features.errors.contains("features of 7 pictures or clips are in \(cache)/features/"))
    let size = try cachedByteCount()
    let positions = (size / 7 - 32) / (2 * 128)
    #expect(size == 7 * (32 + 2 * 128 * positions) && (positions == 1) == (attention == "none"))
    let trained = try train("--epochs", "1", "--attention", attention, "-o", "with")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.errors.contains("features  of 7 pictures or clips in \(cache)/features/"))
    #expect(try cachedByteCount() == size)

    try removeItem("cache")
    let without = try train(
      "--epochs", "1", "--attention", attention, "--no-cache-features", "-o", "without")
    #expect(without.status == 0)
    #expect(!isFolder(cache))
    let weights = try ["with", "without"].map { run in
      try MappedFile("\(folder.path)/\(run)/last/model.safetensors").withBytes { Array($0) }
    }
    #expect(weights[0] == weights[1], "the cache changes no bit")
  }

  @Test("a dry run says what it would cost, and writes nothing")
  func dryRun() throws {
    let result = try train("--dry-run")
    #expect(result.status == 0, "\(result.errors)")
    let words = result.lines.map { $0.split(separator: " ").map(String.init) }
    #expect(words[0] == ["PART", "PARAMETERS", "LEARNED"])
    #expect(words[1].first == "encoder" && words[1].last == "0")
    #expect(words.contains { $0.first == "lstm" && $0[1] == "8,448" && $0[2] == "8,448" })
    #expect(result.output.contains(" MB at peak, with 7 captions of "))
    #expect(result.output.contains("1 steps an epoch: up to "))
    #expect(
      try namesInFolder(folder.path).sorted() == ["captions.tsv", "images"])
    let learning = try train("--dry-run", "--encoder-lr", "1e-3", "--encoder-from", "stages.3")
    let row = try #require(learning.lines.first { $0.hasPrefix("encoder") })
    let numbers = row.split(separator: " ").dropFirst().compactMap {
      Int($0.replacing(",", with: ""))
    }
    #expect(numbers.count == 2 && numbers[1] > 0 && numbers[1] < numbers[0])
  }

  @Test("a few pictures are learned by heart")
  func overfit() throws {
    let result = try train(
      "--overfit", "3", "--epochs", "120", "--lr", "1e-2", "--warmup", "1", "-o", "run")
    #expect(result.status == 0, "\(result.errors)")
    let caption = try run("caption", "-m", "run/last", "images/dog-on-grass.jpg")
    #expect(caption.output == "a dog on grass\n")
    let last = try #require(
      result.errors.split(separator: "\n").last { $0.contains("eval  120/120") })
    #expect(last.contains("CIDEr"), "the pictures it learns are those it is measured on")
  }

  @Test("an unknown part of the encoder is refused with those it has, before anything is written")
  func unknownPart() throws {
    let result = try train("--encoder-lr", "1e-3", "--encoder-from", "layer9", "-o", "run")
    #expect(result.status == 78)
    #expect(
      result.errors.hasSuffix(
        "--encoder-from: the encoder has no part 'layer9'. It has stages.0, stages.1, stages.2, "
          + "stages.3.\n"), "\(result.errors)")
  }

  private func removeItem(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
  }
}
