import Tensors
import TestSupport
import Testing

extension TensorsTests {
  @Suite("Group norm")
  struct GroupNormTests {
    @Test("agrees with PyTorch", arguments: ["groupnorm.1", "groupnorm.2", "groupnorm.all"])
    func parity(name: String) throws {
      let norm = OperationCase(name, in: try Fixture("operations-normalisation"))
      let groups = try norm.integers("groups")[0]
      try norm.prove(["x", "weight", "bias"]) { t in
        groupNorm(t[0], weight: t[1], bias: t[2], groups: groups)
      }
    }

    @Test("layer norm agrees with PyTorch")
    func layer() throws {
      let norm = OperationCase("layernorm", in: try Fixture("operations-normalisation"))
      try norm.prove(["x", "weight", "bias"]) { t in
        layerNorm(t[0], weight: t[1], bias: t[2])
      }
    }

    @Test("a constant picture becomes the bias")
    func constant() {
      let bias = Tensor([1, 2, 3, 4], shape: [4])
      let y = groupNorm(
        Tensor(repeating: 7, shape: [1, 3, 3, 4]), weight: Tensor(repeating: 5, shape: [4]),
        bias: bias, groups: 2)
      #expect(y.floats == Array(repeating: [1, 2, 3, 4], count: 9).flatMap { $0 })
    }
  }
}
