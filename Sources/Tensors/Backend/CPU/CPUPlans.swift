import CKernels

/// The oneDNN primitives by the shape they were made for, and the engine that runs them.
///
/// It is a class because it owns C handles. It is not thread-safe: `CPUBackend` keeps it behind a lock.
final class CPUPlans {
  private let context: OpaquePointer
  private var plans: [Key: OpaquePointer] = [:]

  enum Key: Hashable {
    /// A convolution with the types of the maps and of the parameters.
    case convolution(
      Window, ElementType, ElementType, hasBias: Bool, hasAddend: Bool, ConvolutionDirection)
    /// A product with the types of both sides, of the result and of the bias.
    case product(Product, ElementType, into: ElementType, bias: ElementType?)
    /// A convolution of 8-bit numbers with a kernel, whose scales are part of the plan.
    case quantizedConvolution(Window, QuantizedTypes, kernel: UInt64)
  }

  /// The types of the maps of a convolution of 8-bit numbers.
  struct QuantizedTypes: Hashable {
    let source: ElementType
    let addend: ElementType?
    let result: ElementType
  }

  enum ConvolutionDirection: Hashable { case forward, toInput, toWeight }

  init() {
    guard let context = ck_context_create() else {
      preconditionFailure("oneDNN could not start on this processor")
    }
    self.context = context
  }

  deinit {
    removeAll()
    ck_context_destroy(context)
  }

  private func removeAll() {
    for plan in plans.values { ck_plan_destroy(plan) }
    plans = [:]
  }

  /// The largest number of plans, more than the largest network has; each holds about 50 KB of machine code.
  private static let maximumCount = 1024

  /// Returns the plan for `key`, built on first use.
  func plan(for key: Key) -> OpaquePointer {
    plan(for: key) {
      switch key {
      case .convolution(
        let window, let type, let parameterType, let hasBias, let hasAddend, let direction):
        makeConvolution(window, (type, parameterType), hasBias, hasAddend, direction)
      case .product(let product, let type, let resultType, let biasType):
        makeProduct(product, type, resultType, biasType)
      case .quantizedConvolution: nil
      }
    }
  }

  /// Returns the plan for a convolution of 8-bit numbers, built on first use.
  func plan(
    for kernel: QuantizedKernel, _ window: Window, _ types: QuantizedTypes
  ) -> OpaquePointer {
    plan(for: .quantizedConvolution(window, types, kernel: kernel.number)) {
      kernel.scales.withUnsafeBufferPointer { weightScales in
        kernel.bias.withUnsafeBufferPointer { bias in
          guard let scales = weightScales.baseAddress, let bias = bias.baseAddress else {
            return nil
          }
          var shape = ck_convolution(window)
          (shape.has_bias, shape.adds_destination) = (true, types.addend != nil)
          let addend = types.addend ?? types.result
          var all = ck_scales(
            source: types.source.code, result: types.result.code,
            source_scale: types.source.scale ?? 1, result_scale: types.result.scale ?? 1,
            addend: addend.code, addend_scale: addend.scale ?? 1, weight_scales: scales, bias: bias)
          return ck_plan_quantized_convolution(context, &shape, &all)
        }
      }
    }
  }

  private func plan(for key: Key, make: () -> OpaquePointer?) -> OpaquePointer {
    if let plan = plans[key] { return plan }
    // Batches of captions differ in their number of words, and few numbers occur again. To build a plan takes a
    // third of a millisecond, while the plans of all shapes of a long training would fill the memory.
    if plans.count >= Self.maximumCount { removeAll() }
    guard let made = make() else { preconditionFailure("oneDNN has no implementation of \(key)") }
    plans[key] = made
    return made
  }

  /// The names of the implementations in use, to find a slow one.
  var implementations: [String] {
    plans.map { key, plan in "\(String(cString: ck_plan_implementation(plan)))  \(key)" }.sorted()
  }

  private func makeConvolution(
    _ window: Window, _ types: (maps: ElementType, parameters: ElementType), _ hasBias: Bool,
    _ hasAddend: Bool,
    _ direction: ConvolutionDirection
  ) -> OpaquePointer? {
    var shape = ck_convolution(window)
    (shape.type, shape.parameter_type) = (types.maps.code, types.parameters.code)
    (shape.has_bias, shape.adds_destination) = (hasBias, hasAddend)
    let way: ck_direction =
      switch direction {
      case .forward: CK_FORWARD
      case .toInput: CK_TO_SOURCE
      case .toWeight: CK_TO_WEIGHTS
      }
    return ck_plan_convolution(context, &shape, way)
  }

  private func makeProduct(
    _ product: Product, _ type: ElementType, _ resultType: ElementType, _ biasType: ElementType?
  ) -> OpaquePointer? {
    var shape = ck_product(
      rows: Int64(product.rows), columns: Int64(product.columns), inner: Int64(product.inner),
      transpose_left: product.transposeLeft, transpose_right: product.transposeRight,
      type: type.code, result_type: resultType.code, activation: product.activation.code,
      bias_type: (biasType ?? resultType).code, has_bias: biasType != nil,
      adds_destination: product.accumulates,
      packs_right: product.reusesRight)
    return ck_plan_product(context, &shape)
  }
}

extension ck_convolution {
  /// Describes the geometry of a convolution, and its activation.
  fileprivate init(_ window: Window) {
    self.init()
    (batch, height, width) = (Int64(window.batch), Int64(window.height), Int64(window.width))
    (channels, out_channels) = (Int64(window.channels), Int64(window.outputChannels))
    (out_height, out_width) = (Int64(window.outputHeight), Int64(window.outputWidth))
    (kernel_height, kernel_width) = (Int64(window.kernelHeight), Int64(window.kernelWidth))
    (groups, stride) = (Int64(window.groups), Int64(window.stride))
    (pad_top, pad_left) = (Int64(window.padding.top), Int64(window.padding.left))
    (pad_bottom, pad_right) = (Int64(window.padding.bottom), Int64(window.padding.right))
    activation = window.activation.code
  }
}

extension Activation {
  fileprivate var code: ck_activation {
    switch self {
    case .linear: CK_LINEAR
    case .relu: CK_RELU
    case .relu6: CK_RELU6
    case .silu: CK_SILU
    case .hardSwish: CK_HARD_SWISH
    case .gelu: CK_GELU
    }
  }
}

extension ElementType {
  var code: ck_type {
    switch self {
    case .float32: CK_FLOAT32
    case .bfloat16: CK_BFLOAT16
    case .int8: CK_INT8
    case .uint8: CK_UINT8
    }
  }
}
