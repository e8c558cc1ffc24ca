/// A sentence about a picture, and how likely its writer finds it.
public struct Caption: Sendable, Equatable {
  /// A word as the vocabulary spells it.
  public struct Word: Sendable, Equatable {
    public let text: String
    /// In nats, given the picture and the words before.
    public let logProbability: Float
  }
  /// The sentence as a person would write it.
  public let text: String
  public let words: [Word]
  /// Of the whole sentence, its end included, in nats.
  public let logProbability: Float
  /// `logProbability` per word, the end counted as one: comparable between long and short captions.
  public let score: Float
  /// Whether the writer ended the sentence itself, rather than at the limit of words.
  public let isFinished: Bool
}
