import Text

/// A caption, finished or in the making, and how likely the decoder finds it.
public struct Hypothesis: Sendable, Equatable {
  /// The words so far, without `<bos>`; `<eos>` is the last of a finished caption.
  public var words: [TokenID] = []
  /// The log-probability of each word, in nats.
  public var wordLogProbabilities: [Float] = []

  public init() {}

  /// The sum of the words' log-probabilities.
  public var logProbability: Float { wordLogProbabilities.reduce(0, +) }

  public var isFinished: Bool { words.last == .end }

  /// What the decoder reads next.
  var lastWord: TokenID { words.last ?? .start }

  func extended(by word: TokenID, _ logProbability: Float) -> Hypothesis {
    var longer = self
    longer.words.append(word)
    longer.wordLogProbabilities.append(logProbability)
    return longer
  }

  /// Finished captions before cut-off ones, and each kind by likelihood.
  static func isBetter(_ a: Hypothesis, _ b: Hypothesis, by penalty: LengthPenalty = .none) -> Bool
  {
    a.isFinished == b.isFinished ? penalty.score(of: a) > penalty.score(of: b) : a.isFinished
  }
}

extension TokenID {
  /// What no caption may contain.
  static let unwritable: Set<TokenID> = [.padding, .start, .unknown]
}
