import Tensors

/// Dropout of features of sequences during training.
///
/// Kept values are scaled up by `1 / (1 - rate)`, so nothing changes in inference.
package struct SequenceDropout: Sendable {
  /// The connections that dropout applies to, and the lifetime of its masks.
  package enum Kind: String, Sendable, CaseIterable {
    /// The inputs and outputs of a cell, with a new mask at every step (Zaremba et al., 2014).
    case nonRecurrent = "non-recurrent"
    /// One mask for all steps of a sequence, also of the hidden state (Gal & Ghahramani, 2016).
    case variational
  }

  /// The place in a decoder; no two places share their draws.
  package enum Site: Int, Sendable { case input, output, state }

  package let kind: Kind
  /// The dropout rate, in `0..<1`.
  package let rate: Float
  /// The word dropout rate: the share of different words that are dropped from a sequence, in `0..<1`.
  package let wordRate: Float
  private let random: SeededRandom
  private let epoch: Int
  private var examples: [Int]
  /// The layer of a stack, and the number of the first step of a layout.
  private var (layer, firstStep) = (0, 0)

  /// - Parameters:
  ///   - kind: The connections that dropout applies to.
  ///   - rate: The dropout rate.
  ///   - wordRate: The word dropout rate.
  ///   - random: The source of random numbers.
  ///   - epoch: The epoch, which changes the draws.
  ///   - examples: The number of each sequence's example; its draw does not depend on the rest of the batch.
  package init(
    _ kind: Kind = .nonRecurrent, rate: Float, wordRate: Float = 0, random: SeededRandom,
    epoch: Int,
    examples: [Int]
  ) {
    (self.kind, self.rate, self.wordRate, self.random) = (kind, rate, wordRate, random)
    (self.epoch, self.examples) = (epoch, examples)
  }

  /// Returns `x`, `[N, F]`, with some of its values replaced by 0.
  package func callAsFunction(_ x: Tensor, _ layout: SequenceLayout, at site: Site) -> Tensor {
    guard rate > 0 else { return x }
    precondition(site != .state, "sequence dropout: hidden states are dropped within the cell")
    let keys = layout.rowCounts.enumerated().flatMap { step, count in
      examples.prefix(count).map { example in
        key(example, site, step: kind == .variational ? 0 : firstStep + step)
      }
    }
    return x.droppingOut(rate, keys: keys)
  }

  /// Returns the embeddings of `words`, `[N, E]`, with those of some words replaced by 0: in a sequence all or
  /// none of the same word (Gal & Ghahramani, 2016).
  package func callAsFunction(
    _ x: Tensor, of words: [Int], _ layout: SequenceLayout
  ) -> Tensor {
    guard wordRate > 0 else { return x }
    let examples = layout.rowCounts.flatMap { self.examples.prefix($0) }
    let factors = zip(words, examples).map { word, example in
      random.uniform(.wordDropout, epoch: epoch, example: example, position: word) < wordRate
        ? 0 : 1 / (1 - wordRate)
    }
    return x * Tensor(factors, shape: [words.count, 1])
  }

  /// The dropout of hidden states within a cell; nil for none.
  package var ofState: StateDropout? {
    guard kind == .variational, rate > 0 else { return nil }
    return StateDropout(rate: rate, keys: examples.map { key($0, .state, step: 0) })
  }

  /// Returns the dropout of another layer of a stack, with draws of its own.
  package func inLayer(_ layer: Int) -> SequenceDropout {
    var copy = self
    copy.layer = layer
    return copy
  }

  /// Returns the dropout of one step of `layout`, for layers that read step by step.
  package func at(step: Int, of layout: SequenceLayout) -> SequenceDropout {
    var copy = self
    (copy.firstStep, copy.examples) = (step, Array(examples.prefix(layout.rowCounts[step])))
    return copy
  }

  /// Returns the dropout of some of these sequences, or of all in another order.
  package func ofSequences(_ sequences: [Int]) -> SequenceDropout {
    var copy = self
    copy.examples = sequences.map { examples[$0] }
    return copy
  }

  /// Returns the dropout of sequences that are read before these, such as the clips that captions describe;
  /// each has the example of one of `sequences`.
  package func beforehand(_ sequences: [Int]) -> SequenceDropout {
    var copy = ofSequences(sequences)
    // Further back than any sequence is long.
    copy.firstStep = firstStep + 1 << 24
    return copy
  }

  private func key(_ example: Int, _ site: Site, step: Int) -> UInt64 {
    // Layers lie further apart than any sequence is long.
    random.bits(
      .dropout, epoch: epoch, example: example, position: layer << 32 + 2 * step + site.rawValue)
  }
}
