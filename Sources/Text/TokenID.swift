/// The number of a word in a vocabulary.
public struct TokenID: Hashable, Sendable, Comparable {
  public let index: Int

  public init(_ index: Int) { self.index = index }

  /// Fills the end of a caption shorter than its batch; never written, never learnt from.
  public static let padding = TokenID(0)
  /// What a decoder reads before the first word, `<bos>`.
  public static let start = TokenID(1)
  /// What a decoder writes after the last word, `<eos>`.
  public static let end = TokenID(2)
  /// Stands for every word the vocabulary does not have, `<unk>`.
  public static let unknown = TokenID(3)

  public static func < (a: Self, b: Self) -> Bool { a.index < b.index }
}
