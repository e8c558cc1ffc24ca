import Text

/// A sentence about a picture, and its probability.
public struct Caption: Sendable, Equatable {
  /// A whole word, as the tokenizer spells it.
  public struct Word: Sendable, Equatable {
    public let text: String
    /// The log-probability in nats, given the picture and the words before.
    public let logProbability: Float
  }
  /// The sentence as a person would write it.
  public let text: String
  /// The words in lower case, without the end of the sentence.
  public let words: [Word]
  /// The log-probability of the whole sentence in nats, that of its end included.
  public let logProbability: Float
  /// `logProbability` per word, the end counted as one: comparable between long and short captions.
  public let score: Float
  /// True if the model ended the sentence itself, rather than at the limit of words.
  public let isFinished: Bool
}

extension Caption {
  /// Returns the same caption with a text before it.
  func hedged(by start: String) -> Caption {
    Caption(
      text: start + text, words: words, logProbability: logProbability, score: score,
      isFinished: isFinished)
  }

  /// Creates the caption that a search has found.
  init(_ hypothesis: Hypothesis, _ vocabulary: Vocabulary) {
    var logProbabilities: [Float] = []
    var isWithinWord = false
    for (token, logProbability) in zip(hypothesis.words, hypothesis.wordLogProbabilities) {
      if isWithinWord {
        logProbabilities[logProbabilities.count - 1] += logProbability
      } else {
        logProbabilities.append(logProbability)
      }
      isWithinWord = vocabulary.goesOn(after: token)
    }
    self.init(
      text: vocabulary.sentence(hypothesis.words),
      words: zip(vocabulary.words(hypothesis.words), logProbabilities).map(Word.init),
      logProbability: hypothesis.logProbability,
      score: hypothesis.logProbability / Float(max(logProbabilities.count, 1)),
      isFinished: hypothesis.isFinished)
  }
}
