import CKernels
import Synchronization

/// The CPU backend: oneDNN computes products and convolutions, `CKernels` everything else.
///
/// It is a class because it owns the engines, the primitives and the memory pool. A program should compute from
/// one thread, which all other threads then help. Computing from several is also correct, because only one at a
/// time enters oneDNN. The threads of `Device.forEach` have plans of their own.
package final class CPUBackend: Backend {
  let memory = CPUMemory()
  private let lanes = Mutex<[Int: Lane]>([0: Lane()])

  /// The plans of one thread of `Device.forEach`, or, as number 0, those for everything computed outside it.
  private final class Lane: Sendable {
    let plans: Mutex<CPUPlans>

    init() {
      let plans = CPUPlans()
      self.plans = Mutex(plans)
    }
  }

  private func withPlans<Result>(
    _ body: (inout sending CPUPlans) -> sending Result
  ) -> sending Result {
    let number = Int(ck_lane())
    let lane = lanes.withLock { lanes in
      if let lane = lanes[number] { return lane }
      let lane = Lane()
      lanes[number] = lane
      return lane
    }
    return lane.plans.withLock(body)
  }

  package func makeBuffer(count: Int, type: ElementType) -> Buffer {
    CPUBuffer(count: count, type: type, from: memory)
  }

  package func makeZeros(count: Int, type: ElementType) -> Buffer {
    CPUBuffer(zeros: count, type: type, from: memory)
  }

  /// The oneDNN implementations chosen so far, on any thread.
  package var implementations: [String] {
    let all = lanes.withLock { $0.values.flatMap { $0.plans.withLock { $0.implementations } } }
    return Set(all).sorted()
  }

  package func multiply(
    _ left: Region, _ right: Region, _ bias: Region?, _ product: Product, into y: Region
  ) {
    if product.hasFewRows, product.activation == .linear, left.type == .float32, y.type == .float32
    {
      return ck_few_rows_product(
        left.address, right.rawAddress, right.type.code, bias?.address, y.address,
        Int64(product.rows), Int64(product.columns), Int64(product.inner), product.accumulates)
    }
    withPlans { plans in
      let plan = plans.plan(
        for: .product(product, left.type, into: y.type, bias: bias?.type))
      run(plan, left, packed(right, for: plan, as: left.type), bias, y)
    }
  }

  package func convolve(
    _ x: Region, _ weight: Region, _ bias: Region?, adding addend: Region?, _ window: Window,
    into y: Region
  ) {
    if window.skipsPixels, x.type == .float32 {
      // oneDNN is slower at this in one step than in two: selecting the pixels, then a dense convolution.
      let seen = Region(
        makeBuffer(count: window.dense.inputCount, type: x.type))
      pool(.max, x, window, into: seen)
      return convolve(seen, weight, bias, adding: addend, window.dense, into: y)
    }
    // oneDNN can also read an addend in place, but then does not use its fastest kernels (2.6.3): with the
    // copy, ResNet's 512 → 2048 channels take 7.3 ms instead of 13.8.
    if let addend, addend.rawAddress != y.rawAddress { convert(addend, into: y) }
    if window.isPointwise, x.type == .bfloat16 {
      var product = window.pointwiseProduct
      (product.accumulates, product.activation) = (addend != nil, window.activation)
      return multiply(x, weight, bias, product, into: y)
    }
    withPlans { plans in
      let plan = plans.plan(
        for: .convolution(
          window, x.type, bias?.type ?? x.type, hasBias: bias != nil, hasAddend: addend != nil,
          .forward))
      run(plan, x, packed(weight, for: plan, as: x.type), bias, y)
    }
  }

  package func convolve(
    _ x: Region, _ kernel: QuantizedKernel, adding addend: ElementType?, _ window: Window,
    into y: Region
  ) {
    withPlans { plans in
      let plan = plans.plan(
        for: kernel, window,
        CPUPlans.QuantizedTypes(source: x.type, addend: addend, result: y.type))
      let weight = kernel.weight.region
      run(plan, x, packed(weight, for: plan, as: weight.type), nil, y)
    }
  }

  package func convolutionInputGradient(
    _ dy: Region, _ weight: Region, _ window: Window, into dx: Region
  ) {
    if window.isPointwise {
      // As a matrix product this is up to twice as fast in oneDNN (2.6.3).
      let product = Product(
        rows: window.pixelCount, columns: window.channels, inner: window.outputChannels,
        reusesRight: true)
      return multiply(dy, weight, nil, product, into: dx)
    }
    withPlans { plans in
      let plan = plans.plan(
        for: .convolution(
          window.plain, dy.type, dy.type, hasBias: false, hasAddend: false, .toInput))
      run(plan, dx, packed(weight, for: plan, as: dy.type), nil, dy)
    }
  }

  package func convolutionWeightGradient(
    _ x: Region, _ dy: Region, _ window: Window, into dweight: Region, _ dbias: Region?
  ) {
    if window.isPointwise, dbias?.type ?? .float32 == .float32 {
      let product = Product(
        rows: window.outputChannels, columns: window.channels, inner: window.pixelCount,
        transposeLeft: true)
      multiply(dy, x, nil, product, into: dweight)
      if let dbias {
        sum(dy, outer: 1, middle: window.pixelCount, inner: window.outputChannels, into: dbias)
      }
      return
    }
    if window.isDepthwise, [3, 5, 7].contains(window.kernelWidth), dweight.type == .float32,
      dbias?.type ?? .float32 == .float32
    {
      ck_depthwise_weight_gradient(
        x.rawAddress, dy.rawAddress, x.type == .bfloat16, dweight.address, ck_pooling(window))
      if let dbias {
        sum(
          dy, outer: 1, middle: window.outputPixelCount, inner: window.outputChannels, into: dbias)
      }
      return
    }
    let sliceCount = min(window.batch, Device.threadCount)
    let addsLittle = sliceCount * dweight.count <= 2 * (x.count + dy.count)
    guard sliceCount > 1, addsLittle, dweight.type == .float32, dbias?.type ?? .float32 == .float32
    else { return wholeWeightGradient(x, dy, window, into: dweight, dbias) }
    // The threads of oneDNN that sum a gradient spin until the last one arrives, which takes milliseconds if
    // another program occupies its core.
    let sums = Region(makeBuffer(count: sliceCount * dweight.count, type: .float32))
    let biasSums = dbias.map {
      Region(makeBuffer(count: sliceCount * $0.count, type: .float32))
    }
    Device.forEach(sliceCount) { slice in
      let pictures = window.batch * slice / sliceCount..<window.batch * (slice + 1) / sliceCount
      var part = window
      part.batch = pictures.count
      wholeWeightGradient(
        x.rows(pictures, of: window.batch), dy.rows(pictures, of: window.batch), part,
        into: sums.part(slice, of: dweight.count),
        dbias.flatMap { biasSums?.part(slice, of: $0.count) })
    }
    sum(sums, outer: 1, middle: sliceCount, inner: dweight.count, into: dweight)
    if let dbias, let biasSums {
      sum(biasSums, outer: 1, middle: sliceCount, inner: dbias.count, into: dbias)
    }
  }

  private func wholeWeightGradient(
    _ x: Region, _ dy: Region, _ window: Window, into dweight: Region, _ dbias: Region?
  ) {
    withPlans { plans in
      let plan = plans.plan(
        for: .convolution(
          window.plain, dy.type, dweight.type, hasBias: dbias != nil, hasAddend: false, .toWeight))
      let byteCount = ck_plan_packed_bytes(plan)
      guard byteCount > 0 else { return run(plan, x, dweight, dbias, dy) }
      let packed = Region(
        CPUBuffer(
          count: byteCount / dweight.type.byteCount, type: dweight.type, from: memory))
      run(plan, x, packed, dbias, dy)
      check(ck_plan_unpack(plan, packed.rawAddress, dweight.rawAddress))
    }
  }

  /// Returns the weights in the layout that the plan reads; copies are kept with the weights until they change.
  private func packed(
    _ weights: Region, for plan: OpaquePointer, as type: ElementType
  ) -> Region {
    let byteCount = ck_plan_packed_bytes(plan)
    guard byteCount > 0 else { return inPrecision(type, weights) }
    return copy(of: weights, in: ck_plan_packed_layout(plan)) {
      let plain = inPrecision(type, weights)
      let copy = CPUBuffer(
        count: (byteCount + type.byteCount - 1) / type.byteCount, type: type, from: memory)
      check(ck_plan_pack(plan, plain.rawAddress, copy.address))
      return copy
    }
  }

  /// Returns the weights in a precision.
  ///
  /// A copy in bfloat16 is kept with the weights, because other layouts are made from it. A copy in float32 is not:
  /// models for inference pack it once, and it would only take memory.
  private func inPrecision(_ type: ElementType, _ weights: Region) -> Region {
    if weights.type == type { return weights }
    func converted() -> Buffer {
      let buffer = makeBuffer(count: weights.count, type: type)
      convert(weights, into: Region(buffer))
      return buffer
    }
    return switch type {
    case .float32: Region(converted())
    case .bfloat16: copy(of: weights, in: 0, make: converted)
    case .int8, .uint8: preconditionFailure("backend: 8-bit weights have a scale for each channel")
    }
  }

  /// Returns the copy of the weights that is kept with them for a layout, made if there is none.
  private func copy(of weights: Region, in layout: UInt64, make: () -> Buffer) -> Region {
    let key = PackedKey(offset: weights.offset, count: weights.count, layout: layout)
    return Region(unsafeDowncast(weights.buffer, to: CPUBuffer.self).packed(key, make: make))
  }

  private func run(
    _ plan: OpaquePointer, _ source: Region, _ weights: Region, _ bias: Region?,
    _ destination: Region
  ) {
    check(
      ck_plan_run(
        plan, source.rawAddress, weights.rawAddress, bias?.rawAddress, destination.rawAddress))
  }

  /// Traps if oneDNN failed, which happens here only when memory runs out; Swift traps then, too.
  private func check(_ succeeded: Bool) {
    precondition(succeeded, "oneDNN could not compute: out of memory?")
  }
}

extension Product {
  /// A Boolean value that is true for the products of the search of a single picture, which are limited by reading
  /// the weights.
  fileprivate var hasFewRows: Bool {
    (1...CK_FEW_ROWS).contains(rows) && !transposeLeft && transposeRight
  }
}

extension Window {
  /// A Boolean value that is true if most pixels are never read: a 1×1 kernel with a stride above 1.
  fileprivate var skipsPixels: Bool {
    kernelHeight == 1 && kernelWidth == 1 && stride > 1 && groups == 1 && padding == .none
  }

  /// A Boolean value that is true if every pixel is multiplied separately, as a row of a matrix.
  fileprivate var isPointwise: Bool {
    kernelHeight == 1 && kernelWidth == 1 && stride == 1 && groups == 1 && padding == .none
  }

  /// The matrix product that a pointwise convolution is equal to.
  fileprivate var pointwiseProduct: Product {
    Product(
      rows: pixelCount, columns: outputChannels, inner: channels, transposeRight: true,
      reusesRight: true)
  }

  fileprivate var pixelCount: Int { batch * height * width }

  fileprivate var outputPixelCount: Int { batch * outputHeight * outputWidth }

  /// A Boolean value that is true if each channel has a square kernel of its own.
  fileprivate var isDepthwise: Bool {
    groups == channels && outputChannels == channels && kernelHeight == kernelWidth
  }

  /// The same kernel over a map that holds only the pixels that it reads.
  fileprivate var dense: Window {
    var window = self
    (window.height, window.width, window.stride) = (outputHeight, outputWidth, 1)
    return window
  }

  fileprivate var inputCount: Int { batch * height * width * channels }

  /// The window without its activation, whose gradient has been applied before that of the convolution.
  fileprivate var plain: Window {
    var window = self
    window.activation = .linear
    return window
  }
}
