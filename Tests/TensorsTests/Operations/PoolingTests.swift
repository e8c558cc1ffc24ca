import Tensors
import TestSupport
import Testing

extension TensorsTests {
  @Suite("Pooling")
  struct PoolingTests {
    @Test(
      "agrees with PyTorch",
      arguments: [
        "maxpool.k3s2p1", "maxpool.k3s2p1-even", "maxpool.k3s2", "maxpool.k2s2", "maxpool.k2s2-odd",
        "avgpool.k3s1p1", "avgpool.k2s2",
      ])
    func parity(name: String) throws {
      let pooling = OperationCase(name, in: try Fixture("operations-pooling"))
      let (window, stride) = (
        try pooling.integers("kernel")[0], try pooling.integers("stride")[0]
      )
      let padding = Padding(try pooling.integers("padding")[0])
      try pooling.prove(["x"]) { t in
        name.hasPrefix("max")
          ? maxPool(t[0], window: window, stride: stride, padding: padding)
          : averagePool(t[0], window: window, stride: stride, padding: padding)
      }
    }

    @Test("the mean of a whole map is a reduction")
    func globalMean() throws {
      let mean = OperationCase("globalmean", in: try Fixture("operations-pooling"))
      try mean.prove(["x"]) { $0[0].mean(over: [1, 2]) }
    }

    @Test("of equal values the first gets the gradient")
    func ties() throws {
      let x = Tensor(repeating: 3, shape: [1, 2, 2, 1])
      let gradient = valueWithGradient(at: [x]) { maxPool($0[0], window: 2, stride: 2).sum() }
        .gradients[0]
      #expect(try #require(gradient).floats == [1, 0, 0, 0])
    }

    @Test("padding never wins, even over negative values")
    func negative() {
      let x = Tensor([-3, -1, -2, -4], shape: [1, 2, 2, 1])
      let y = maxPool(x, window: 3, stride: 2, padding: Padding(1))
      #expect(y.floats == [-1])
    }
  }
}
