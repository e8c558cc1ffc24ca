import CKernels

/// The kernel and the bias of a convolution of 8-bit numbers.
package struct QuantizedKernel: Sendable {
  /// `[O, C / groups, kh, kw]`, of type `int8(scale: 1)`.
  package let weight: Tensor
  /// The scale of the weights of each output channel.
  package let scales: [Float]
  /// One term for each output channel, in floating point.
  package let bias: [Float]
  /// A number that no other kernel has.
  let number: UInt64

  /// Rounds a kernel, each output channel to its own scale.
  ///
  /// - Parameters:
  ///   - weight: `[O, C / groups, kh, kw]`, in float32.
  ///   - bias: `[O]`; nil adds none.
  ///   - limit: The largest weight, at most 127. Processors without VNNI need 63, because they add up pairs of products
  ///     in 16 bits.
  package init(_ weight: Tensor, bias: Tensor?, limit: Int = QuantizedKernel.ownLimit) {
    let (weight, outputs) = (weight.converted(to: .float32), weight.shape[0])
    let rounded = Tensor(uninitialized: weight.shape, type: .int8(scale: 1), on: weight.device)
    scales = weight.device.backend.quantizeRows(
      weight.region, rows: outputs, limit: Float(limit), into: rounded.region)
    self.weight = rounded
    self.bias = bias?.floats ?? Array(repeating: 0, count: outputs)
    number = ck_unique_number()
  }

  /// The largest weight that this processor multiplies exactly.
  package static var ownLimit: Int { ck_multiplies_int8_exactly() ? 127 : 63 }
}

/// Convolves channels-last maps of 8-bit numbers, fused with a bias, the sum with a second map, and an activation.
///
/// Products are summed in 32 bits, and the result is rounded once. There is no gradient.
///
/// - Parameters:
///   - x: `[B, H, W, C]`, of 8-bit numbers.
///   - kernel: The kernel and the bias.
///   - addend: A map of 8-bit numbers that is added before the activation. It has the shape of the result, which takes
///     over its memory if nothing else refers to it.
///   - geometry: Stride, padding and groups.
///   - activation: The function applied to the sum.
///   - type: The type of the result. Values beyond its range become its ends.
/// - Returns: `[B, h, w, O]`.
package func convolution(
  _ x: Tensor, _ kernel: QuantizedKernel, adding addend: consuming Tensor? = nil,
  _ geometry: ConvolutionGeometry = .init(), activation: Activation = .linear,
  into type: ElementType
) -> Tensor {
  let window = Window(x.shape, kernel.weight.shape, geometry, activation)
  var sum = consume addend
  precondition(x.elementType.isQuantized, "convolution: \(x.elementType) with an 8-bit kernel")
  if let sum {
    precondition(
      sum.shape == window.outputShape && sum.elementType.isQuantized && type.isQuantized,
      """
      convolution: \(sum.shape) of \(sum.elementType) cannot be added to \(window.outputShape) of \
      \(type)
      """)
  }
  // What is added keeps its type: its memory becomes that of the result, which has another scale.
  let addendType = sum?.elementType
  let region: Region
  if let own = sum?.writableIfUnshared() {
    sum = nil
    region = own.device.backend.reused(own.region, as: type)
  } else {
    let buffer = x.device.backend.makeBuffer(
      count: window.outputShape.elementCount, type: addendType ?? type)
    if let sum { x.device.backend.convert(sum.region, into: Region(buffer)) }
    region =
      sum == nil ? Region(buffer) : x.device.backend.reused(Region(buffer), as: type)
  }
  let y = Tensor(shape: window.outputShape, region: region, device: x.device)
  x.device.backend.convolve(x.region, kernel, adding: addendType, window, into: y.region)
  return y
}
