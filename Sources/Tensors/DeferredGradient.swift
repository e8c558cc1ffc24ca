/// A gradient that is computed only when all other gradients of the same tensor have arrived.
///
/// A tensor that every step of a recurrence uses receives one gradient per step. Computing them together is faster
/// than one by one.
package protocol DeferredGradient: Sendable {
  /// Returns true if this gradient and `other`, which belong to the same tensor, can be computed together.
  func goesWith(_ other: Self) -> Bool
  /// Computes the sum of this gradient and of `others`, all of which go with it.
  func sum(with others: [Self]) -> Tensor
}

extension DeferredGradient {
  /// This gradient alone.
  var sum: Tensor { sum(with: []) }

  /// Computes the sum of this gradient, the first of `gradients`, and all that go with it, then those of the others.
  fileprivate func sums(_ gradients: ArraySlice<any DeferredGradient>) -> [Tensor] {
    var alike: [Self] = []
    var others: [any DeferredGradient] = []
    for gradient in gradients.dropFirst() {
      if let gradient = gradient as? Self, goesWith(gradient) {
        alike.append(gradient)
      } else {
        others.append(gradient)
      }
    }
    return [sum(with: alike)] + others.sums
  }
}

extension [any DeferredGradient] {
  /// The computed gradients, one tensor for each set that goes together; their sum is the gradient.
  var sums: [Tensor] { first.map { $0.sums(self[...]) } ?? [] }
}
