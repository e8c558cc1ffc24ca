import Files
import TestSupport
import Testing

@Suite("Safetensors writer")
struct SafetensorsWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("writes the bytes the reference library writes")
  func sameBytes() throws {
    let path = "\(folder.path)/small.safetensors"
    let tensors: [SafetensorsWriter.Tensor] = [
      .init(name: "bias", type: .float32, shape: [3]),
      .init(name: "half", type: .float16, shape: [3]),
      .init(name: "weight", type: .float32, shape: [2, 2]),
    ]
    let halves: [Float16] = [0.5, 1, 2]
    let floats: [String: [Float]] = ["bias": [1, 2, 3], "weight": [0, 1, 2, 3]]

    var writer = try SafetensorsWriter(path, tensors: tensors, metadata: ["format": "pt"])
    #expect(writer.tensors.map(\.name) == ["bias", "weight", "half"])
    for tensor in writer.tensors {
      if let values = floats[tensor.name] { try write(values, to: &writer) }
      if tensor.name == "half" { try write(halves, to: &writer) }
    }
    try writer.commit()
    #expect(
      try SHA256.digest(ofFile: path)
        == SHA256.digest(ofFile: SafetensorsFileTests.fixture("small")))
  }

  @Test("is read back with odd names, scalars, empty tensors and notes")
  func roundTrip() throws {
    let path = "\(folder.path)/odd.safetensors"
    let tensors: [SafetensorsWriter.Tensor] = [
      .init(name: "a \"b\"\n\u{1}\u{1f600}", type: .uint8, shape: [3]),
      .init(name: "scalar", type: .float64, shape: []),
      .init(name: "none", type: .bfloat16, shape: [4, 0]),
    ]
    var writer = try SafetensorsWriter(path, tensors: tensors, metadata: ["note": "\"\\"])
    try write([1.25], to: &writer)
    try write([7, 8] as [UInt8], to: &writer)
    try write([9] as [UInt8], to: &writer)
    try writer.commit()

    let file = try SafetensorsFile(path)
    #expect(file.metadata == ["note": "\"\\"])
    #expect(file.entries.map(\.name) == ["scalar", "none", tensors[0].name])
    let bytes = try #require(file[tensors[0].name])
    #expect(file.withBytes(of: bytes) { Array($0) } == [7, 8, 9])
    #expect(try #require(file["scalar"]).range.lowerBound % 8 == 0)
  }

  @Test("writes a file of no tensors")
  func empty() throws {
    let path = "\(folder.path)/none.safetensors"
    try SafetensorsWriter(path, tensors: []).commit()
    #expect(try SafetensorsFile(path).entries.isEmpty)
  }

  @Test("leaves nothing behind without a commit, and replaces only when asked to")
  func atomicity() throws {
    let path = try folder.write("old", to: "model.safetensors")
    #expect(throws: FileError(path, .exists)) { _ = try SafetensorsWriter(path, tensors: []) }
    do {
      let tensor = SafetensorsWriter.Tensor(name: "x", type: .float32, shape: [1])
      _ = try SafetensorsWriter(path, tensors: [tensor], overwriting: true)
    }
    #expect(try namesInFolder(folder.path) == ["model.safetensors"])
    #expect(try MappedFile(path).count == 3)
  }

  private func write<Value>(
    _ values: [Value], to writer: inout SafetensorsWriter
  ) throws(FileError) {
    try values.withUnsafeBufferPointer { buffer throws(FileError) in
      try writer.write(UnsafeRawBufferPointer(buffer))
    }
  }
}
