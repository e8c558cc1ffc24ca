/// The index of a word in a vocabulary.
public struct TokenID: Hashable, Sendable, Comparable {
  public let index: Int

  public init(_ index: Int) { self.index = index }

  /// The padding after captions shorter than the longest in a batch, `<pad>`; it is never generated and has
  /// no loss.
  public static let padding = TokenID(0)
  /// The input of a decoder before the first word, `<bos>`.
  public static let start = TokenID(1)
  /// The output of a decoder after the last word, `<eos>`.
  public static let end = TokenID(2)
  /// The token for words that are not in the vocabulary, `<unk>`.
  public static let unknown = TokenID(3)

  public static func < (a: Self, b: Self) -> Bool { a.index < b.index }
}
