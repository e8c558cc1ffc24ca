import Layers
import Tensors
import Text

/// Draws captions at random, each word with the probability that the decoder gives it.
public struct SampledSearch: Sendable, Equatable {
  /// How many captions to draw per picture.
  public var count = 1
  /// Below 1 likely words become likelier, above 1 all become more alike.
  public var temperature: Float = 1
  /// How many of the likeliest words are drawn from at each step; nil for all.
  public var topWordCount: Int?
  public var maximumWords = 20
  /// Fixes the draw: of one caption by seed, picture and number, whatever else is drawn.
  public var random = SeededRandom(0)

  public init(count: Int, temperature: Float, maximumWords: Int, seed: UInt64) {
    (self.count, self.temperature, self.maximumWords) = (count, temperature, maximumWords)
    random = SeededRandom(seed)
  }

  /// Draws captions for each picture.
  ///
  /// - Parameters:
  ///   - features: `[P, F]`.
  ///   - decoder: Scores the words; its own log-probabilities are reported, without temperature.
  ///   - firstPicture: The number of the first picture among all that are captioned.
  /// - Returns: `count` captions of each picture, most likely first.
  public func captions<Decoder: CaptionDecoder>(
    of features: Tensor, by decoder: Decoder, firstPicture: Int = 0
  ) -> [[Hypothesis]] {
    let pictureCount = features.shape[0]
    var pictures = (0..<pictureCount).flatMap { Array(repeating: $0, count: count) }
    var drawn = [Hypothesis](repeating: Hypothesis(), count: pictures.count)
    var growing = Array(drawn.indices)
    var (context, state) = decoder.start(features)
    state = state.rows(pictures)

    for position in 0..<maximumWords where !growing.isEmpty {
      let (logits, next) = decoder.logits(
        after: growing.map { drawn[$0].lastWord }, state, context, pictureOfRow: pictures)
      let rows = logSoftmax(logits)
      let (scores, columns) = (rows.floats, rows.shape[1])
      for (row, caption) in growing.enumerated() {
        let uniform = random.uniform(
          .wordDraw, epoch: caption % count, example: firstPicture + caption / count,
          position: position)
        let (word, logProbability) = draw(
          scores[row * columns..<(row + 1) * columns], at: uniform)
        drawn[caption] = drawn[caption].extended(by: word, logProbability)
      }
      let kept = growing.indices.filter { !drawn[growing[$0]].isFinished }
      (growing, pictures) = (kept.map { growing[$0] }, kept.map { pictures[$0] })
      if !kept.isEmpty { state = next.rows(kept) }
    }
    return (0..<pictureCount).map { picture in
      drawn[picture * count..<(picture + 1) * count].sorted(by: Hypothesis.isBetter)
    }
  }

  /// The word at which the cumulative probability passes `uniform`, among the writable ones.
  private func draw(_ scores: ArraySlice<Float>, at uniform: Float) -> (TokenID, Float) {
    var writable = zip(0..., scores).filter { !TokenID.unwritable.contains(TokenID($0.0)) }
    if let topWordCount, topWordCount < writable.count {
      // Of equal words the first counts, so that the draw never depends on how sorting works.
      writable.sort { ($1.1, $0.0) < ($0.1, $1.0) }
      writable.removeSubrange(topWordCount...)
    }
    let largest = writable.map(\.1).max() ?? 0
    // A temperature of 0 is the likeliest word; the division would be by zero.
    let weights = writable.map { _, score in
      temperature > 0 ? exponential((score - largest) / temperature) : (score == largest ? 1 : 0)
    }
    var rest = Double(uniform) * weights.reduce(0, +)
    for ((word, score), weight) in zip(writable, weights) {
      rest -= weight
      if rest < 0 { return (TokenID(word), score) }
    }
    // Rounding left a crumb: the last word that can be drawn at all.
    let possible = writable.indices.last { weights[$0] > 0 } ?? writable.count - 1
    return (TokenID(writable[possible].0), writable[possible].1)
  }
}
