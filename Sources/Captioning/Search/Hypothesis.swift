import Text

/// A caption, finished or not, with the log-probabilities of its words.
package struct Hypothesis: Sendable, Equatable {
  /// The words so far, without `<bos>`; `<eos>` is the last of a finished caption.
  package var words: [TokenID] = []
  /// The log-probability of each word, in nats.
  package var wordLogProbabilities: [Float] = []
  /// The rewards of its words, in nats, which count only in a search.
  var reward: Float = 0

  package init() {}

  /// The sum of the words' log-probabilities.
  package var logProbability: Float { wordLogProbabilities.reduce(0, +) }

  package var isFinished: Bool { words.last == .end }

  /// The word that the decoder reads next.
  var lastWord: TokenID { words.last ?? .start }

  func extended(
    by word: TokenID, _ logProbability: Float, reward: Float = 0
  ) -> Hypothesis {
    var longer = self
    longer.reward += reward
    longer.words.append(word)
    longer.wordLogProbabilities.append(logProbability)
    return longer
  }

  /// Returns true if `a` ranks before `b`: finished captions before unfinished ones, each kind by score.
  static func isBetter(_ a: Hypothesis, _ b: Hypothesis, by penalty: LengthPenalty = .none) -> Bool
  {
    a.isFinished == b.isFinished
      ? penalty.score(of: a) > penalty.score(of: b) : a.isFinished
  }
}

extension TokenID {
  /// The words that no caption contains.
  static let unwritable: Set<TokenID> = [.padding, .start, .unknown]
}
