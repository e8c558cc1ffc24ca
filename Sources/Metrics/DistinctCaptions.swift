/// The diversity of captions; a captioner that gives every image the same caption may still score well.
package struct DistinctCaptions: Sendable, Equatable {
  /// A caption given to several images.
  package struct Repetition: Sendable, Equatable {
    package let caption: [String]
    /// The number of images with this caption, at least two.
    package let count: Int
  }

  /// The number of captions.
  package let captionCount: Int
  /// The number of distinct captions.
  package let distinctCount: Int
  /// The number of distinct words.
  package let wordCount: Int
  /// The captions given to several images: by descending frequency, then by first occurrence.
  package let repetitions: [Repetition]

  /// Compares `captions`, of which `numbered` are the indices.
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
    // Swift does not guarantee a stable sort.
    repetitions = found.enumerated().filter { $0.element.count > 1 }
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      .map { Repetition(caption: $0.element.caption, count: $0.element.count) }
  }
}
