import Layers
import Tensors
import Text

/// Unfinished captions, one row each, which a search extends word by word.
package protocol CaptionsInProgress: RowSelectable {
  /// Reads one word per row.
  ///
  /// - Parameters:
  ///   - words: The next word of each caption.
  ///   - pictureOfRow: The index of the picture that each describes.
  /// - Returns: `log p` of every word that may follow, `[B, V]`, and the captions with `words`.
  func reading(_ words: [TokenID], describing pictureOfRow: [Int]) -> (next: Tensor, Self)
}

/// Captions that one decoder writes.
struct DecoderCaptions<Decoder: CaptionDecoder>: CaptionsInProgress {
  private let decoder: Decoder
  private let context: Decoder.Context
  private var state: Decoder.State
  private let precision: ElementType

  /// Empty captions of all pictures of `features`, one each.
  init(
    of features: PackedSequence, by decoder: Decoder, in precision: ElementType = .float32
  ) {
    (self.decoder, self.precision) = (decoder, precision)
    (context, state) = decoder.start(features, in: precision)
  }

  func reading(_ words: [TokenID], describing pictureOfRow: [Int]) -> (next: Tensor, Self) {
    var longer = self
    let logits: Tensor
    (logits, longer.state) = decoder.logits(
      after: words, state, context, pictureOfRow: pictureOfRow, in: precision)
    return (logSoftmax(logits), longer)
  }

  func rows(_ indices: [Int]) -> Self {
    var chosen = self
    chosen.state = state.rows(indices)
    return chosen
  }
}

extension CaptionDecoder {
  package func emptyCaptions(
    of features: PackedSequence, in precision: ElementType
  ) -> any CaptionsInProgress {
    DecoderCaptions(of: features, by: self, in: precision)
  }
}

/// Captions that several decoders of the same vocabulary write together: the probability of a word is the mean of
/// theirs (the ensembles of Vinyals et al., 2017), which may be weighted (the late fusion of two streams;
/// Venugopalan et al., 2015).
///
///     p(word) = Σᵢ wᵢ pᵢ(word)
struct EnsembleCaptions: CaptionsInProgress {
  /// At least one.
  let members: [any CaptionsInProgress]
  /// The weight of each member; they add up to 1.
  let weights: [Float]

  /// - Parameters:
  ///   - members: At least one.
  ///   - weights: The weight of each member, above 0; nil weighs all alike.
  init(members: [any CaptionsInProgress], weights: [Float]? = nil) {
    let given = weights ?? members.map { _ in 1 }
    precondition(given.count == members.count, "\(given.count) weights for \(members.count)")
    let sum = given.reduce(0, +)
    (self.members, self.weights) = (members, given.map { $0 / sum })
  }

  func reading(_ words: [TokenID], describing pictureOfRow: [Int]) -> (next: Tensor, Self) {
    let read = members.map { $0.reading(words, describing: pictureOfRow) }
    return (
      logMeanExp(read.map(\.next), weights),
      EnsembleCaptions(members: read.map(\.1), weights: weights)
    )
  }

  func rows(_ indices: [Int]) -> Self {
    EnsembleCaptions(members: members.map { $0.rows(indices) }, weights: weights)
  }
}

/// Returns the logarithm of the weighted mean of `exp(x)`, element by element.
private func logMeanExp(_ x: [Tensor], _ weights: [Float]) -> Tensor {
  // Relative to the largest, so that not all underflow to 0.
  let largest = x.dropFirst().reduce(x[0]) { $0 + relu($1 - $0) }
  let shares = zip(x, weights).map { exp($0 - largest) * $1 }
  return largest + log(shares.dropFirst().reduce(shares[0], +))
}
