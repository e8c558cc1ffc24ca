import Tensors

/// The costs of captions besides the cross entropy of their words, while learning.
package struct CaptionCosts: Sendable, Equatable {
  /// The share of the probability that is wanted on all words alike (label smoothing), in `0...1`.
  package var smoothing: Float = 0
  /// The weight of doubly stochastic attention (Xu et al., 2015), a penalty for attending to some positions
  /// more than to others over a whole caption: `λ Σₗ (1 - Σₜ αₜₗ)²` for each.
  package var coverageWeight: Float = 0
  /// The weight of the norm stabiliser (Krueger & Memisevic, 2016), a penalty for changes in the norms of
  /// hidden states: `β Σₜ (‖hₜ‖ - ‖hₜ₋₁‖)²` for each caption.
  package var normWeight: Float = 0
  /// Restricts probabilities to the words that a search may write; the others get none, and label
  /// smoothing must be 0.
  package var isAmongWritable = false

  package init(
    smoothing: Float = 0, coverageWeight: Float = 0, normWeight: Float = 0,
    isAmongWritable: Bool = false
  ) {
    (self.smoothing, self.coverageWeight) = (smoothing, coverageWeight)
    (self.normWeight, self.isAmongWritable) = (normWeight, isAmongWritable)
  }
}

/// The losses of captions, per word; each of shape `[]`.
package struct CaptionLosses: Sendable {
  /// The mean of `-log p` over all words, in nats.
  package let words: Tensor
  /// The number of words, by which all costs are divided.
  ///
  /// Batches that count together count by it.
  package let count: Int
  /// The cost of attention; nil without.
  package var coverage: Tensor?
  /// The cost of changing norms; nil without.
  package var norms: Tensor?

  package init(words: Tensor, count: Int) { (self.words, self.count) = (words, count) }

  /// The sum of all, whose gradient is learned from.
  package var total: Tensor { [coverage, norms].compactMap { $0 }.reduce(words, +) }
}
