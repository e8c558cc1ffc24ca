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
        let dy = dy.converted(to: .float32)
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

  /// A column of each row of scores, drawn with the probability that softmax gives it.
  ///
  /// - Parameter uniforms: For each row where in `0..<1` of the cumulative probability the draw falls.
  /// - Returns: A column for each row.
  package func drawn(at uniforms: [Float]) -> [Int] {
    precondition(uniforms.count == shape[0], "drawn: \(uniforms.count) draws for \(shape)")
    return device.backend.draw(region, at: uniforms)
  }
}
