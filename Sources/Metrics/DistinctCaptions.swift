/// How much captions differ from each other: a captioner that says the same of every picture may
/// still score well.
package struct DistinctCaptions: Sendable, Equatable {
  /// A caption that was written more than once.
  package struct Repetition: Sendable, Equatable {
    package let caption: [String]
    /// How many images have it, at least two.
    package let count: Int
  }

  /// How many captions there are.
  package let captionCount: Int
  /// How many different ones.
  package let distinctCount: Int
  /// How many different words they use.
  package let wordCount: Int
  /// The captions of several images: the most frequent first, then in the order they appeared.
  package let repetitions: [Repetition]

  /// Compares `captions`, which `numbered` has as numbers.
  init(among captions: [[String]], numbered: [NumberedCaption]) {
    var places: [[UInt32]: Int] = [:]
    var found: [(caption: [String], count: Int)] = []
    var words: Set<UInt32> = []
    for (caption, numbers) in zip(captions, numbered) {
      words.formUnion(numbers.ngrams[0].lazy.map(\.ngram))
      if let place = places[numbers.tokens] {
        found[place].count += 1
      } else {
        places[numbers.tokens] = found.count
        found.append((caption, 1))
      }
    }
    captionCount = captions.count
    distinctCount = found.count
    wordCount = words.count
    // Swift's sort is stable in fact but not by promise.
    repetitions = found.enumerated().filter { $0.element.count > 1 }
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      .map { Repetition(caption: $0.element.caption, count: $0.element.count) }
  }
}
