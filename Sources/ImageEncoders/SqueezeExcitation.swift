import Layers
import Tensors

/// Scales the channels of a map by weights that all of the map decides (Hu et al., 2018).
struct SqueezeExcitation: Module {
  private var reduce: Convolution
  private var expand: Convolution
  private let activation: Activation
  private let gate: @Sendable (Tensor) -> Tensor
  private let names: (reduce: String, expand: String)

  /// - Parameters:
  ///   - channels: The number of channels of the map.
  ///   - width: The number of features that the weights are computed from.
  ///   - activation: The activation of these features.
  ///   - gate: Maps the scores of the channels to weights from 0 to 1.
  ///   - names: The names of the two layers in weight files.
  init(
    channels: Int, width: Int, activation: Activation,
    gate: @escaping @Sendable (Tensor) -> Tensor,
    names: (reduce: String, expand: String) = ("fc1", "fc2")
  ) {
    reduce = Convolution(from: channels, to: width, kernel: (1, 1), hasBias: true)
    expand = Convolution(from: width, to: channels, kernel: (1, 1), hasBias: true)
    (self.activation, self.gate, self.names) = (activation, gate, names)
  }

  /// Maps `[B, H, W, C]` to the same shape.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let mean = x.mean(over: [1, 2]).reshaped(to: [x.shape[0], 1, 1, x.shape[3]])
    return x * gate(expand(reduce(mean, activation: activation)))
  }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit(names.reduce, &reduce)
    visitor.visit(names.expand, &expand)
  }
}
