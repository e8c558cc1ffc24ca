import Files
import Foundation
import TestSupport
import Testing

@Suite("cutline features")
struct FeaturesCommandTests {
  let model: SampleModel
  let folder: TemporaryFolder

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
  }

  func cutline(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(["features"] + arguments + ["-m", model.path], in: folder.path)
  }

  func open(_ name: String) throws -> SafetensorsFile {
    try SafetensorsFile("\(folder.path)/\(name)")
  }

  func floats(_ file: SafetensorsFile, _ name: String) throws -> [Float] {
    let entry = try #require(file[name])
    return file.withBytes(of: entry) { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
  }

  @Test("A row per picture, in order, with the names in the notes")
  func pooled() throws {
    let result = try cutline(Pictures.jpeg, Pictures.png, Pictures.webp, "-o", "f.safetensors")
    #expect(result.status == 0)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("cutline: wrote f.safetensors: 'pooled' [3, 128]. Load it: "))
    let file = try open("f.safetensors")
    #expect(file["pooled"]?.shape == [3, 128])
    let names = try JSONValue(reading: Array((file.metadata["files"] ?? "").utf8))
    #expect(names.elements?.compactMap(\.string) == [Pictures.jpeg, Pictures.png, Pictures.webp])
    #expect(file.metadata["encoder"] == "small_cnn")
    let sums = try model.text(of: "SHA256SUMS")
    #expect(sums.contains("\(file.metadata["config_sha256"] ?? "-")  config.json"))

    _ = try cutline(Pictures.png, "-o", "one.safetensors")
    let (all, one) = (try floats(file, "pooled"), try floats(try open("one.safetensors"), "pooled"))
    #expect(zip(all[128..<256], one).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(all[0..<128] != all[128..<256])
  }

  @Test("--map keeps the places, and their mean is the pooled vector")
  func map() throws {
    _ = try cutline(Pictures.jpeg, "--map", "-o", "map.safetensors")
    _ = try cutline(Pictures.jpeg, "--pooled", "-o", "pooled.safetensors")
    let map = try open("map.safetensors")
    #expect(map["map"]?.shape == [1, 4, 4, 128])
    let places = try floats(map, "map")
    let pooled = try floats(try open("pooled.safetensors"), "pooled")
    for channel in 0..<128 {
      let mean = (0..<16).reduce(0) { $0 + places[$1 * 128 + channel] } / 16
      #expect(abs(mean - pooled[channel]) < 1e-4)
    }
  }

  @Test("A bad picture has no row, and the others have theirs, over several batches")
  func badPicture() throws {
    let files = (0..<20).map { $0 == 3 || $0 == 18 ? "missing\($0).jpg" : Pictures.webp }
    let result = try Program.run(
      ["features"] + files + ["-m", model.path, "-o", "f.safetensors"], in: folder.path)
    #expect(result.status == 2)
    #expect(result.errors.contains("cutline: missing3.jpg: no such file"))
    let file = try open("f.safetensors")
    #expect(file["pooled"]?.shape == [18, 128])
    let names = try JSONValue(reading: Array((file.metadata["files"] ?? "").utf8))
    #expect(names.elements?.count == 18)
    let rows = try floats(file, "pooled")
    #expect(zip(rows[0..<128], rows[17 * 128..<18 * 128]).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("Nothing is written where nothing can be read, and nothing overwritten")
  func nothing() throws {
    #expect(try cutline("missing.jpg", "-o", "f.safetensors").status == 66)
    #expect(try namesInFolder(folder.path) == [])
    try folder.write("mine", to: "f.safetensors")
    #expect(try cutline(Pictures.jpeg, "-o", "f.safetensors").status == 73)
    #expect(try cutline(Pictures.jpeg, "-o", "f.safetensors", "--force").status == 0)
    #expect(try namesInFolder(folder.path) == ["f.safetensors"])
  }
}
