/// The words a captioner can write, each with its number.
///
/// Numbers 0 to 3 are `<pad>`, `<bos>`, `<eos>` and `<unk>`. These are roles, not words: a caption
/// that spells one of them out gets `<unk>`, so no text can end or pad a sentence.
public struct Vocabulary: Sendable, Equatable {
  /// The special words, in the order of their numbers.
  public static let specialWords = ["<pad>", "<bos>", "<eos>", "<unk>"]

  /// Every word by its number, special words first.
  private let words: [String]
  /// The numbers of all words but the special ones.
  private let ids: [String: TokenID]

  /// Numbers `ordinaryWords` from 4 on, in their order; a special, repeated or unstorable word is
  /// left out.
  public init(words ordinaryWords: some Sequence<String>) {
    var words = Self.specialWords
    var ids: [String: TokenID] = [:]
    for word in ordinaryWords
    where ids[word] == nil && word.isStorable && !Self.specialWords.contains(word) {
      ids[word] = TokenID(words.count)
      words.append(word)
    }
    self.words = words
    self.ids = ids
  }

  /// Keeps the words seen at least `minimumCount` times: the most frequent first, alphabetically
  /// among equals.
  public init(_ counts: WordCounts, minimumCount: Int = 5) {
    self.init(words: counts.ranked.lazy.filter { $0.count >= minimumCount }.map(\.word))
  }

  /// Counts the words of `sentences` and keeps those seen at least `minimumCount` times.
  public init(counting sentences: some Sequence<[String]>, minimumCount: Int = 5) {
    self.init(WordCounts(counting: sentences), minimumCount: minimumCount)
  }

  /// For a reader that has checked the words already; `ids` must invert `words` beyond the specials.
  init(checkedWords words: [String], ids: [String: TokenID]) {
    self.words = words
    self.ids = ids
  }

  /// The number of words, the four special ones included: the width of the output layer.
  public var count: Int { words.count }

  /// The spelling of `token`, special words included.
  public func word(_ token: TokenID) -> String {
    precondition(
      words.indices.contains(token.index), "word \(token.index) of a vocabulary of \(count)")
    return words[token.index]
  }

  /// The number of an ordinary word, or nil where the vocabulary does not have it.
  public func id(of word: String) -> TokenID? { ids[word] }
}

// MARK: - Sentences to numbers and back

extension Vocabulary {
  /// The numbers of `words`, `.unknown` for each that the vocabulary does not have.
  public func tokens(for words: [String]) -> [TokenID] {
    words.map { ids[$0] ?? .unknown }
  }

  /// The words up to the first `<eos>`, special words skipped: the form in which captions are scored.
  public func words(_ tokens: some Sequence<TokenID>) -> [String] {
    tokens.prefix { $0 != .end }.filter { $0 > .unknown }.map(word)
  }

  /// The words up to the first `<eos>` as a person writes them ("the man's dog", "(left)"); for
  /// scores use `words`.
  public func sentence(_ tokens: some Sequence<TokenID>) -> String {
    readableSentence(words(tokens))
  }

  /// The share of the counted words, repetitions included, that becomes `<unk>`, in `0...1`.
  public func unknownFraction(of counts: WordCounts) -> Double {
    let total = counts.total
    let known = counts.counts.reduce(0) { $0 + (ids[$1.key] == nil ? 0 : $1.value) }
    return total == 0 ? 0 : Double(total - known) / Double(total)
  }
}
