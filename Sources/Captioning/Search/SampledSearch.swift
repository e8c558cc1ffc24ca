import Layers
import Tensors
import Text

/// Draws captions at random, each word with the probability that the decoder gives it.
public struct SampledSearch: Sendable, Equatable {
  /// The number of captions to draw per picture.
  public var count = 1
  /// Below 1 likely words become likelier, above 1 all become more alike.
  public var temperature: Float = 1
  /// The number of likeliest words to draw from at each step (top-k); nil draws from all.
  public var topWordCount: Int?
  /// The probability, in `0...1`, that the words to draw from have together: the fewest likeliest words that reach
  /// it (nucleus sampling; Holtzman et al., 2020); nil draws from all.
  public var topProbability: Float?
  /// The words that captions may contain.
  public var rules = WordRules()
  /// The most words of a caption.
  public var maximumWords = 20
  /// The source of random numbers: a draw depends on the seed, the picture's number and the caption's, and on nothing
  /// else that is drawn.
  package var random = SeededRandom(0)

  public init(count: Int, temperature: Float, maximumWords: Int, seed: UInt64) {
    (self.count, self.temperature, self.maximumWords) = (count, temperature, maximumWords)
    random = SeededRandom(seed)
  }

  /// Draws captions for each picture.
  ///
  /// - Parameters:
  ///   - features: Of all pictures or clips.
  ///   - decoder: Scores the words; its own log-probabilities are reported, without temperature.
  ///   - numbers: The number of each picture among all that are captioned; nil counts from 0.
  /// - Returns: `count` captions of each picture, most likely first.
  package func captions<Decoder: CaptionDecoder>(
    of features: PackedSequence, by decoder: Decoder, numbers: [Int]? = nil
  ) -> [[Hypothesis]] {
    captions(
      from: DecoderCaptions(of: features, by: decoder),
      numbers: numbers ?? Array(0..<features.count))
  }

  /// Draws captions for each picture.
  ///
  /// - Parameters:
  ///   - start: One empty caption of each picture.
  ///   - numbers: The number of each picture among all that are captioned. What is drawn for a picture depends
  ///     on its number, and not on the pictures beside it.
  /// - Returns: `count` captions of each picture, most likely first.
  package func captions<Captions: CaptionsInProgress>(
    from start: Captions, numbers: [Int]
  ) -> [[Hypothesis]] {
    var pictures = numbers.indices.flatMap { Array(repeating: $0, count: count) }
    var drawn = [Hypothesis](repeating: Hypothesis(), count: pictures.count)
    var growing = Array(drawn.indices)
    var captions = start.rows(pictures)

    for position in 0..<maximumWords where !growing.isEmpty {
      let (next, longer) = captions.reading(
        growing.map { drawn[$0].lastWord }, describing: pictures)
      let (scores, columns) = (next.floats, next.shape[1])
      for (row, caption) in growing.enumerated() {
        let uniform = random.uniform(
          .wordDraw, epoch: caption % count, example: numbers[caption / count],
          position: position)
        let (word, logProbability) = draw(
          scores[row * columns..<(row + 1) * columns],
          except: rules.forbidden(
            after: drawn[caption].words, isLast: position + 1 == maximumWords), at: uniform)
        drawn[caption] = drawn[caption].extended(by: word, logProbability)
      }
      let kept = growing.indices.filter { !drawn[growing[$0]].isFinished }
      (growing, pictures) = (kept.map { growing[$0] }, kept.map { pictures[$0] })
      if !kept.isEmpty { captions = longer.rows(kept) }
    }
    return numbers.indices.map { picture in
      drawn[picture * count..<(picture + 1) * count].sorted { Hypothesis.isBetter($0, $1) }
    }
  }

  /// The word at which the cumulative probability passes `uniform`, among those that may come.
  private func draw(
    _ scores: ArraySlice<Float>, except forbidden: Set<TokenID>, at uniform: Float
  ) -> (TokenID, Float) {
    var possible = zip(0..., scores).filter { !forbidden.contains(TokenID($0.0)) }
    // If every word is forbidden, the caption ends here.
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
    // Rounding left a remainder: the last word with a probability above 0.
    let last = weights.lastIndex { $0 > 0 } ?? weights.count - 1
    return (TokenID(possible[last].0), possible[last].1)
  }

  /// Returns numbers in proportion to the probabilities of words with these log-probabilities.
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
