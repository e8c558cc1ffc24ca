import Text

/// What captions may say, however likely a decoder finds the rest.
public struct WordRules: Sendable, Equatable {
  /// The fewest words of a caption.
  public var minimumWords = 0
  /// How many words in a row no caption says twice; nil lets it.
  public var unrepeatedCount: Int?
  public var forbidden: Set<TokenID> = []

  public init(minimumWords: Int = 0, unrepeatedCount: Int? = nil, forbidden: Set<TokenID> = []) {
    (self.minimumWords, self.unrepeatedCount) = (minimumWords, unrepeatedCount)
    self.forbidden = forbidden
  }

  /// The words that may not follow `words`.
  func forbidden(after words: [TokenID]) -> Set<TokenID> {
    var forbidden = forbidden.union(TokenID.unwritable)
    if words.count < minimumWords { forbidden.insert(.end) }
    if let unrepeatedCount { forbidden.formUnion(Self.ends(of: unrepeatedCount, after: words)) }
    return forbidden
  }

  /// The most words that may be forbidden in a caption of `length` words.
  func forbiddenCount(inLength length: Int) -> Int {
    forbidden.count + TokenID.unwritable.count + 1 + (unrepeatedCount == nil ? 0 : length)
  }

  /// The words that would end a run of `count` words for the second time.
  private static func ends(of count: Int, after words: [TokenID]) -> [TokenID] {
    guard words.count >= count else { return [] }
    let last = words.suffix(count - 1)
    return (count - 1..<words.count).filter { words[($0 - count + 1)..<$0].elementsEqual(last) }
      .map { words[$0] }
  }
}
