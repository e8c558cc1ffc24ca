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

    @Test("a weight that has been updated in place is packed anew")
    func repacking() {
      let x = FormulaWeights.scaled("x", [3, 70])
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
  }
}
