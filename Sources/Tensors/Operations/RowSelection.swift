extension Tensor {
  /// Returns the rows with the given indices along the first axis; an index may occur more than once.
  ///
  /// It looks words up in an embedding table, and keeps the best rows of a beam.
  package func rows(_ indices: [Int]) -> Tensor {
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

  /// Returns the `k` largest values of each row of a matrix in descending order.
  ///
  /// Equal values are in the order of their columns, so the result is deterministic.
  package func largest(_ k: Int) -> [[(index: Int, value: Float)]] {
    device.backend.largest(Swift.min(k, shape[rank - 1]), region, columns: shape[rank - 1])
  }

  /// Draws a column of each row of scores, with the probability that softmax gives it.
  ///
  /// - Parameter uniforms: A number in `0..<1` for each row, at which the cumulative probability is looked up.
  /// - Returns: One column for each row.
  package func drawn(at uniforms: [Float]) -> [Int] {
    precondition(uniforms.count == shape[0], "drawn: \(uniforms.count) draws for \(shape)")
    return device.backend.draw(region, at: uniforms)
  }
}
