// How far probabilities are from the right words.

/// The mean of `-log p(target)` over the rows whose target is not ignored, in nats.
///
/// - Parameters:
///   - logits: `[…, V]`.
///   - targets: The right column of each row.
///   - ignored: The target of rows that do not count; where all are ignored the mean is 0.
///   - smoothing: How much of the probability is wanted on all columns alike (Szegedy et al., 2016), in
///     `0...1`; PyTorch's `label_smoothing`.
/// - Returns: One number, of shape `[]`.
public func crossEntropy(
  _ logits: Tensor, _ targets: [Int32], ignoring ignored: Int32, smoothing: Float = 0
) -> Tensor {
  let columns = logits.shape[logits.rank - 1]
  let rows = logits.elementCount / columns
  let entropy = Entropy(
    checking: targets, rows: rows, columns: columns, ignored: ignored, smoothing: smoothing)
  let device = logits.device
  let losses = Tensor(uninitialized: [rows], on: device)
  let gradient =
    logits.history == nil ? nil : Tensor(uninitialized: logits.shape, on: device)
  let scores = Tensor(uninitialized: logits.shape, on: device)
  device.backend.convert(logits.region, into: scores.region)
  device.backend.crossEntropy(
    scores.region, targets: targets[...], weights: nil, entropy, into: losses.region,
    gradient: gradient?.region)
  let loss = losses.sum() * entropy.scale
  guard let gradient else { return loss }
  return loss.recorded(Pullback(to: logits) { dy in gradient.scaled(by: dy) })
}

/// `crossEntropy(linear(x, weight, bias), targets)`, without ever holding all logits.
///
/// The logits of a batch are by far its largest tensor, and all that is wanted of them is their gradient:
/// each block of rows is scored, compared, and turned into its gradient while it is in the cache. The
/// gradients are computed at once, for a gradient of 1.
///
/// - Parameters:
///   - x: `[N, I]`; its precision is that of the products.
///   - weight: `[V, I]`, in float32.
///   - bias: `[V]`, in float32.
///   - targets: The right column of each row.
///   - ignored: The target of rows that do not count.
///   - smoothing: How much of the probability is wanted on all columns alike, in `0...1`.
///   - rowWeights: What the loss of each row is multiplied by; the sum is divided by the number of rows all
///     the same. Nil is 1 for each.
/// - Returns: One number, of shape `[]`.
public func crossEntropy(
  ofLinear x: Tensor, _ weight: Tensor, bias: Tensor, _ targets: [Int32], ignoring ignored: Int32,
  smoothing: Float = 0, rowWeights: [Float]? = nil
) -> Tensor {
  precondition(
    rowWeights.map { $0.count == targets.count } ?? true,
    "crossEntropy: \(rowWeights?.count ?? 0) weights for \(targets.count) rows")
  let map = LinearMap(x, weight)
  let entropy = Entropy(
    checking: targets, rows: map.rows, columns: map.outputs, ignored: ignored,
    smoothing: smoothing)
  let device = x.device
  let losses = Tensor(uninitialized: [map.rows], on: device)
  let records = [x, weight, bias].contains { $0.history != nil }
  let dlogits =
    records
    ? Tensor(uninitialized: [map.rows, map.outputs], type: x.elementType, on: device) : nil
  for start in stride(from: 0, to: map.rows, by: LinearMap.blockRowCount) {
    let rows = start..<min(start + LinearMap.blockRowCount, map.rows)
    let logits = linear(map.x.slice(rows), map.weight, bias: bias.withoutGradient())
    device.backend.crossEntropy(
      logits.region, targets: targets[rows], weights: rowWeights?[rows], entropy,
      into: losses.slice(rows).region,
      gradient: dlogits?.slice(rows).region)
  }
  let loss = losses.sum() * entropy.scale
  guard let dlogits else { return loss }
  return recordedJointly([loss], from: [x.history, weight.history, bias.history]) { gradients in
    guard let dloss = gradients[0] else { return [nil, nil, nil] }
    return map.gradients(dlogits).map { $0?.scaled(by: dloss) }
  }[0]
}

extension LinearMap {
  /// Few enough rows that their logits stay in the cache, and enough for the product to be fast.
  fileprivate static let blockRowCount = 256
}

extension Entropy {
  fileprivate init(
    checking targets: [Int32], rows: Int, columns: Int, ignored: Int32, smoothing: Float
  ) {
    precondition(rows == targets.count, "crossEntropy: \(targets.count) targets for \(rows) rows")
    precondition(
      targets.allSatisfy { $0 == ignored || (0..<Int32(columns)).contains($0) },
      "crossEntropy: a target is not among the \(columns) columns")
    let count = targets.count { $0 != ignored }
    self.init(ignored: ignored, smoothing: smoothing, scale: 1 / Float(max(count, 1)))
  }
}

extension Tensor {
  /// The product with a single number; a factor of 1, the usual one, costs nothing.
  fileprivate func scaled(by factor: Tensor) -> Tensor {
    factor.scalar == 1 ? self : self * factor
  }
}

extension Contribution {
  fileprivate func scaled(by factor: Tensor) -> Contribution {
    factor.scalar == 1 ? self : .gradient(result.scaled(by: factor))
  }
}
