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
  private let random: SeededRandom
  private let epoch: Int
  private let examples: [Int]

  /// - Parameters:
  ///   - kind: Which connections are cut.
  ///   - rate: The share that is left out.
  ///   - random: Fixes the draw.
  ///   - epoch: So that every epoch leaves out something else.
  ///   - examples: What each sequence is, so that its draw does not depend on its company.
  public init(
    _ kind: Kind = .nonRecurrent, rate: Float, random: SeededRandom, epoch: Int, examples: [Int]
  ) {
    (self.kind, self.rate, self.random) = (kind, rate, random)
    (self.epoch, self.examples) = (epoch, examples)
  }

  /// `x`, `[N, F]`, with some of its numbers replaced by 0.
  public func callAsFunction(_ x: Tensor, _ layout: SequenceLayout, at site: Site) -> Tensor {
    guard rate > 0 else { return x }
    precondition(site != .state, "sequence dropout: what is remembered is left out in the cell")
    let keys = layout.rowCounts.enumerated().flatMap { step, count in
      examples.prefix(count).map { example in
        random.bits(
          .dropout, epoch: epoch, example: example,
          position: (kind == .variational ? 0 : 2 * step) + site.rawValue)
      }
    }
    return x.droppingOut(rate, keys: keys)
  }

  /// What is left out of the hidden states that a cell remembers; nil where nothing is.
  public var ofState: StateDropout? {
    guard kind == .variational, rate > 0 else { return nil }
    let keys = examples.map {
      random.bits(.dropout, epoch: epoch, example: $0, position: Site.state.rawValue)
    }
    return StateDropout(rate: rate, keys: keys)
  }
}
