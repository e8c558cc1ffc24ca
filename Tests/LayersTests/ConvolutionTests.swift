import Tensors
import TestSupport
import Testing

@testable import Layers

extension LayersTests {
  @Suite("Convolution and norms")
  struct ConvolutionTests {
    @Test(
      "gradients are those of central differences",
      arguments: [PaddingRule.same, .symmetric(0), .symmetric(height: 1, width: 2)])
    func convolution(padding: PaddingRule) {
      let inputs = [FormulaWeights.scaled("x", [2, 5, 6, 4])]
      for (stride, groups, hasBias) in [(1, 1, true), (2, 1, false), (2, 2, true), (2, 4, true)] {
        let layer = Convolution(
          from: 4, to: 4, kernel: (3, 2), stride: stride, padding: padding, groups: groups,
          hasBias: hasBias
        ).withFormulaWeights()
        expectGradientsMatch(of: layer, at: inputs) { layer, x in
          layer(x[0], activation: .relu6)
        }
      }
    }

    @Test("what is added joins before the activation")
    func addend() {
      let layer = Convolution(from: 2, to: 3, kernel: (3, 3), hasBias: true).withFormulaWeights()
      let inputs = [
        FormulaWeights.scaled("x", [1, 4, 4, 2]), FormulaWeights.scaled("a", [1, 4, 4, 3]),
      ]
      expectClose(
        layer(inputs[0], adding: inputs[1], activation: .relu), relu(layer(inputs[0]) + inputs[1]),
        within: 1e-6)
      expectGradientsMatch(of: layer, at: inputs) { layer, x in
        layer(x[0], adding: x[1], activation: .relu)
      }
    }

    /// By TensorFlow's documentation: the output has ⌈size / stride⌉ positions, the padding is what
    /// they need, and the odd zero goes to the end.
    @Test(
      "padding `.same` is TensorFlow's",
      arguments: [
        (size: 224, kernel: 3, stride: 2, before: 0, after: 1),
        (size: 225, kernel: 3, stride: 2, before: 1, after: 1),
        (size: 7, kernel: 3, stride: 1, before: 1, after: 1),
        (size: 7, kernel: 4, stride: 1, before: 1, after: 2),
        (size: 300, kernel: 7, stride: 2, before: 2, after: 3),
        (size: 10, kernel: 5, stride: 3, before: 2, after: 2),
        (size: 11, kernel: 5, stride: 3, before: 1, after: 2),
        (size: 5, kernel: 2, stride: 2, before: 0, after: 1),
        (size: 4, kernel: 1, stride: 2, before: 0, after: 0),
        (size: 9, kernel: 1, stride: 1, before: 0, after: 0),
        (size: 1, kernel: 3, stride: 2, before: 1, after: 1),
      ])
    func same(size: Int, kernel: Int, stride: Int, before: Int, after: Int) {
      let vertical = PaddingRule.same.padding(
        height: size, width: 6, kernel: (kernel, 1), stride: stride)
      #expect(vertical.top == before && vertical.bottom == after)
      #expect(vertical.left == 0 && vertical.right == 0)
      let horizontal = PaddingRule.same.padding(
        height: 6, width: size, kernel: (1, kernel), stride: stride)
      #expect(horizontal.left == before && horizontal.right == after)
      let layer = Convolution(
        from: 1, to: 1, kernel: (kernel, 1), stride: stride, padding: .same)
      #expect(layer(Tensor(zeros: [1, size, 6, 1])).shape[1] == (size + stride - 1) / stride)
    }

    @Test("by default a map keeps its size at stride 1")
    func defaultPadding() {
      for kernel in [(1, 1), (3, 3), (1, 7), (5, 3)] {
        let layer = Convolution(from: 1, to: 2, kernel: kernel)
        #expect(layer(Tensor(zeros: [1, 9, 8, 1])).shape == [1, 9, 8, 2])
      }
    }

    @Test("a norm folds into its convolution: same result, one kernel and one bias")
    func folding() {
      let block = NormalizedBlock().withFormulaWeights()
      let x = FormulaWeights.scaled("x", [2, 5, 5, 4], 2)
      let addend = FormulaWeights.scaled("addend", [2, 3, 3, 6])
      // The four steps written out.
      let norm = block.layer.norm
      let raw = block.layer.convolution(x)
      let expected = norm.map { norm in
        relu6(
          (raw - norm.mean) / sqrt(norm.variance + norm.epsilon) * norm.weight + norm.bias + addend)
      }
      let folded = block.foldingNorms()
      #expect(block.layer.norm != nil && folded.layer.norm == nil)
      expectClose(block.layer(x, adding: addend), expected ?? x, within: 2e-6)
      expectClose(folded.layer(x, adding: addend), expected ?? x, within: 2e-6)
      #expect(folded.parameters.map(\.parameter.name) == ["conv.weight", "conv.bias"])
      #expect(
        block.parameters.map(\.parameter.name) == [
          "conv.weight", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var",
        ])
      #expect(
        block.parameters.map(\.parameter.role) == [
          .learned, .learned, .learned, .statistic, .statistic,
        ])
      #expect(block.parameterCount == 6 * 4 * 9 + 12)
    }

    @Test("gradients pass through a folded norm")
    func normGradients() {
      let inputs = [
        FormulaWeights.scaled("x", [1, 5, 4, 4]), FormulaWeights.scaled("a", [1, 3, 2, 6]),
      ]
      expectGradientsMatch(of: NormalizedBlock().withFormulaWeights(), at: inputs) { block, x in
        block.layer(x[0], adding: x[1])
      }
    }

    @Test("a group norm has zero mean and unit variance before its weights")
    func groupNorm() {
      let layer = GroupNorm(channels: 6, groups: 3).withFormulaWeights()
      expectGradientsMatch(of: layer, at: [FormulaWeights.scaled("x", [2, 2, 3, 6])]) { layer, x in
        layer(x[0])
      }
      var plain = GroupNorm(channels: 4, groups: 2)
      var random = SeededGenerator(seed: 0)
      plain.initialize(using: &random)
      let y = plain(FormulaWeights.scaled("x", [1, 8, 8, 4], 3, offset: 5))
      for group in 0..<2 {
        let numbers = y.slice(2 * group..<2 * group + 2, along: 3).floats
        let mean = numbers.reduce(0, +) / 128
        let square = numbers.reduce(0) { $0 + $1 * $1 } / 128
        #expect(abs(mean) < 1e-5 && abs(square - 1) < 1e-4)
      }
      #expect(layer.parameters.map(\.parameter.name) == ["weight", "bias"])
    }

    @Test("weights are drawn to keep variance through a ReLU, norms begin as the identity")
    func initialization() {
      var random = SeededGenerator(seed: 3)
      var block = NormalizedBlock()
      block.initialize(using: &random)
      // Four channels of a 3×3 kernel: √(6 / 36).
      #expect(block.layer.convolution.weight.isSpread(within: Float(6.0 / 36).squareRoot()))
      #expect(block.layer.norm?.weight.floats == Array(repeating: 1, count: 6))
      #expect(block.layer.norm?.variance.floats == Array(repeating: 1, count: 6))
      #expect(block.layer.norm?.mean.floats == Array(repeating: 0, count: 6))
      var depthwise = Convolution(from: 40, to: 40, kernel: (3, 3), groups: 40)
      depthwise.initialize(using: &random)
      #expect(depthwise.weight.shape == [40, 1, 3, 3])
      #expect(depthwise.weight.isSpread(within: Float(6.0 / 9).squareRoot()))
    }
  }
}

/// A convolution of stride 2 and its norm, under names as torchvision's.
private struct NormalizedBlock: Module {
  var layer = NormalizedConvolution(
    Convolution(from: 4, to: 6, kernel: (3, 3), stride: 2), activation: .relu6, epsilon: 1e-3)

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("conv", "bn", &layer)
  }
}
