/// What is left out of the hidden states that a recurrent cell remembers: the same features at all steps
/// of a sequence (Gal & Ghahramani, 2016).
public struct StateDropout: Sendable {
  /// The share that is left out, in `0..<1`.
  let rate: Float
  /// One for each sequence.
  let keys: [UInt64]

  package init(rate: Float, keys: [UInt64]) { (self.rate, self.keys) = (rate, keys) }
}

extension Tensor {
  /// What is left of the hidden states of the first sequences, `[B, H]`.
  public func droppingOut(_ dropout: StateDropout?) -> Tensor {
    guard let dropout else { return self }
    return droppingOut(dropout.rate, keys: Array(dropout.keys.prefix(shape[0])))
  }

  /// These rows with some of their numbers replaced by 0, and the others scaled up so that nothing changes
  /// on average (Srivastava et al., 2014).
  ///
  /// - Parameters:
  ///   - rate: The share that is left out, in `0..<1`, in steps of 1/65536.
  ///   - keys: One for each row, which fixes its draws: 16 bits for each number, from the numbers of a
  ///     `SeededGenerator` with the key as its seed, lowest bits first.
  /// - Returns: As many rows.
  package func droppingOut(_ rate: Float, keys: [UInt64]) -> Tensor {
    precondition(
      keys.count == shape[0] && (0..<1).contains(rate),
      "droppingOut: \(rate) of \(shape) with \(keys.count) keys")
    let y = Tensor(uninitialized: shape, type: elementType, on: device)
    device.backend.dropout(region, keys: keys, rate, into: y.region)
    return y.recorded(Pullback(to: self) { dy in dy.droppingOut(rate, keys: keys) })
  }
}
