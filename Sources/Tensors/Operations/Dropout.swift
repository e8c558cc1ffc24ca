/// Dropout on the hidden states of a recurrent cell, of the same features at all steps of a sequence (Gal &
/// Ghahramani, 2016).
package struct StateDropout: Sendable {
  /// The share that is left out, in `0..<1`.
  let rate: Float
  /// One key for each sequence, which fixes its draws.
  let keys: [UInt64]

  package init(rate: Float, keys: [UInt64]) { (self.rate, self.keys) = (rate, keys) }
}

extension Tensor {
  /// Applies the dropout to the hidden states of the first sequences, `[B, H]`.
  package func droppingOut(_ dropout: StateDropout?) -> Tensor {
    guard let dropout else { return self }
    return droppingOut(dropout.rate, keys: Array(dropout.keys.prefix(shape[0])))
  }

  /// Returns the rows with some of their elements set to 0 and the others scaled up, so that the mean does not
  /// change (Srivastava et al., 2014).
  ///
  /// - Parameters:
  ///   - rate: The share of elements that is dropped, in `0..<1`, in steps of 1/65536.
  ///   - keys: One key for each row, which fixes its draws: 16 bits for each element, from the numbers of a
  ///     `SeededGenerator` with the key as its seed, lowest bits first.
  /// - Returns: A tensor of the same shape.
  package func droppingOut(_ rate: Float, keys: [UInt64]) -> Tensor {
    precondition(
      keys.count == shape[0] && (0..<1).contains(rate),
      "droppingOut: \(rate) of \(shape) with \(keys.count) keys")
    let y = Tensor(uninitialized: shape, type: elementType, on: device)
    device.backend.dropout(region, keys: keys, rate, into: y.region)
    return y.recorded(Pullback(to: self) { dy in dy.droppingOut(rate, keys: keys) })
  }
}
