/// The index of a word in a vocabulary.
package struct TokenID: Hashable, Sendable, Comparable {
  package let index: Int

  package init(_ index: Int) { self.index = index }

  /// The padding after captions shorter than the longest in a batch, `<pad>`; it is never generated and has
  /// no loss.
  package static let padding = TokenID(0)
  /// The input of a decoder before the first word, `<bos>`.
  package static let start = TokenID(1)
  /// The output of a decoder after the last word, `<eos>`.
  package static let end = TokenID(2)
  /// The token for words that are not in the vocabulary, `<unk>`.
  package static let unknown = TokenID(3)

  package static func < (a: Self, b: Self) -> Bool { a.index < b.index }
}
