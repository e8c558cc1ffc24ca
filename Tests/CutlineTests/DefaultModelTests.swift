import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// The model that the repository ships, used as a newcomer uses it.
@Suite("The default model")
struct DefaultModelTests {
  static let path = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("models/default").path
  static let sourcePath = "encoders/mobilenet_v2_onnxzoo_features.safetensors"

  @Test("is whole, small, and stored in bfloat16")
  func files() throws {
    try Self.check(
      Self.path,
      saying: ["## Started from", "## Training data", "## Scores", "## Limitations", "COCO"])
  }

  /// Checks the folder of a model that the repository ships, and what its card has to say.
  static func check(
    _ path: String, saying parts: [String], largest: Int = 25_000_000
  ) throws {
    let verified = try Program.run(["model", "verify", path], in: "/")
    #expect(verified.status == 0, "\(verified.errors)")
    let byteCount = try namesInFolder(path).reduce(0) { sum, name in
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      return sum + (attributes[.size] as? Int ?? 0)
    }
    #expect(byteCount <= largest)
    let weights = try SafetensorsFile("\(path)/model.safetensors")
    #expect(weights.entries.allSatisfy { $0.type == .bfloat16 })
    let card = try String(contentsOfFile: "\(path)/README.md", encoding: .utf8)
    for part in parts {
      #expect(card.contains(part), "the model card says nothing under '\(part)'")
    }
  }

  @Test("tells the samples apart, in whole sentences")
  func samples() throws {
    let names = try namesInFolder(Pictures.folder).filter { !$0.hasSuffix(".md") }
    let result = try Program.run(["-m", Self.path] + names, in: Pictures.folder)
    #expect(result.status == 0, "\(result.errors)")
    let captions = result.lines.compactMap { $0.split(separator: "\t").last.map(String.init) }
    #expect(captions.count == names.count)
    #expect(Set(captions).count >= 3, "\(captions)")
    for caption in captions {
      #expect(caption.split(separator: " ").count >= 4 && !caption.contains("<"), "\(caption)")
    }
  }

  @Test(
    "differs in every convolution from the weights it started from",
    .enabled(if: TestData.has(sourcePath)))
  func everyLayerWasTrained() throws {
    let source = try SafetensorsFile(try #require(TestData.path(Self.sourcePath)))
    let trained = try SafetensorsFile("\(Self.path)/model.safetensors")
    var count = 0
    for name in source.entries.filter({ $0.shape.count == 4 }).map(\.name) {
      let before = try floats(of: name, in: source)
      let after = try floats(of: "encoder.\(name)", in: trained)
      let moved = zip(before, after).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      let size = before.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(moved > 0.01 * size, "\(name) differs by \(moved / size)")
      count += 1
    }
    #expect(count == 52)
  }

  private func floats(of name: String, in file: SafetensorsFile) throws -> [Float] {
    let entry = try #require(file[name])
    return file.withBytes(of: entry) { bytes in
      let type: StoredType = entry.type == .bfloat16 ? .bfloat16 : .float32
      return Tensor(bytes, storedAs: type, shape: entry.shape, keeping: file.file).floats
    }
  }
}
