/// The words that a captioner can generate, with their indices.
///
/// Indices 0 to 3 are `<pad>`, `<bos>`, `<eos>` and `<unk>`. These are roles, not words: if a caption
/// contains one of them as text, it is mapped to `<unk>`, so that no text can end or pad a sentence.
package struct Vocabulary: Sendable, Equatable {
  /// The special words in the order of their indices.
  package static let specialWords = ["<pad>", "<bos>", "<eos>", "<unk>"]

  /// The tokenizer of the captions that the words come from.
  package let tokenizer: CaptionTokenizer
  /// All words by index, special words first.
  private let words: [String]
  /// The indices of all words but the special ones.
  private let ids: [String: TokenID]

  /// Creates a vocabulary of `ordinaryWords` in their order, with indices from 4.
  ///
  /// Special, repeated and unstorable words are left out.
  package init(
    words ordinaryWords: some Sequence<String>, tokenizer: CaptionTokenizer = CaptionTokenizer()
  ) {
    var words = Self.specialWords
    var ids: [String: TokenID] = [:]
    for word in ordinaryWords
    where ids[word] == nil && word.isStorable && !Self.specialWords.contains(word) {
      ids[word] = TokenID(words.count)
      words.append(word)
    }
    self.words = words
    self.ids = ids
    self.tokenizer = tokenizer
  }

  /// Creates a vocabulary of the words that occur at least `minimumCount` times, by descending frequency,
  /// then alphabetically.
  package init(
    _ counts: WordCounts, minimumCount: Int = 5, tokenizer: CaptionTokenizer = CaptionTokenizer()
  ) {
    self.init(
      words: counts.ranked.lazy.filter { $0.count >= minimumCount }.map(\.word),
      tokenizer: tokenizer)
  }

  /// Counts the words of `sentences`, and keeps those that occur at least `minimumCount` times.
  package init(counting sentences: some Sequence<[String]>, minimumCount: Int = 5) {
    self.init(WordCounts(counting: sentences), minimumCount: minimumCount)
  }

  /// Creates a vocabulary from words that were already checked; `ids` must be the inverse of `words` without
  /// the special words.
  init(checkedWords words: [String], ids: [String: TokenID], tokenizer: CaptionTokenizer) {
    (self.words, self.ids, self.tokenizer) = (words, ids, tokenizer)
  }

  /// The number of words including the four special ones, which is the width of the output layer.
  package var count: Int { words.count }

  /// Returns the spelling of `token`, which may be a special word.
  package func word(_ token: TokenID) -> String {
    precondition(
      words.indices.contains(token.index), "word \(token.index) of a vocabulary of \(count)")
    return words[token.index]
  }

  /// Returns the index of an ordinary word; nil if the vocabulary does not contain it.
  package func id(of word: String) -> TokenID? { ids[word] }
}

// MARK: - Sentences to numbers and back

extension Vocabulary {
  /// Returns the indices of `words`, with `.unknown` for each that the vocabulary does not contain.
  package func tokens(for words: [String]) -> [TokenID] {
    words.map { ids[$0] ?? .unknown }
  }

  /// Returns the words up to the first `<eos>` without special words, the form in which captions are scored.
  package func words(_ tokens: some Sequence<TokenID>) -> [String] {
    tokens.prefix { $0 != .end }.filter { $0 > .unknown }.map(word)
  }

  /// Returns the words up to the first `<eos>` as a readable sentence ("the man's dog", "(left)").
  ///
  /// Use `words` for scoring.
  package func sentence(_ tokens: some Sequence<TokenID>) -> String {
    tokenizer.sentence(of: words(tokens))
  }

  /// Returns the fraction of all counted words, including repetitions, that map to `<unk>`, in `0...1`.
  package func unknownFraction(of counts: WordCounts) -> Double {
    let total = counts.total
    let known = counts.counts.reduce(0) { $0 + (ids[$1.key] == nil ? 0 : $1.value) }
    return total == 0 ? 0 : Double(total - known) / Double(total)
  }
}
