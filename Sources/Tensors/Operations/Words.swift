// Operations on rows of scores and on tables with one row per word.

/// Probabilities from scores, along the last axis.
public func softmax(_ x: Tensor) -> Tensor {
  let y = x.softmaxed(logarithm: false)
  return y.recorded(
    Pullback(to: x) { dy in
      let rows = y.shape.dropLast() + [1]
      return y * (dy - (dy * y).sum(over: [y.rank - 1]).reshaped(to: Array(rows)))
    })
}

/// Log-probabilities from scores, along the last axis.
public func logSoftmax(_ x: Tensor) -> Tensor {
  let y = x.softmaxed(logarithm: true)
  return y.recorded(
    Pullback(to: x) { dy in
      let rows = y.shape.dropLast() + [1]
      return dy - exp(y) * dy.sum(over: [y.rank - 1]).reshaped(to: Array(rows))
    })
}

/// The mean of `-log p(target)` over the rows whose target is not ignored, in nats.
///
/// - Parameters:
///   - logits: `[…, V]`.
///   - targets: The right column of each row.
///   - ignored: The target of rows that do not count; where all are ignored the mean is 0.
/// - Returns: One number, of shape `[]`.
public func crossEntropy(_ logits: Tensor, _ targets: [Int32], ignoring ignored: Int32) -> Tensor {
  let columns = logits.shape[logits.rank - 1]
  let rows = logits.elementCount / columns
  precondition(rows == targets.count, "crossEntropy: \(targets.count) targets for \(logits.shape)")
  precondition(
    targets.allSatisfy { $0 == ignored || (0..<Int32(columns)).contains($0) },
    "crossEntropy: a target is not among the \(columns) columns")
  let device = logits.device
  let count = targets.count { $0 != ignored }
  let share = 1 / Float(max(count, 1))
  let losses = Tensor(uninitialized: [rows], on: device)
  let gradient =
    logits.history == nil ? nil : Tensor(uninitialized: logits.shape, on: device)
  device.backend.crossEntropy(
    logits.region, targets: targets, ignoring: ignored, scale: share, into: losses.region,
    gradient: gradient?.region)
  let loss = losses.sum() * share
  guard let gradient else { return loss }
  return loss.recorded(Pullback(to: logits) { dy in gradient * dy })
}

extension Tensor {
  fileprivate func softmaxed(logarithm: Bool) -> Tensor {
    if elementType != .float32 { return inFloat32 { $0.softmaxed(logarithm: logarithm) } }
    let y = Tensor(uninitialized: shape, type: elementType, on: device)
    device.backend.softmax(region, columns: shape[rank - 1], logarithm: logarithm, into: y.region)
    return y
  }

  /// The rows with the given numbers, along the first axis; a row may be asked for repeatedly.
  ///
  /// Looking words up in a table of embeddings is this, and so is keeping the best of a beam.
  public func rows(_ indices: [Int]) -> Tensor {
    let (count, columns) = (shape[0], elementCount / max(shape[0], 1))
    precondition(
      indices.allSatisfy { (0..<count).contains($0) },
      "rows: one of \(indices) is not in 0..<\(count)")
    let rows = indices.map(Int32.init)
    let (table, device) = (shape, device)
    let y = Tensor(
      uninitialized: [indices.count] + shape.dropFirst(), type: elementType, on: device)
    device.backend.gather(rows, of: region, columns: columns, into: y.region)
    return y.recorded(
      Pullback(to: self) { dy in
        let dx = Tensor(zeros: table, on: device)
        device.backend.scatterAdd(dy.region, toRows: rows, of: dx.region, columns: columns)
        return dx
      })
  }

  /// The `k` largest values of each row of a matrix, in falling order.
  ///
  /// Equal values come in the order of their columns, so the result never depends on chance.
  public func largest(_ k: Int) -> [[(index: Int, value: Float)]] {
    device.backend.largest(Swift.min(k, shape[rank - 1]), region, columns: shape[rank - 1])
  }
}
