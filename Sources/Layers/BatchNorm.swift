import Tensors

/// Batch normalisation with fixed statistics (Ioffe & Szegedy, 2015): an affine map per channel.
///
///     y = (x - mean) / √(variance + ε) · weight + bias
///
/// Captioners start from a trained classifier whose statistics stay as they are, so this layer never
/// runs by itself: it folds into the convolution before it.
package struct BatchNorm: Module {
  /// `[C]`, as are the others.
  package var weight: Tensor
  package var bias: Tensor
  package var mean: Tensor
  package var variance: Tensor
  package let epsilon: Float

  package init(channels: Int, epsilon: Float = 1e-5) {
    weight = Tensor(zeros: [channels])
    (bias, mean, variance, self.epsilon) = (weight, weight, weight, epsilon)
  }

  /// Returns the kernel and bias of a convolution that equals one of `kernel` and `offset`, its bias, followed by
  /// this norm.
  ///
  /// Plain tensor arithmetic, so gradients reach the kernel, its bias, `weight` and `bias`.
  package func folded(
    into kernel: Tensor, _ offset: Tensor? = nil
  ) -> (kernel: Tensor, bias: Tensor) {
    let scale = weight / sqrt(variance + epsilon)
    let mean = if let offset { mean - offset } else { mean }
    return (kernel * scale.reshaped(to: [-1, 1, 1, 1]), bias - mean * scale)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("weight", &weight, initially: .ones)
    visitor.visit("bias", &bias)
    visitor.visit("running_mean", &mean, role: .statistic)
    visitor.visit("running_var", &variance, initially: .ones, role: .statistic)
  }
}

/// A convolution, its batch norm, and the activation after both: one kernel when it runs.
package struct NormalizedConvolution: Sendable {
  package var convolution: Convolution
  /// Absent once folded into the convolution.
  package var norm: BatchNorm?
  package let activation: Activation

  package init(_ convolution: Convolution, activation: Activation, epsilon: Float = 1e-5) {
    self.convolution = convolution
    norm = BatchNorm(channels: convolution.weight.shape[0], epsilon: epsilon)
    self.activation = activation
  }

  /// Convolves `[B, H, W, C]` to `[B, h, w, O]`; `addend`, shaped like the result, joins before the activation.
  package func callAsFunction(_ x: Tensor, adding addend: consuming Tensor? = nil) -> Tensor {
    folded()(x, adding: consume addend, activation: activation)
  }

  /// Makes the folding permanent, for a model that no longer learns.
  mutating func fold() {
    convolution = folded()
    norm = nil
  }

  private func folded() -> Convolution {
    guard let norm else { return convolution }
    var result = convolution
    let (kernel, bias) = norm.folded(into: convolution.weight, convolution.bias)
    (result.weight, result.bias) = (kernel, bias)
    return result
  }
}

extension Module {
  /// Returns the same function with every batch norm, and every factor of channels, folded into the map before
  /// it.
  package func foldingNorms() -> Self {
    var copy = self
    var visitor = ParameterVisitor(folding: true) { _, _ in }
    copy.visitParameters(&visitor)
    return copy
  }
}
