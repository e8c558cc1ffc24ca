import Files
import Layers
import Tensors
import TestSupport
import Testing

extension LayersTests {
  @Suite("Weights files")
  struct WeightsFileTests {
    let folder: TemporaryFolder
    var path: String { "\(folder.path)/weights.safetensors" }

    init() throws {
      folder = try TemporaryFolder()
    }

    @Test("written and loaded again, numbers are the same, or rounded to bfloat16")
    func roundTrip() throws {
      let layer = Linear(from: 7, to: 3).withFormulaWeights()
      for type in [ElementType.float32, .bfloat16] {
        try write(layer.parameters.map { ($0.parameter.name, $0.value.converted(to: type)) })
        let file = try WeightsFile(path)
        #expect(file.path == path && Set(file.names) == ["weight", "bias"])
        #expect(file.shape(of: "weight") == [3, 7] && file.shape(of: "none") == nil)
        var loaded = Linear(from: 7, to: 3)
        try file.load(into: &loaded) { _ in false }
        for (found, expected) in zip(loaded.parameters, layer.parameters) {
          #expect(found.value.elementType == .float32)
          let numbers = expected.value.converted(to: type).converted(to: .float32).floats
          #expect(found.value.floats == numbers)
          for (number, exact) in zip(numbers, expected.value.floats) {
            // Eight bits of precision: off by at most half of 2⁻⁷ of the number.
            #expect(abs(number - exact) <= abs(exact) / 256)
          }
        }
      }
    }

    @Test("hold float32, float16 or bfloat16, which all become float32")
    func types() throws {
      // 1, -2, 0.5 and the smallest float16 above 0.
      try write(bytes: [
        ("a", .float32, [4], [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0, 0x3F, 0, 0, 0x80, 0x33]),
        ("b", .float16, [4], [0, 0x3C, 0, 0xC0, 0, 0x38, 1, 0]),
        ("c", .bfloat16, [4], [0x80, 0x3F, 0, 0xC0, 0, 0x3F, 0x80, 0x33]),
      ])
      var rows = Rows(names: ["a", "b", "c"], count: 4)
      try WeightsFile(path).load(into: &rows) { _ in false }
      for row in rows.rows { #expect(row.floats == [1, -2, 0.5, 0x1p-24]) }
    }

    @Test("bfloat16 matrices stay where they lie for a model that will not learn")
    func bfloat16Matrices() throws {
      let layer = Linear(from: 7, to: 3).withFormulaWeights()
      try write(layer.parameters.map { ($0.parameter.name, $0.value.converted(to: .bfloat16)) })
      var (kept, widened) = (Linear(from: 7, to: 3), Linear(from: 7, to: 3))
      try WeightsFile(path).load(
        into: &kept, ignoring: { _ in false }, keepingBfloat16Matrices: true)
      try WeightsFile(path).load(into: &widened) { _ in false }
      #expect(kept.weight.elementType == .bfloat16 && kept.bias.elementType == .float32)
      #expect(kept.weight.floats == widened.weight.floats)
      let x = FormulaWeights.scaled("x", [5, 7])
      expectClose(kept(x), widened(x), within: 1e-6)
    }

    @Test("may hold a module under a prefix, beside what is none of its business")
    func prefix() throws {
      let layer = Linear(from: 2, to: 2).withFormulaWeights()
      let named = layer.parameters.map { ("encoder.\($0.parameter.name)", $0.value) }
      try write(named + [("counter", Tensor(zeros: [1]))])
      var loaded = Linear(from: 2, to: 2)
      try WeightsFile(path).load(into: &loaded, prefix: "encoder.") { $0 == "counter" }
      #expect(loaded.weight.floats == layer.weight.floats)
    }

    @Test("loaded numbers may be learned from, and the file stays as it was")
    func learning() throws {
      let layer = Linear(from: 2, to: 2).withFormulaWeights()
      try write(layer.parameters.map { ($0.parameter.name, $0.value) })
      let file = try WeightsFile(path)
      var loaded = Linear(from: 2, to: 2)
      try file.load(into: &loaded) { _ in false }
      let (_, gradient) = valueWithGradient(at: loaded) { ($0.weight * $0.weight).sum() }
      var adam = Optimizer(.adam(decoupledDecay: false))
      adam.update(&loaded, along: gradient) { _, _ in 0.1 }
      #expect(loaded.weight.floats != layer.weight.floats)
      var again = Linear(from: 2, to: 2)
      try file.load(into: &again) { _ in false }
      #expect(again.weight.floats == layer.weight.floats)
    }

    @Test("an existing file is replaced only when asked to")
    func overwriting() throws {
      try write([("a", Tensor(zeros: [1]))])
      let error = try #require(throws: FileError.self) {
        try WeightsFile.write([("a", Tensor(zeros: [1]))], to: path)
      }
      #expect(error == FileError(path, .exists))
    }

    // MARK: What does not fit

    @Test("a tensor that is missing is named")
    func missing() throws {
      let error = try problem([("weight", Tensor(zeros: [2, 2]))])
      #expect(error == WeightsError(path: path, problem: .missing("bias")))
      #expect(
        error.description
          == "\(path): has no tensor named 'bias'. Are the weights of another model? Compare its "
          + "config.json, or the --encoder option.")
    }

    @Test("an extra tensor is named, unless it may be ignored")
    func unexpected() throws {
      let error = try problem(good + [("head", Tensor(zeros: [1])), ("tail", Tensor(zeros: [1]))])
      #expect(error == WeightsError(path: path, problem: .unexpected("head"), others: 1))
      #expect(
        error.description
          == "\(path): has a tensor 'head' that the model does not know (and 1 more). Are the weights "
          + "of another model? Compare its config.json, or the --encoder option.")
    }

    @Test("another shape is named beside the right one")
    func wrongShape() throws {
      let error = try problem([("weight", Tensor(zeros: [4])), ("bias", Tensor(zeros: [2]))])
      #expect(
        error
          == WeightsError(path: path, problem: .wrongShape("weight", expected: [2, 2], found: [4])))
      #expect(
        error.description
          == "\(path): 'weight' has shape [4], but the model needs [2, 2]. Are the weights of another "
          + "model? Compare its config.json, or the --encoder option.")
    }

    @Test("whole numbers are refused with what to convert them to")
    func wrongType() throws {
      try write(bytes: [
        ("weight", .float32, [2, 2], Array(repeating: 0, count: 16)),
        ("bias", .int32, [2], Array(repeating: 0, count: 8)),
      ])
      let error = try loadingProblem()
      #expect(error == WeightsError(path: path, problem: .wrongType("bias", found: "I32")))
      #expect(
        error.description == "\(path): 'bias' holds I32 numbers. Convert it to F32, F16 or BF16.")
    }

    @Test(
      "an infinity or NaN is refused, unless it is looked for", arguments: [Float.infinity, .nan])
    func nonFinite(value: Float) throws {
      let tensors: [Named] = [("weight", Tensor([0, 0, 0, value], shape: [2, 2])), good[1]]
      let error = try problem(tensors)
      #expect(error == WeightsError(path: path, problem: .nonFinite("weight")))
      #expect(
        error.description
          == "\(path): 'weight' holds an infinity or NaN. The training that wrote it diverged, or the "
          + "file is damaged; get another.")
      var layer = Linear(from: 2, to: 2)
      try WeightsFile(path).load(into: &layer, ignoring: { _ in false }, allowsNonFinite: true)
      #expect(!layer.weight.isFinite)
    }

    @Test("a module that does not fit keeps its numbers")
    func unchanged() throws {
      try write([("weight", Tensor(zeros: [2, 2]))])
      var layer = Linear(from: 2, to: 2).withFormulaWeights()
      let before = layer.weight.floats
      #expect(throws: WeightsError.self) {
        try WeightsFile(path).load(into: &layer) { _ in false }
      }
      #expect(layer.weight.floats == before)
    }

    private typealias Named = (name: String, value: Tensor)
    private var good: [Named] {
      [("weight", Tensor(zeros: [2, 2])), ("bias", Tensor(zeros: [2]))]
    }

    private func write(_ tensors: [Named]) throws {
      try WeightsFile.write(tensors, to: path, overwriting: true)
    }

    /// Writes a file of any element types.
    private func write(
      bytes: [(name: String, type: StoredElement, shape: [Int], bytes: [UInt8])]
    ) throws {
      var writer = try SafetensorsWriter(
        path,
        tensors: bytes.map {
          SafetensorsWriter.Tensor(name: $0.name, type: $0.type, shape: $0.shape)
        })
      for tensor in writer.tensors {
        let numbers = bytes.first { $0.name == tensor.name }?.bytes ?? []
        try numbers.withUnsafeBytes { try writer.write($0) }
      }
      try writer.commit()
    }

    private func problem(_ tensors: [Named]) throws -> WeightsError {
      try write(tensors)
      return try loadingProblem()
    }

    private func loadingProblem() throws -> WeightsError {
      let file = try WeightsFile(path)
      return try #require(throws: WeightsError.self) {
        var layer = Linear(from: 2, to: 2)
        try file.load(into: &layer) { _ in false }
      }
    }
  }
}

/// Some vectors under names of choice.
private struct Rows: Module {
  let names: [String]
  var rows: [Tensor]

  init(names: [String], count: Int) {
    self.names = names
    rows = names.map { _ in Tensor(zeros: [count]) }
  }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    for index in rows.indices { visitor.visit(names[index], &rows[index]) }
  }
}
