import Layers
import Tensors
import TestSupport
import Testing

extension LayersTests {
  @Suite("Linear and embedding")
  struct LinearTests {
    @Test("a linear layer maps the last axis of any shape")
    func linear() {
      let layer = Linear(from: 3, to: 2).with([
        Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]), Tensor([10, 20], shape: [2]),
      ])
      let y = layer(Tensor([1, 0, 0, 0, 1, 1], shape: [2, 1, 3]))
      #expect(y.shape == [2, 1, 2] && y.floats == [11, 24, 15, 31])
      expectGradientsMatch(
        of: layer.withFormulaWeights(), at: [FormulaWeights.scaled("x", [2, 4, 3])]
      ) { layer, x in layer(x[0]) }
    }

    @Test("an embedding gives the rows of its words, and gathers their gradients")
    func embedding() {
      let layer = Embedding(count: 5, size: 3).withFormulaWeights()
      let rows = layer([4, 0, 4])
      #expect(rows.floats == [4, 0, 4].flatMap { layer.weight.slice($0..<$0 + 1).floats })
      expectGradientsMatch(of: layer, at: []) { layer, _ in layer([4, 0, 4]) }
    }

    @Test("a table stored in bfloat16 gives float32 rows of the same numbers")
    func bfloat16Table() {
      var layer = Embedding(count: 5, size: 3).withFormulaWeights()
      layer.weight = layer.weight.converted(to: .bfloat16)
      let rows = layer([4, 0])
      #expect(rows.elementType == .float32)
      let whole = layer.weight.floats
      #expect(rows.floats == Array(whole[12..<15] + whole[0..<3]))
    }

    @Test("parameters are named and drawn as in PyTorch")
    func parameters() {
      var random = SeededGenerator(seed: 2)
      var linear = Linear(from: 25, to: 40)
      linear.initialize(using: &random)
      #expect(linear.parameters.map(\.parameter.name) == ["weight", "bias"])
      #expect(linear.weight.isSpread(within: 0.2))
      #expect(linear.bias.floats.allSatisfy { $0 == 0 })
      var table = Embedding(count: 50, size: 20)
      table.initialize(using: &random)
      #expect(table.parameters.map(\.parameter.name) == ["weight"])
      #expect(table.weight.isSpread(within: 0.08))
    }
  }
}
