import Tensors

/// Batch normalisation with fixed statistics (Ioffe & Szegedy, 2015): an affine map per channel.
///
///     y = (x - mean) / √(variance + ε) · weight + bias
///
/// Captioners start from a trained classifier whose statistics stay as they are, so this layer never
/// runs by itself: it folds into the convolution before it.
public struct BatchNorm: Module {
  /// `[C]`, as are the others.
  public var weight: Tensor
  public var bias: Tensor
  public var mean: Tensor
  public var variance: Tensor
  public let epsilon: Float

  public init(channels: Int, epsilon: Float = 1e-5) {
    weight = Tensor(zeros: [channels])
    (bias, mean, variance, self.epsilon) = (weight, weight, weight, epsilon)
  }

  /// The kernel and constant of a convolution that does what `kernel` and this norm do in turn.
  ///
  /// Plain tensor arithmetic, so gradients reach the kernel, `weight` and `bias`.
  public func folded(into kernel: Tensor) -> (kernel: Tensor, bias: Tensor) {
    let scale = weight / sqrt(variance + epsilon)
    return (kernel * scale.reshaped(to: [-1, 1, 1, 1]), bias - mean * scale)
  }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("weight", &weight, initially: .ones)
    visitor.visit("bias", &bias)
    visitor.visit("running_mean", &mean, role: .statistic)
    visitor.visit("running_var", &variance, initially: .ones, role: .statistic)
  }
}

/// A convolution, its batch norm, and the activation after both: one kernel when it runs.
public struct NormalizedConvolution: Sendable {
  public var convolution: Convolution
  /// Absent once folded into the convolution.
  public var norm: BatchNorm?
  public let activation: Activation

  public init(_ convolution: Convolution, activation: Activation, epsilon: Float = 1e-5) {
    self.convolution = convolution
    norm = BatchNorm(channels: convolution.weight.shape[0], epsilon: epsilon)
    self.activation = activation
  }

  /// `[B, H, W, C]` to `[B, h, w, O]`; `addend`, shaped like the result, joins before the activation.
  public func callAsFunction(_ x: Tensor, adding addend: consuming Tensor? = nil) -> Tensor {
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
    let (kernel, bias) = norm.folded(into: convolution.weight)
    (result.weight, result.bias) = (kernel, bias)
    return result
  }
}

extension Module {
  /// The same function with every batch norm folded into the convolution before it.
  public func foldingNorms() -> Self {
    var copy = self
    var visitor = ParameterVisitor(folding: { $0.fold() }) { _, _ in }
    copy.visitParameters(&visitor)
    return copy
  }
}
