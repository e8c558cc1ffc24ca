import CKernels

// The kernels that are loops over elements. Pointers are taken from regions that the caller keeps alive for the
// whole call.

extension CPUBackend {
  package func write(_ floats: [Float], to y: Region) {
    precondition(floats.count == y.count, "write: \(floats.count) numbers into \(y.count)")
    floats.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      y.address.update(from: base, count: source.count)
    }
  }

  package func write(pixels: [UInt8], scale: [Float], shift: [Float], to y: Region) {
    precondition(
      pixels.count == y.count && scale.count == 3 && shift.count == 3,
      "write: \(pixels.count) bytes of RGB into \(y.count) numbers")
    precondition(y.type != .bfloat16, "write: pixels to \(y.type)")
    let unit = y.type.scale ?? 1
    ck_normalize_pixels(
      pixels, scale.map { $0 / unit }, shift.map { $0 / unit }, y.type.code, y.rawAddress,
      Int64(pixels.count / 3))
  }

  package func floats(in x: Region) -> [Float] {
    [Float](unsafeUninitializedCapacity: x.count) { destination, count in
      count = x.count
      guard let base = destination.baseAddress else { return }
      switch x.type {
      case .float32: base.update(from: x.address, count: x.count)
      case .bfloat16: ck_from_bfloat16(x.bfloat16Address, base, Int64(x.count))
      case .int8(let scale), .uint8(let scale):
        ck_dequantize(x.rawAddress, scale, x.type.code, base, Int64(x.count))
      }
    }
  }

  package func convert(_ x: Region, into y: Region) {
    switch (x.type, y.type) {
    case (.float32, .bfloat16): ck_to_bfloat16(x.address, y.bfloat16Address, Int64(x.count))
    case (.bfloat16, .float32): ck_from_bfloat16(x.bfloat16Address, y.address, Int64(x.count))
    case (.float32, .int8(let scale)), (.float32, .uint8(let scale)):
      ck_quantize(x.address, scale, y.type.code, y.rawAddress, Int64(x.count))
    case (.int8(let scale), .float32), (.uint8(let scale), .float32):
      ck_dequantize(x.rawAddress, scale, x.type.code, y.address, Int64(x.count))
    case let (from, to) where from == to:
      ck_copy(x.rawAddress, y.rawAddress, Int64(x.count * x.type.byteCount))
    default: preconditionFailure("convert: \(x.type) to \(y.type)")
    }
  }

  package func quantizeRows(
    _ x: Region, rows: Int, limit: Float, into y: Region
  ) -> [Float] {
    [Float](unsafeUninitializedCapacity: rows) { scales, count in
      count = rows
      guard let base = scales.baseAddress else { return }
      ck_quantize_rows(x.address, limit, y.rawAddress, base, Int64(rows), Int64(x.count / rows))
    }
  }

  package func reused(_ x: Region, as type: ElementType) -> Region {
    Region(unsafeDowncast(x.buffer, to: CPUBuffer.self).takeMemory(as: type))
  }

  package func fill(_ y: Region, with value: Float) { ck_fill(y.address, value, Int64(y.count)) }

  package func isFinite(_ x: Region) -> Bool {
    switch x.type {
    case .float32: ck_all_finite(x.address, Int64(x.count))
    case .bfloat16: ck_all_finite_bfloat16(x.bfloat16Address, Int64(x.count))
    case .int8, .uint8: true
    }
  }

  package func sumOfSquares(_ x: Region) -> Double { ck_sum_of_squares(x.address, Int64(x.count)) }

  package func accumulate(_ x: Region, into y: Region) {
    ck_accumulate(x.address, y.address, Int64(y.count))
  }

  package func map(_ function: Pointwise, _ x: Region, into y: Region) {
    let code: ck_pointwise =
      switch function {
      case .exp: CK_EXP
      case .log: CK_LOG
      case .sqrt: CK_SQRT
      case .tanh: CK_TANH
      case .sigmoid: CK_SIGMOID
      case .relu: CK_RELU_MAP
      case .relu6: CK_RELU6_MAP
      case .negate: CK_NEGATE
      case .silu: CK_SILU_MAP
      case .hardSwish: CK_HARD_SWISH_MAP
      case .hardSigmoid: CK_HARD_SIGMOID
      case .gelu: CK_GELU_MAP
      }
    ck_map(code, x.address, y.address, Int64(y.count))
  }

  package func sum(_ x: Region, outer: Int, middle: Int, inner: Int, into y: Region) {
    if outer == 1, inner > 1 {
      ck_sum_rows(x.rawAddress, x.type.code, y.address, Int64(middle), Int64(inner))
    } else {
      ck_sum_middle(x.address, y.address, Int64(outer), Int64(middle), Int64(inner))
    }
  }

  package func copyRows(
    _ x: Region, stride xStride: Int, into y: Region, stride yStride: Int, rows: Int, columns: Int
  ) {
    let size = x.type.byteCount
    ck_copy_rows(
      x.rawAddress, Int64(xStride * size), y.rawAddress, Int64(yStride * size), Int64(rows),
      Int64(columns * size))
  }

  package func transpose(
    _ x: Region, outer: Int, _ a: Int, _ b: Int, inner: Int, into y: Region
  ) {
    ck_transpose(x.address, y.address, Int64(outer), Int64(a), Int64(b), Int64(inner))
  }

  package func gather(_ rows: [Int32], of table: Region, columns: Int, into y: Region) {
    ck_gather(
      table.rawAddress, rows, y.rawAddress, Int64(rows.count),
      Int64(columns * table.type.byteCount))
  }

  package func scatterAdd(_ x: Region, toRows rows: [Int32], of table: Region, columns: Int) {
    ck_scatter_add(x.address, rows, table.address, Int64(rows.count), Int64(columns))
  }

  package func pool(_ kind: PoolingKind, _ x: Region, _ window: Window, into y: Region) {
    switch kind {
    case .max where x.type.isQuantized:
      ck_max_pool_bytes(x.rawAddress, x.type.code, y.rawAddress, ck_pooling(window))
    case .max: ck_max_pool(x.address, y.address, ck_pooling(window))
    case .average: ck_average_pool(x.address, y.address, ck_pooling(window))
    }
  }

  package func poolingGradient(
    _ kind: PoolingKind, _ x: Region, _ dy: Region, _ window: Window, into dx: Region
  ) {
    switch kind {
    case .max: ck_max_pool_gradient(x.address, dy.address, dx.address, ck_pooling(window))
    case .average: ck_average_pool_gradient(dy.address, dx.address, ck_pooling(window))
    }
  }

  package func groupNorm(
    _ x: Region, _ weight: Region, _ bias: Region, _ groups: Grouping, into y: GroupNormResult
  ) {
    ck_group_norm(
      x.address, weight.address, bias.address, y.y.address, y.mean.address,
      y.inverseDeviation.address, Int64(groups.batch), Int64(groups.positions),
      Int64(groups.channels), Int64(groups.groups), groups.epsilon)
  }

  package func groupNormGradient(
    _ x: Region, _ weight: Region, _ result: GroupNormResult, _ dy: Region, _ groups: Grouping,
    into dx: Region, _ dweight: Region, _ dbias: Region
  ) {
    ck_group_norm_gradient(
      x.address, weight.address, result.mean.address, result.inverseDeviation.address, dy.address,
      dx.address, dweight.address, dbias.address, Int64(groups.batch), Int64(groups.positions),
      Int64(groups.channels), Int64(groups.groups))
  }

  package func dropout(_ x: Region, keys: [UInt64], _ rate: Float, into y: Region) {
    ck_dropout(
      x.rawAddress, x.type.code, keys, UInt32(Double(rate) * 65536), 1 / (1 - rate), y.rawAddress,
      Int64(keys.count), Int64(x.count / max(keys.count, 1)))
  }

  package func softmax(_ x: Region, columns: Int, logarithm: Bool, into y: Region) {
    let rows = Int64(x.count / columns)
    if logarithm {
      ck_log_softmax(x.address, y.address, rows, Int64(columns))
    } else {
      ck_softmax(x.address, y.address, rows, Int64(columns))
    }
  }

  package func crossEntropy(
    _ logits: Region, targets: ArraySlice<Int32>, weights: ArraySlice<Float>?, _ entropy: Entropy,
    into losses: Region, gradient: Region?
  ) {
    let settings = ck_entropy(
      ignored: entropy.ignored, smoothing: entropy.smoothing, scale: entropy.scale)
    targets.withUnsafeBufferPointer { targets in
      guard let first = targets.baseAddress else { return }
      func compute(_ weights: UnsafePointer<Float>?) {
        ck_cross_entropy(
          logits.address, first, weights, settings, losses.address, gradient?.rawAddress,
          (gradient?.type ?? .float32).code, Int64(targets.count),
          Int64(logits.count / targets.count))
      }
      guard let weights else { return compute(nil) }
      weights.withUnsafeBufferPointer { compute($0.baseAddress) }
    }
  }

  package func largest(_ k: Int, _ x: Region, columns: Int) -> [[(index: Int, value: Float)]] {
    let rows = x.count / columns
    var indices = [Int32](repeating: 0, count: rows * k)
    var values = [Float](repeating: 0, count: rows * k)
    ck_largest(x.address, Int64(rows), Int64(columns), Int64(k), &indices, &values)
    return (0..<rows).map { row in
      (row * k..<(row + 1) * k).map { (index: Int(indices[$0]), value: values[$0]) }
    }
  }

  package func draw(_ x: Region, at uniforms: [Float]) -> [Int] {
    let rows = uniforms.count
    var indices = [Int32](repeating: 0, count: rows)
    ck_draw(x.address, uniforms, &indices, Int64(rows), Int64(x.count / max(rows, 1)))
    return indices.map(Int.init)
  }

  package func lstmGates(
    _ gates: Region, previousCell: Region, cell: Region, hidden: Region, rows: Int, size: Int
  ) {
    ck_lstm_gates(
      gates.address, previousCell.address, cell.address, hidden.rawAddress, hidden.type.code,
      Int64(rows), Int64(size))
  }

  package func lstmGatesGradient(
    _ gates: Region, previousCell: Region, cell: Region, dhidden: Region, dcell: Region,
    into dgates: Region, rows: Int, size: Int
  ) {
    ck_lstm_gates_gradient(
      gates.address, previousCell.address, cell.address, dhidden.address, dcell.address,
      dgates.rawAddress, dgates.type.code, Int64(rows), Int64(size))
  }

  package func gruGates(
    _ gates: Region, recurrent: Region, previous: Region, hidden: Region, rounded: Region?,
    rows: Int, size: Int
  ) {
    ck_gru_gates(
      gates.address, recurrent.address, previous.address, hidden.address,
      rounded?.bfloat16Address, Int64(rows), Int64(size))
  }

  package func gruGatesGradient(
    _ gates: Region, recurrent: Region, previous: Region, dhidden: Region, into dgates: Region,
    _ drecurrent: Region, rows: Int, size: Int
  ) {
    ck_gru_gates_gradient(
      gates.address, recurrent.address, previous.address, dhidden.address, dgates.rawAddress,
      drecurrent.rawAddress, dgates.type.code, Int64(rows), Int64(size))
  }
}

extension CPUBackend {
  package func attend(
    _ x: AttentionInputs, _ shape: AttentionShape, context: Region, weights: Region
  ) {
    shape.withKernelShape { shape in
      ck_attend(
        x.queries.address, x.keys.address, x.values.address, x.scoring.address, x.pictures,
        shape, context.address, weights.address)
    }
  }

  package func attendGradient(
    _ x: AttentionInputs, _ shape: AttentionShape, weights: Region, dcontext: Region?,
    dweights: Region?, into dqueries: Region, _ dscores: Region, _ dscoring: Region
  ) {
    x.pictures.withUnsafeBufferPointer { pictures in
      guard let pictures = pictures.baseAddress else { return }
      let forward = ck_attention_forward(
        queries: x.queries.address, keys: x.keys.address, values: x.values.address,
        scoring: x.scoring.address, pictures: pictures, weights: weights.address)
      shape.withKernelShape { shape in
        ck_attend_gradient(
          forward, shape, dcontext?.address, dweights?.address, dqueries.address,
          dscores.address, dscoring.address)
      }
    }
  }

  package func attendGradient(
    ofKeys x: AttentionInputs, _ shape: AttentionShape, dscores: Region, into dkeys: Region
  ) {
    shape.withKernelShape { shape in
      ck_attend_key_gradient(
        x.queries.address, x.keys.address, x.scoring.address, x.pictures, shape,
        dscores.address, dkeys.address)
    }
  }

  package func attendGradient(
    ofValues pictureOfRow: [Int32], _ shape: AttentionShape, weights: Region, dcontext: Region,
    into dvalues: Region
  ) {
    shape.withKernelShape { shape in
      ck_attend_value_gradient(
        weights.address, pictureOfRow, shape, dcontext.address, dvalues.address)
    }
  }
}

extension AttentionShape {
  /// Calls `body` with the shape as the kernels take it; the value is valid only during the call.
  fileprivate func withKernelShape(_ body: (ck_attention) -> Void) {
    starts.withUnsafeBufferPointer { starts in
      guard let first = starts.baseAddress else { return }
      body(
        ck_attention(
          rows: Int64(rows), pictures: Int64(pictures), positions: Int64(positions),
          size: Int64(size), channels: Int64(channels), starts: first))
    }
  }
}

extension Region {
  /// The address of the first element of a region of bfloat16 numbers; traps if it has another type.
  var bfloat16Address: UnsafeMutablePointer<UInt16> {
    precondition(type == .bfloat16, "backend: this kernel computes in bfloat16")
    return rawAddress.assumingMemoryBound(to: UInt16.self)
  }
}

extension ck_pooling {
  init(_ window: Window) {
    self.init(
      batch: Int64(window.batch), height: Int64(window.height), width: Int64(window.width),
      channels: Int64(window.channels), out_height: Int64(window.outputHeight),
      out_width: Int64(window.outputWidth), window: Int64(window.kernelHeight),
      stride: Int64(window.stride), pad_top: Int64(window.padding.top),
      pad_left: Int64(window.padding.left))
  }
}
