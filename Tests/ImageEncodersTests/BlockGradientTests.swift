import Layers
import Tensors
import TestSupport
import Testing

@testable import ImageEncoders

extension ImageEncodersTests {
  @Suite("Gradients of blocks")
  struct BlockGradientTests {
    @Test(
      "agree with central differences in a mobile block",
      arguments: [Activation.silu, .hardSwish, .relu6], [true, false])
    func mobile(activation: Activation, hasExcitation: Bool) {
      let gate = activation == .silu ? sigmoid : hardSigmoid
      let block = MobileBlock(
        from: 3, width: 6, to: 3, kernel: 3, stride: 1, activation: activation, epsilon: 1e-3,
        excitation: hasExcitation
          ? SqueezeExcitation(channels: 6, width: 2, activation: .relu, gate: gate) : nil)
      check(block, at: FormulaWeights.scaled("map", [2, 4, 3, 3]))
    }

    @Test("agree with central differences in a block of ConvNeXt, and where it halves")
    func convNeXt() {
      let map = FormulaWeights.scaled("map", [2, 4, 4, 3])
      check(ConvNeXt.Block(channels: 3), at: map)
      check(ConvNeXt.Halving(from: 3), at: map)
    }

    private func check<Block: MapBlock>(_ blank: Block, at map: Tensor) {
      let block = blank.withFormulaWeights()
      expectGradientsMatch(at: [map] + block.parameters.map(\.value)) { tensors in
        var moved = block
        var values = tensors.dropFirst()
        moved.updateParameters { _, value in
          if let next = values.popFirst() { value = next }
        }
        return moved(tensors[0])
      }
    }
  }
}

/// A module from map to map.
private protocol MapBlock: Module {
  func callAsFunction(_ x: consuming Tensor) -> Tensor
}

extension MobileBlock: MapBlock {}
extension ConvNeXt.Block: MapBlock {}
extension ConvNeXt.Halving: MapBlock {}
