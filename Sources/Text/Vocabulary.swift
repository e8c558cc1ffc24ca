/// The words that a captioner can generate, or the pieces that it spells words with, and their indices.
///
/// Indices 0 to 3 are `<pad>`, `<bos>`, `<eos>` and `<unk>`. These are roles, not words: if a caption
/// contains one of them as text, it is mapped to `<unk>`, so that no text can end or pad a sentence.
package struct Vocabulary: Sendable, Equatable {
  /// The special words in the order of their indices.
  package static let specialWords = ["<pad>", "<bos>", "<eos>", "<unk>"]

  /// The tokenizer of the captions that the words come from.
  package let tokenizer: CaptionTokenizer
  /// Splits words into the pieces that the vocabulary has in their place; nil if it has whole words.
  package let pieces: BytePairEncoding?
  /// All words by index, special words first.
  private let words: [String]
  /// The indices of all words but the special ones.
  private let ids: [String: TokenID]

  /// Creates a vocabulary of `ordinaryWords` in their order, with indices from 4.
  ///
  /// Special, repeated and unstorable words are left out.
  package init(
    words ordinaryWords: some Sequence<String>, tokenizer: CaptionTokenizer = CaptionTokenizer(),
    pieces: BytePairEncoding? = nil
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
    (self.tokenizer, self.pieces) = (tokenizer, pieces)
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

  /// Learns to spell words of any language in pieces, and creates a vocabulary of them.
  ///
  /// It has every piece that the characters of `counts` may give, so that new words can be written, too; those that
  /// occur come first, by descending frequency.
  ///
  /// - Parameters:
  ///   - counts: The words of `UnicodeWords`.
  ///   - mergeCount: The most merges.
  ///   - minimumCount: The number of times that a pair must occur to be merged.
  package init(piecesOf counts: WordCounts, mergeCount: Int, minimumCount: Int) {
    let pieces = BytePairEncoding(
      learningFrom: counts, mergeCount: mergeCount, minimumCount: minimumCount)
    var occurring = WordCounts()
    for (word, count) in counts.counts { occurring.add(pieces.pieces(of: word), count: count) }
    self.init(
      words: occurring.ranked.map(\.word) + pieces.pieces(spelling: counts.counts.keys),
      tokenizer: CaptionTokenizer(.unicode), pieces: pieces)
  }

  /// Counts the words of `sentences`, and keeps those that occur at least `minimumCount` times.
  package init(counting sentences: some Sequence<[String]>, minimumCount: Int = 5) {
    self.init(WordCounts(counting: sentences), minimumCount: minimumCount)
  }

  /// Creates a vocabulary from words that were already checked; `ids` must be the inverse of `words` without
  /// the special words.
  init(
    checkedWords words: [String], ids: [String: TokenID], tokenizer: CaptionTokenizer,
    pieces: BytePairEncoding? = nil
  ) {
    (self.words, self.ids, self.tokenizer, self.pieces) = (words, ids, tokenizer, pieces)
  }

  /// The number of words including the four special ones, which is the width of the output layer.
  package var count: Int { words.count }

  /// Returns the spelling of `token`, which may be a special word.
  package func word(_ token: TokenID) -> String {
    precondition(
      words.indices.contains(token.index), "word \(token.index) of a vocabulary of \(count)")
    return words[token.index]
  }

  /// Returns the index of an ordinary word, or a piece; nil if the vocabulary does not contain it.
  package func id(of word: String) -> TokenID? { ids[word] }
}

// MARK: - Sentences to numbers and back

extension Vocabulary {
  /// Returns the indices of `words`, with `.unknown` for each that the vocabulary does not contain.
  ///
  /// - Parameters:
  ///   - words: Words of the tokenizer.
  ///   - limit: The most indices; no word is cut into.
  /// - Returns: The indices, several for a word in pieces.
  package func tokens(for words: [String], limit: Int = .max) -> [TokenID] {
    tokens(forEach: [words], limit: limit)[0]
  }

  /// Returns the same for each of many captions; a word that occurs again is not split again.
  package func tokens(forEach captions: [[String]], limit: Int = .max) -> [[TokenID]] {
    guard let pieces else {
      return captions.map { $0.prefix(limit).map { ids[$0] ?? .unknown } }
    }
    var spellings: [String: [TokenID]] = [:]
    func spelling(_ word: String) -> [TokenID] {
      if let known = spellings[word] { return known }
      let spelling = pieces.pieces(of: word).map { ids[$0] ?? .unknown }
      spellings[word] = spelling
      return spelling
    }
    return captions.map { words in
      var tokens: [TokenID] = []
      for word in words {
        let next = spelling(word)
        if tokens.count + next.count > limit { break }
        tokens += next
      }
      return tokens
    }
  }

  /// Returns the whole words up to the first `<eos>` without special words, the form in which captions are scored.
  ///
  /// A last word whose end is missing is left out.
  package func words(_ tokens: some Sequence<TokenID>) -> [String] {
    let words = tokens.prefix { $0 != .end }.filter { $0 > .unknown }.map(word)
    return pieces == nil ? words : BytePairEncoding.words(of: words)
  }

  /// Returns true if the word of a token goes on with the next one.
  package func goesOn(after token: TokenID) -> Bool {
    pieces != nil && BytePairEncoding.goesOn(after: word(token))
  }

  /// The pieces that words go on after; none if words are whole.
  package var unfinishedPieces: Set<TokenID> {
    pieces == nil ? [] : Set((0..<count).map(TokenID.init).filter(goesOn))
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
    let known = counts.counts.reduce(0) { known, entry in
      known + (tokens(for: [entry.key]).contains(.unknown) ? 0 : entry.value)
    }
    return total == 0 ? 0 : Double(total - known) / Double(total)
  }
}
