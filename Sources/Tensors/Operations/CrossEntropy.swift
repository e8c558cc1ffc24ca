/// Returns the mean cross-entropy of the targets given the logits `linear(x, weight, bias)`, in nats.
///
/// The logits of a batch are by far its largest tensor, and only their gradient is needed. So they are never held
/// all at once: each block of rows is multiplied, compared with its targets and replaced by its gradient while it is
/// in the cache. Gradients are computed right away, for a gradient of 1 of the result.
///
/// - Parameters:
///   - x: `[N, I]`; products are computed in its precision.
///   - weight: `[V, I]`, in float32.
///   - bias: `[V]`, in float32.
///   - targets: The target column of each row.
///   - ignored: The target of rows that are ignored; if all are, the mean is 0.
///   - smoothing: The label smoothing (Szegedy et al., 2016), in `0...1`, as PyTorch's `label_smoothing`.
///   - rowWeights: The factor of the loss of each row, or nil for 1. The sum is still divided by the number of rows
///     that are not ignored.
/// - Returns: One number, of shape `[]`.
package func crossEntropy(
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
  /// The number of rows of a block: few enough that their logits stay in the cache, and enough for a fast product.
  fileprivate static let blockRowCount = 256
}

extension Entropy {
  package init(
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
  /// Returns the product with a single number; a factor of 1, the usual one, costs nothing.
  fileprivate func scaled(by factor: Tensor) -> Tensor {
    factor.scalar == 1 ? self : self * factor
  }
}

extension Contribution {
  fileprivate func scaled(by factor: Tensor) -> Contribution {
    factor.scalar == 1 ? self : .gradient(result.scaled(by: factor))
  }
}
