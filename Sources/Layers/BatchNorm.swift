import Synchronization
import Tensors

/// Batch normalisation with fixed statistics (Ioffe & Szegedy, 2015): an affine map per channel.
///
///     y = (x - mean) / √(variance + ε) · weight + bias
///
/// Captioners start from a trained classifier whose statistics stay as they are, or measure them once before they
/// learn (`Module.measureNorms`), so this layer never runs by itself: it folds into the convolution before it.
package struct BatchNorm: Module {
  /// `[C]`, as are the others.
  package var weight: Tensor
  package var bias: Tensor
  package var mean: Tensor
  package var variance: Tensor
  package let epsilon: Float
  /// Receives the statistics of what passes through; nil uses those that are known.
  fileprivate var measurement: NormMeasurement?

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
  /// Receives the maps that pass through; nil if nothing is measured.
  private var observer: ConvolutionObserver?
  private var form = Form.floatingPoint

  /// The numbers that it computes with.
  private enum Form {
    /// Those of its input.
    case floatingPoint
    /// Those of 16 or 32 bits that the processor multiplies fastest, in a network of whole numbers.
    case kept
    case quantized(QuantizedConvolution)
  }

  package init(_ convolution: Convolution, activation: Activation, epsilon: Float = 1e-5) {
    self.convolution = convolution
    norm = BatchNorm(channels: convolution.weight.shape[0], epsilon: epsilon)
    self.activation = activation
  }

  /// Convolves `[B, H, W, C]` to `[B, h, w, O]`; `addend`, shaped like the result, joins before the activation.
  package func callAsFunction(_ x: Tensor, adding addend: consuming Tensor? = nil) -> Tensor {
    if let norm, let measurement = norm.measurement {
      let (y, addend) = (measurement.standardized(convolution(x), by: norm), consume addend)
      return activation(addend.map { y + $0 } ?? y)
    }
    switch form {
    case .quantized(let quantized): return quantized(x, adding: consume addend)
    case .kept: return inFloatingPoint(x, adding: consume addend)
    case .floatingPoint: break
    }
    guard let observer else { return folded()(x, adding: consume addend, activation: activation) }
    let added = consume addend
    let y = folded()(x, adding: added, activation: activation)
    observer.see(x, adding: added, y)
    return y
  }

  private func inFloatingPoint(_ x: Tensor, adding addend: consuming Tensor?) -> Tensor {
    let type: ElementType = Device.multipliesBfloat16Fast ? .bfloat16 : .float32
    return folded()(
      x.converted(to: type), adding: addend?.converted(to: type), activation: activation)
  }

  mutating func beginObserving() { observer = ConvolutionObserver() }

  /// Returns the types for the maps that were seen.
  mutating func endObserving() -> Quantization.LayerTypes? {
    defer { observer = nil }
    return observer?.types
  }

  /// Computes in whole numbers from now on; without types in the fastest floating point.
  mutating func quantize(_ types: Quantization.LayerTypes?) {
    form =
      if let types {
        .quantized(QuantizedConvolution(folded(), activation: activation, types))
      } else {
        .kept
      }
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

/// The mean and variance of what passes through a norm.
private final class NormMeasurement: Sendable {
  private let moments = Mutex<(mean: Tensor, variance: Tensor)?>(nil)

  /// Measures `[B, H, W, C]`, and returns what the norm makes of it with these statistics.
  func standardized(_ x: Tensor, by norm: BatchNorm) -> Tensor {
    let mean = x.mean(over: [0, 1, 2])
    let centered = x - mean
    let variance = (centered * centered).mean(over: [0, 1, 2])
    moments.withLock { $0 = (mean, variance) }
    return centered * (norm.weight / sqrt(variance + norm.epsilon)) + norm.bias
  }

  func finish(_ norm: inout BatchNorm) {
    if let (mean, variance) = moments.withLock({ $0 }) {
      (norm.mean, norm.variance) = (mean, variance)
    }
    norm.measurement = nil
  }
}

extension NormalizedConvolution {
  mutating func beginMeasuring() { norm?.measurement = NormMeasurement() }

  mutating func endMeasuring() {
    if var norm, let measurement = norm.measurement {
      measurement.finish(&norm)
      self.norm = norm
    }
  }
}

extension Module {
  /// Sets the statistics of every batch norm to those of what passes through it, as a network that learns from
  /// nothing needs (Krähenbühl et al., 2016).
  ///
  /// - Parameter pass: Runs the module that it is given, once.
  package mutating func measureNorms(during pass: (Self) -> Void) {
    visitNorms(.beginMeasuring)
    pass(self)
    visitNorms(.endMeasuring)
  }

  private mutating func visitNorms(_ change: ParameterVisitor.LayerChange) {
    var visitor = ParameterVisitor(change) { _, _ in }
    visitParameters(&visitor)
  }

  /// Returns the same function with every batch norm, and every factor of channels, folded into the map before
  /// it.
  package func foldingNorms() -> Self {
    var copy = self
    copy.visitNorms(.fold)
    return copy
  }
}
