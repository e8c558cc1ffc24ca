import Tensors
import TestSupport
import Testing

extension TensorsTests {
  @Suite("Products")
  struct ProductsTests {
    @Test(
      "agrees with PyTorch, either side transposed",
      arguments: ["3x4x5", "1x7x2", "17x33x19"], ["nn", "nt", "tn", "tt"])
    func parity(sizes: String, sides: String) throws {
      let matrix = OperationCase(
        "matmul.\(sizes).\(sides)", in: try Fixture("operations-products"))
      let transposed = try matrix.integers("transpose").map { $0 == 1 }
      try matrix.prove(["a", "b"]) {
        matmul($0[0], $0[1], transposeLeft: transposed[0], transposeRight: transposed[1])
      }
    }

    @Test("a linear map agrees with PyTorch")
    func linearParity() throws {
      let layer = OperationCase("linear", in: try Fixture("operations-products"))
      try layer.prove(["x", "weight", "bias"]) { linear($0[0], $0[1], bias: $0[2]) }
    }

    @Test("a linear map works on the last of many axes, with and without bias")
    func manyAxes() {
      let x = FormulaWeights.scaled("x", [2, 3, 4])
      let weight = FormulaWeights.scaled("weight", [5, 4])
      let y = linear(x, weight, bias: nil)
      #expect(y.shape == [2, 3, 5])
      expectClose(
        y.reshaped(to: [6, 5]), matmul(x.reshaped(to: [6, 4]), weight, transposeRight: true),
        within: 1e-6)
      expectGradientsMatch(at: [x, weight]) { linear($0[0], $0[1], bias: nil) }
    }

    @Test("a few rows, which have a kernel of their own, are those of many", arguments: 1...4)
    func fewRows(count: Int) {
      let x = FormulaWeights.scaled("x", [9, 70])
      let weight = FormulaWeights.scaled("weight", [1001, 70])
      let bias = FormulaWeights.scaled("bias", [1001])
      for b in [bias, nil] {
        let few = linear(x.slice(2..<2 + count), weight, bias: b)
        expectClose(few, linear(x, weight, bias: b).slice(2..<2 + count), within: 1e-5)
      }
    }

    @Test("a weight stored in bfloat16 is as good as its numbers in float32", arguments: [1, 3, 6])
    func bfloat16Weight(rows: Int) {
      let x = FormulaWeights.scaled("x", [rows, 70])
      let weight = FormulaWeights.scaled("weight", [130, 70]).converted(to: .bfloat16)
      let bias = FormulaWeights.scaled("bias", [130])
      let whole = weight.converted(to: .float32)
      let y = linear(x, weight, bias: bias)
      #expect(y.elementType == .float32)
      // Twice: the second time from the packed copy.
      for y in [y, linear(x, weight, bias: bias)] {
        expectClose(y, linear(x, whole, bias: bias), within: 1e-6)
      }
      let (_, gradient) = valueWithGradient(at: [x]) { linear($0[0], weight, bias: bias).sum() }
      let (_, expected) = valueWithGradient(at: [x]) { linear($0[0], whole, bias: bias).sum() }
      #expect(gradient[0]?.floats == expected[0]?.floats)
    }

    @Test("a weight that has been updated in place is packed anew")
    func repacking() {
      let x = FormulaWeights.scaled("x", [6, 70])
      var weight = FormulaWeights.scaled("weight", [130, 70])
      let before = linear(x, weight, bias: nil)
      let other = FormulaWeights.scaled("other", [130, 70])
      weight.update { other.device.backend.convert(other.region, into: $0) }
      let after = linear(x, weight, bias: nil)
      expectClose(after, matmul(x, other, transposeRight: true), within: 1e-5)
      #expect(!after.isClose(to: before, within: 1e-2))
    }

    @Test("inner sizes that differ stop the program with both shapes in the message")
    func misfit() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = matmul(Tensor(zeros: [2, 3]), Tensor(zeros: [4, 5]))
      }
      let message = String(decoding: result.standardErrorContent, as: UTF8.self)
      #expect(message.contains("matmul: inner sizes differ, [2, 3] and [4, 5]"))
    }

    @Test(
      "weights used again and again get the gradients of all uses, whatever their precision",
      .multipliesBfloat16)
    func weightsUsedAgain() {
      let inputs = [
        FormulaWeights.scaled("x", [3, 4]), FormulaWeights.scaled("weight", [4, 4]),
        FormulaWeights.scaled("bias", [4]),
      ]
      expectGradientsMatch(at: inputs) { t in
        (0..<5).reduce(t[0]) { x, step in
          // One of the uses is no product with rows of its own.
          step == 2 ? x + t[1].sum(over: [0]) : tanh(linear(x, t[1], bias: t[2]))
        }
      }
      let exact = valueWithGradient(at: inputs) { t in
        (linear(t[0], t[1], bias: t[2]) + linear(t[0] * 2, t[1], bias: nil)).sum()
      }
      let mixed = valueWithGradient(at: inputs) { t in
        let rounded = linear((t[0] * 2).converted(to: .bfloat16), t[1], bias: nil)
        return (linear(t[0], t[1], bias: t[2]) + rounded).sum()
      }
      for (a, b) in zip(exact.gradients, mixed.gradients) {
        guard let a, let b else {
          Issue.record("a gradient is missing")
          continue
        }
        expectClose(a, b, within: 0.02)
      }
    }
  }
}
