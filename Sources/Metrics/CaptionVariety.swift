import Text

/// The variety of captions, and their faults.
package struct CaptionVariety: Sendable, Equatable {
  /// The different captions and words.
  package let distinct: DistinctCaptions
  /// The mean number of words.
  package let meanLength: Double
  /// The share of different n-grams among all, for n = 1 and 2 (distinct-1 and -2; Li et al., 2016).
  package let distinctShares: [Double]
  /// The number of captions without a word.
  package let emptyCount: Int
  /// The number of captions that end in a word that something must follow, such as "a" or "with".
  package let brokenCount: Int
  /// The number of captions with a word twice in a row.
  package let stammeringCount: Int
  /// The number of captions in which three words in a row occur twice.
  package let repeatingCount: Int
  /// The number of captions with `<unk>`.
  package let unknownCount: Int
  /// The number of captions that occur word for word in the training data; nil if those are not known.
  package let copiedCount: Int?

  /// - Parameters:
  ///   - captions: The captions, as words.
  ///   - training: The captions of the training data, as words; nil if they are not known.
  package init(of captions: [[String]], training: Set<[String]>? = nil) {
    var numbers = CaptionNumbers()
    let numbered = captions.map { numbers.numbered($0) }
    distinct = DistinctCaptions(among: captions, numbered: numbered)
    let wordCount = captions.reduce(0) { $0 + $1.count }
    meanLength = Double(wordCount) / Double(max(captions.count, 1))
    distinctShares = (0...1).map { order in
      var (all, different) = (0, Set<UInt32>())
      for caption in numbered {
        all += caption.ngrams[order].reduce(0) { $0 + $1.count }
        different.formUnion(caption.ngrams[order].lazy.map(\.ngram))
      }
      return Double(different.count) / Double(max(all, 1))
    }
    let endings = Set(OpenEndings.words)
    emptyCount = captions.count(where: \.isEmpty)
    brokenCount = captions.count { $0.last.map(endings.contains) ?? false }
    stammeringCount = captions.count { zip($0, $0.dropFirst()).contains(where: ==) }
    repeatingCount = numbered.count { $0.ngrams[2].contains { $0.count > 1 } }
    unknownCount = captions.count { $0.contains("<unk>") }
    copiedCount = training.map { training in captions.count(where: training.contains) }
  }
}
