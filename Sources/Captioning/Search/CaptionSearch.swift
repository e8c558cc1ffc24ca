import Text

/// A method of finding captions.
public enum CaptionSearch: Sendable, Equatable {
  /// The likeliest captions.
  case beam(BeamSearch)
  /// Captions drawn at random.
  case sampling(SampledSearch)

  /// True if captions are drawn at random.
  package var isSampling: Bool { if case .sampling = self { true } else { false } }

  /// The rules for words.
  package var rules: WordRules {
    get {
      switch self {
      case .beam(let search): search.rules
      case .sampling(let search): search.rules
      }
    }
    set {
      switch self {
      case .beam(var search):
        search.rules = newValue
        self = .beam(search)
      case .sampling(var search):
        search.rules = newValue
        self = .sampling(search)
      }
    }
  }

  /// Finds captions for each picture.
  ///
  /// - Parameters:
  ///   - start: One empty caption of each picture.
  ///   - numbers: The number of each picture among all that are captioned, which decides what is sampled.
  ///   - rewards: The words of each picture that a beam search rewards, in nats; nil rewards none.
  /// - Returns: The captions of each picture, the best first.
  func captions(
    from start: some CaptionsInProgress, numbers: [Int],
    rewarding rewards: [[TokenID: Float]]? = nil
  ) -> [[Hypothesis]] {
    switch self {
    case .beam(let search):
      search.captions(from: start, pictureCount: numbers.count, rewarding: rewards)
    case .sampling(let search): search.captions(from: start, numbers: numbers)
    }
  }
}
