/// Convolves channels-last maps, fused with a bias, the sum with a second map, and an activation.
///
/// The convolution is computed in the precision of `x`, which is also that of the result. Weight and bias have the
/// same type, which may be float32 in any case, as it is for parameters that are trained. Maps of 8-bit numbers are
/// converted first.
///
/// - Parameters:
///   - x: `[B, H, W, C]`.
///   - weight: `[O, C / groups, kh, kw]`, as PyTorch stores it.
///   - bias: `[O]`.
///   - addend: A map that is added before the activation, as in a residual block. It has the shape of the result,
///     which takes over its memory if nothing else refers to it.
///   - geometry: Stride, padding and groups.
///   - activation: The function applied to the sum.
/// - Returns: `[B, h, w, O]`.
package func convolution(
  _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, adding addend: consuming Tensor? = nil,
  _ geometry: ConvolutionGeometry = .init(), activation: Activation = .linear
) -> Tensor {
  if x.elementType.isQuantized || addend?.elementType.isQuantized ?? false {
    let x = x.elementType.isQuantized ? x.converted(to: .float32) : x
    return convolution(
      x, weight, bias: bias, adding: addend?.converted(to: x.elementType), geometry,
      activation: activation)
  }
  let window = Window(x.shape, weight.shape, geometry, activation)
  precondition(
    bias.map { $0.shape == [window.outputChannels] } ?? true,
    "convolution: a bias \(bias?.shape ?? []) for \(window.outputChannels) channels")
  var sum = consume addend
  requireOneType(x, [sum], "convolution")
  requireOneType(weight, [bias], "convolution")
  if let shape = sum?.shape {
    precondition(
      shape == window.outputShape, "convolution: \(shape) cannot be added to \(window.outputShape)")
  }
  let records = [x, weight, bias, sum].contains { $0?.history != nil }
  if records, !activation.isInvertible {
    return activation(convolution(x, weight, bias: bias, adding: consume sum, geometry))
  }
  let y =
    (records ? nil : sum?.writableIfUnshared())
    ?? Tensor(uninitialized: window.outputShape, type: x.elementType, on: x.device)
  y.device.backend.convolve(
    x.region, weight.region, bias?.region, adding: sum?.region, window, into: y.region)

  guard records else { return y }
  let inputs = [x, weight] + [bias, sum].compactMap { $0 }
  let gradient = ConvolutionGradient(
    window: window, x: x.withoutGradient(), weight: weight.withoutGradient(),
    wantsInput: x.history != nil,
    wantsWeight: weight.history != nil || bias?.history != nil, hasBias: bias != nil,
    hasAddend: sum != nil)
  let inputCount = inputs.count
  return recordedJointly([y], from: inputs) { gradients in
    gradients[0].map { gradient($0, y) } ?? Array(repeating: nil, count: inputCount)
  }[0]
}

/// The stride, padding and groups of a convolution.
package struct ConvolutionGeometry: Sendable, Hashable {
  package var stride: Int
  package var padding: Padding
  package var groups: Int

  package init(stride: Int = 1, padding: Padding = .none, groups: Int = 1) {
    (self.stride, self.padding, self.groups) = (stride, padding, groups)
  }
}

/// The gradients of one convolution, all computed from the gradient before the activation.
private struct ConvolutionGradient: Sendable {
  let window: Window
  let x: Tensor
  let weight: Tensor
  let wantsInput: Bool
  let wantsWeight: Bool
  let hasBias: Bool
  let hasAddend: Bool

  /// Returns the gradients of the input and the weight, and those of bias and addend if present.
  func callAsFunction(_ dy: Tensor, _ y: Tensor) -> [Tensor?] {
    let dz =
      switch window.activation {
      case .linear: dy
      case .relu: combined(.reluGradient, dy, y)
      case .relu6: combined(.relu6Gradient, dy, y)
      case .silu, .hardSwish, .gelu:
        preconditionFailure("convolution: the slope does not follow from the result")
      }
    var dx: Tensor?
    if wantsInput {
      let gradient = Tensor(uninitialized: x.shape, type: x.elementType, on: x.device)
      x.device.backend.convolutionInputGradient(
        dz.region, weight.region, window, into: gradient.region)
      dx = gradient
    }
    var (dweight, dbias): (Tensor?, Tensor?) = (nil, nil)
    if wantsWeight {
      let gradient = Tensor(uninitialized: weight.shape, type: weight.elementType, on: x.device)
      let biasGradient =
        hasBias
        ? Tensor(uninitialized: [window.outputChannels], type: weight.elementType, on: x.device)
        : nil
      x.device.backend.convolutionWeightGradient(
        x.region, dz.region, window, into: gradient.region, biasGradient?.region)
      (dweight, dbias) = (gradient, biasGradient)
    }
    return [dx, dweight] + (hasBias ? [dbias] : []) + (hasAddend ? [dz] : [])
  }
}

extension Window {
  init(
    _ x: Shape, _ weight: Shape, _ geometry: ConvolutionGeometry, _ activation: Activation
  ) {
    precondition(
      x.count == 4 && weight.count == 4 && weight[1] * geometry.groups == x[3]
        && weight[0] % geometry.groups == 0,
      "convolution: a kernel \(weight) in \(geometry.groups) groups does not fit a map \(x)")
    self.init(
      batch: x[0], height: x[1], width: x[2], channels: x[3], outputChannels: weight[0],
      kernelHeight: weight[2], kernelWidth: weight[3], stride: geometry.stride,
      padding: geometry.padding, groups: geometry.groups, activation: activation)
    precondition(
      outputHeight > 0 && outputWidth > 0,
      "convolution: a \(weight[2])×\(weight[3]) kernel is larger than the padded map \(x)")
  }
}
