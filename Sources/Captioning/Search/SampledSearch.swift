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
  /// Only the fewest likeliest words are drawn from that together are as likely as this (nucleus sampling;
  /// Holtzman et al., 2020); nil for all.
  public var topProbability: Float?
  /// What captions may say.
  public var rules = WordRules()
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
  ///   - features: Of all pictures or clips.
  ///   - decoder: Scores the words; its own log-probabilities are reported, without temperature.
  ///   - firstPicture: The number of the first picture among all that are captioned.
  /// - Returns: `count` captions of each picture, most likely first.
  public func captions<Decoder: CaptionDecoder>(
    of features: VisualFeatures, by decoder: Decoder, firstPicture: Int = 0
  ) -> [[Hypothesis]] {
    captions(
      from: DecoderCaptions(of: features, by: decoder), pictureCount: features.count,
      firstPicture: firstPicture)
  }

  /// Draws captions for each picture.
  ///
  /// - Parameters:
  ///   - start: One empty caption of each picture.
  ///   - pictureCount: How many pictures there are.
  ///   - firstPicture: The number of the first picture among all that are captioned.
  /// - Returns: `count` captions of each picture, most likely first.
  public func captions<Captions: CaptionsInProgress>(
    from start: Captions, pictureCount: Int, firstPicture: Int = 0
  ) -> [[Hypothesis]] {
    var pictures = (0..<pictureCount).flatMap { Array(repeating: $0, count: count) }
    var drawn = [Hypothesis](repeating: Hypothesis(), count: pictures.count)
    var growing = Array(drawn.indices)
    var captions = start.rows(pictures)

    for position in 0..<maximumWords where !growing.isEmpty {
      let (next, longer) = captions.reading(
        growing.map { drawn[$0].lastWord }, describing: pictures)
      let (scores, columns) = (next.floats, next.shape[1])
      for (row, caption) in growing.enumerated() {
        let uniform = random.uniform(
          .wordDraw, epoch: caption % count, example: firstPicture + caption / count,
          position: position)
        let (word, logProbability) = draw(
          scores[row * columns..<(row + 1) * columns],
          except: rules.forbidden(after: drawn[caption].words), at: uniform)
        drawn[caption] = drawn[caption].extended(by: word, logProbability)
      }
      let kept = growing.indices.filter { !drawn[growing[$0]].isFinished }
      (growing, pictures) = (kept.map { growing[$0] }, kept.map { pictures[$0] })
      if !kept.isEmpty { captions = longer.rows(kept) }
    }
    return (0..<pictureCount).map { picture in
      drawn[picture * count..<(picture + 1) * count].sorted { Hypothesis.isBetter($0, $1) }
    }
  }

  /// The word at which the cumulative probability passes `uniform`, among those that may come.
  private func draw(
    _ scores: ArraySlice<Float>, except forbidden: Set<TokenID>, at uniform: Float
  ) -> (TokenID, Float) {
    var possible = zip(0..., scores).filter { !forbidden.contains(TokenID($0.0)) }
    // Where every word is forbidden there is nothing left to say.
    guard !possible.isEmpty else { return (.end, scores[scores.startIndex + TokenID.end.index]) }
    if topWordCount != nil || topProbability != nil {
      // Of equal words the first counts, so that the draw never depends on how sorting works.
      possible.sort { ($1.1, $0.0) < ($0.1, $1.0) }
    }
    if let topWordCount, topWordCount < possible.count {
      possible.removeSubrange(topWordCount...)
    }
    var weights = weights(of: possible.map(\.1))
    if let topProbability { weights = nucleus(of: weights, topProbability) }
    var rest = Double(uniform) * weights.reduce(0, +)
    for ((word, score), weight) in zip(possible, weights) {
      rest -= weight
      if rest < 0 { return (TokenID(word), score) }
    }
    // Rounding left a crumb: the last word that can be drawn at all.
    let last = weights.lastIndex { $0 > 0 } ?? weights.count - 1
    return (TokenID(possible[last].0), possible[last].1)
  }

  /// What the probabilities of words are in proportion to, by their log-probabilities.
  private func weights(of scores: [Float]) -> [Double] {
    let largest = scores.max() ?? 0
    return scores.map { score in
      // A temperature of 0 is the likeliest word; the division would be by zero.
      temperature > 0 ? exponential((score - largest) / temperature) : (score == largest ? 1 : 0)
    }
  }

  /// The first of falling `weights`, as many as it takes to come to this share of their sum.
  private func nucleus(of weights: [Double], _ share: Float) -> [Double] {
    let limit = Double(share) * weights.reduce(0, +)
    var sum = 0.0
    let kept = weights.prefix { weight in
      defer { sum += weight }
      return sum < limit
    }
    return Array(kept)
  }
}
