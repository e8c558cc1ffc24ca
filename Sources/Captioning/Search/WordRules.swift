import Text

/// Rules for the words of captions, however likely the model finds others.
public struct WordRules: Sendable, Equatable {
  /// The fewest words of a caption, its end not counted.
  public var minimumWords = 0
  /// The length of the n-grams that no caption repeats; nil allows repetitions.
  public var noRepeatNGramSize: Int?
  /// The words that no caption contains.
  package var forbidden: Set<TokenID> = []

  public init(minimumWords: Int = 0, noRepeatNGramSize: Int? = nil) {
    (self.minimumWords, self.noRepeatNGramSize) = (minimumWords, noRepeatNGramSize)
  }

  package init(minimumWords: Int, noRepeatNGramSize: Int?, forbidden: Set<TokenID>) {
    (self.minimumWords, self.noRepeatNGramSize) = (minimumWords, noRepeatNGramSize)
    self.forbidden = forbidden
  }

  /// The words that may not follow `words`.
  func forbidden(after words: [TokenID]) -> Set<TokenID> {
    var forbidden = forbidden.union(TokenID.unwritable)
    if words.count < minimumWords { forbidden.insert(.end) }
    if let noRepeatNGramSize { forbidden.formUnion(Self.ends(of: noRepeatNGramSize, after: words)) }
    return forbidden
  }

  /// The most words that may be forbidden in a caption of `length` words.
  func forbiddenCount(inLength length: Int) -> Int {
    forbidden.count + TokenID.unwritable.count + 1 + (noRepeatNGramSize == nil ? 0 : length)
  }

  /// The words that would end an n-gram of `count` words for the second time (n-gram blocking).
  private static func ends(of count: Int, after words: [TokenID]) -> [TokenID] {
    guard words.count >= count else { return [] }
    let last = words.suffix(count - 1)
    return (count - 1..<words.count).filter { words[($0 - count + 1)..<$0].elementsEqual(last) }
      .map { words[$0] }
  }
}
