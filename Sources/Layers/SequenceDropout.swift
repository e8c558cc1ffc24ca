import Tensors

/// Leaves out random features of sequences while learning.
///
/// What stays is scaled up, so nothing changes in use.
public struct SequenceDropout: Sendable {
  /// Which connections are cut, and for how long.
  public enum Kind: String, Sendable, CaseIterable {
    /// Only what goes into and comes out of a cell, other features at every step (Zaremba et al., 2014).
    case nonRecurrent = "non-recurrent"
    /// The same features at all steps of a sequence, and of what a cell remembers too (Gal & Ghahramani,
    /// 2016).
    case variational
  }

  /// Where in a decoder, so that no two places share their draws.
  public enum Site: Int, Sendable { case input, output, state }

  public let kind: Kind
  /// The share that is left out, in `0..<1`.
  public let rate: Float
  /// The share of the words that each sequence does without, wherever they stand in it, in `0..<1`.
  public let wordRate: Float
  private let random: SeededRandom
  private let epoch: Int
  private var examples: [Int]
  /// The layer of a stack, and the step that the first one of a layout is.
  private var (layer, firstStep) = (0, 0)

  /// - Parameters:
  ///   - kind: Which connections are cut.
  ///   - rate: The share that is left out.
  ///   - wordRate: The share of words that are left out.
  ///   - random: Fixes the draw.
  ///   - epoch: So that every epoch leaves out something else.
  ///   - examples: What each sequence is, so that its draw does not depend on its company.
  public init(
    _ kind: Kind = .nonRecurrent, rate: Float, wordRate: Float = 0, random: SeededRandom,
    epoch: Int,
    examples: [Int]
  ) {
    (self.kind, self.rate, self.wordRate, self.random) = (kind, rate, wordRate, random)
    (self.epoch, self.examples) = (epoch, examples)
  }

  /// `x`, `[N, F]`, with some of its numbers replaced by 0.
  public func callAsFunction(_ x: Tensor, _ layout: SequenceLayout, at site: Site) -> Tensor {
    guard rate > 0 else { return x }
    precondition(site != .state, "sequence dropout: what is remembered is left out in the cell")
    let keys = layout.rowCounts.enumerated().flatMap { step, count in
      examples.prefix(count).map { example in
        key(example, site, step: kind == .variational ? 0 : firstStep + step)
      }
    }
    return x.droppingOut(rate, keys: keys)
  }

  /// The vectors of `words`, `[N, E]`, with some words' replaced by 0: in a sequence all or none of those
  /// that are the same (Gal & Ghahramani, 2016).
  public func callAsFunction(
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

  /// What is left out of the hidden states that a cell remembers; nil where nothing is.
  public var ofState: StateDropout? {
    guard kind == .variational, rate > 0 else { return nil }
    return StateDropout(rate: rate, keys: examples.map { key($0, .state, step: 0) })
  }

  /// The same in another layer of a stack: its draws are its own, and its input is what the one below says.
  public func inLayer(_ layer: Int) -> SequenceDropout {
    var copy = self
    copy.layer = layer
    return copy
  }

  /// The same at one step of `layout`, for what reads step by step.
  public func at(step: Int, of layout: SequenceLayout) -> SequenceDropout {
    var copy = self
    (copy.firstStep, copy.examples) = (step, Array(examples.prefix(layout.rowCounts[step])))
    return copy
  }

  /// The same of other sequences, which `sequences` of these are read beforehand, such as the clips that
  /// captions describe.
  public func beforehand(_ sequences: [Int]) -> SequenceDropout {
    var copy = self
    // Further back than any sequence is long.
    (copy.firstStep, copy.examples) = (firstStep + 1 << 24, sequences.map { examples[$0] })
    return copy
  }

  private func key(_ example: Int, _ site: Site, step: Int) -> UInt64 {
    // Layers lie further apart than any sequence is long.
    random.bits(
      .dropout, epoch: epoch, example: example, position: layer << 32 + 2 * step + site.rawValue)
  }
}
