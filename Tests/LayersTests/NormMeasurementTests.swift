import Layers
import Tensors
import TestSupport
import Testing

extension LayersTests {
  @Suite("Statistics of new norms")
  struct NormMeasurementTests {
    /// Two convolutions, so that the statistics of the second depend on those of the first.
    private struct Network: Module {
      var first = NormalizedConvolution(
        Convolution(from: 3, to: 4, kernel: (3, 3)), activation: .relu)
      var second = NormalizedConvolution(
        Convolution(from: 4, to: 4, kernel: (1, 1)), activation: .linear)

      func callAsFunction(_ x: Tensor) -> Tensor {
        let y = first(x)
        return second(y, adding: y)
      }

      mutating func visitParameters(_ visitor: inout ParameterVisitor) {
        visitor.visit("conv1", "bn1", &first)
        visitor.visit("conv2", "bn2", &second)
      }
    }

    @Test("are those of what passes through, and the network says the same with them")
    func measured() {
      var network = Network().withFormulaWeights()
      let x = FormulaWeights.scaled("x", [4, 5, 5, 3], 3, offset: 1)
      let before = network(x)
      var during = before
      network.measureNorms { during = $0(x) }
      let after = network(x)
      expectClose(after, during, within: 1e-4, "after")
      #expect(zip(after.floats, before.floats).contains { abs($0 - $1) > 0.1 })
      // What the second norm makes of it has its bias and weight as mean and deviation.
      let y = network.first(x)
      let normalized = after - y
      let mean = normalized.mean(over: [0, 1, 2])
      let centered = normalized - mean
      let deviation = sqrt((centered * centered).mean(over: [0, 1, 2]))
      let norm = network.parameters.filter { $0.parameter.name.hasPrefix("bn2.") }
      expectClose(mean, norm[1].value, within: 1e-4, "mean")
      expectClose(deviation, norm[0].value, within: 1e-4, "deviation")
      expectClose(network.foldingNorms()(x), after, within: 1e-4, "folded")
    }
  }
}
