/// The fraction of words that a minimum count maps to `<unk>`.
package struct WordLoss: Sendable, Equatable {
  package let minimumCount: Int
  /// The fraction of words that are lost, including repetitions, in `0...1`.
  package let share: Double
  /// The highest minimum count, up to `minimumCount`, that loses less than `severeShare`.
  package let advisedCount: Int

  /// The fraction from which the user is warned.
  package static let severeShare = 0.1

  /// - Parameters:
  ///   - counts: The word counts of the training captions.
  ///   - minimumCount: The minimum count; rarer words are lost.
  ///   - known: The vocabulary of a model to start from, whose words are not lost.
  package init(_ counts: WordCounts, minimumCount: Int, known: Vocabulary? = nil) {
    let total = Double(max(counts.total, 1))
    var (lost, advised) = (0, minimumCount)
    var isSevere = false
    let rare = counts.counts.filter { word, count in
      count < minimumCount && known?.id(of: word) == nil
    }
    for count in rare.values.sorted() {
      lost += count
      // As a minimum count, the first count that reaches the limit loses only the words before it.
      guard !isSevere, Double(lost) >= Self.severeShare * total else { continue }
      (isSevere, advised) = (true, count)
    }
    self.minimumCount = minimumCount
    (share, advisedCount) = (Double(lost) / total, advised)
  }

  package var isSevere: Bool { share >= Self.severeShare }

  /// The remedy, as a sentence.
  package var advice: String {
    advisedCount == 1
      ? "Train with --min-count 1."
      : "Train with --min-count \(advisedCount), or with --min-count 1 to keep every word."
  }
}
