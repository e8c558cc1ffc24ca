import Text

/// Rules for the words of captions, however likely the model finds others.
///
/// Where a vocabulary has pieces, the rules are for whole words: a word that may not follow may not begin, and one that
/// has begun is finished.
public struct WordRules: Sendable, Equatable {
  /// The fewest words of a caption, its end not counted.
  public var minimumWords = 0
  /// The length of the n-grams that no caption repeats; nil allows repetitions.
  public var noRepeatNGramSize: Int?
  /// True if no word follows itself.
  public var noRepeatWords = false
  /// True if no caption ends in an article, a conjunction or another word that something must follow.
  public var noBadEndings = false
  /// The words that no caption contains.
  package var forbidden: Set<TokenID> = []
  /// The words that no caption ends in, once they are known.
  private var badEndings: Set<TokenID> = []
  /// The pieces that their word goes on after, once they are known.
  private var unfinished: Set<TokenID> = []

  public init(minimumWords: Int = 0, noRepeatNGramSize: Int? = nil) {
    (self.minimumWords, self.noRepeatNGramSize) = (minimumWords, noRepeatNGramSize)
  }

  package init(minimumWords: Int, noRepeatNGramSize: Int?, forbidden: Set<TokenID>) {
    self.init(minimumWords: minimumWords, noRepeatNGramSize: noRepeatNGramSize)
    self.forbidden = forbidden
  }

  /// Returns the same rules with the words of a vocabulary, which they need before a search.
  package func resolved(in vocabulary: Vocabulary) -> WordRules {
    var rules = self
    rules.badEndings =
      noBadEndings ? Set(OpenEndings.words.compactMap { vocabulary.id(of: $0) }) : []
    rules.unfinished = vocabulary.unfinishedPieces
    return rules
  }

  /// Returns the words, or pieces, that may not follow.
  ///
  /// - Parameters:
  ///   - tokens: The caption so far.
  ///   - isLast: True if the caption has room for one more word, and no end after it.
  /// - Returns: The words.
  func forbidden(after tokens: [TokenID], isLast: Bool) -> Set<TokenID> {
    var forbidden = forbidden.union(TokenID.unwritable)
    if let last = tokens.last, unfinished.contains(last) {
      forbidden.insert(.end)
      return forbidden
    }
    let words = words(tokens)
    if words.count < minimumWords { forbidden.insert(.end) }
    if let noRepeatNGramSize { forbidden.formUnion(Self.ends(of: noRepeatNGramSize, after: words)) }
    if isLast { forbidden.formUnion(badEndings) }
    guard let last = words.last, let start = last.first else { return forbidden }
    if noRepeatWords { forbidden.insert(start) }
    if last.count == 1, badEndings.contains(start) { forbidden.insert(.end) }
    return forbidden
  }

  /// Returns the pieces of each word; each word is one if there are no pieces.
  private func words(_ tokens: [TokenID]) -> [ArraySlice<TokenID>] {
    var words: [ArraySlice<TokenID>] = []
    var start = 0
    for (index, token) in tokens.enumerated() where !unfinished.contains(token) {
      words.append(tokens[start...index])
      start = index + 1
    }
    return words
  }

  /// The most words that may be forbidden in a caption of `length` words.
  func forbiddenCount(inLength length: Int) -> Int {
    forbidden.count + TokenID.unwritable.count + 2 + badEndings.count
      + (noRepeatNGramSize == nil ? 0 : length)
  }

  /// The words that would end an n-gram of `count` words for the second time, by their beginnings (n-gram blocking).
  private static func ends(of count: Int, after words: [ArraySlice<TokenID>]) -> [TokenID] {
    guard words.count >= count else { return [] }
    let last = words.suffix(count - 1)
    return (count - 1..<words.count).filter { words[($0 - count + 1)..<$0].elementsEqual(last) }
      .compactMap { words[$0].first }
  }
}
