/// The words of a collection that a minimum count loses to `<unk>`.
package struct WordLoss: Sendable, Equatable {
  package let minimumCount: Int
  /// The share of the words that are lost, repetitions included, in `0...1`.
  package let share: Double
  /// The highest minimum count, up to `minimumCount`, that loses less than `severeShare`.
  package let advisedCount: Int

  /// From this share on a user is warned.
  package static let severeShare = 0.1

  /// - Parameters:
  ///   - counts: The words of the captions that are learned from.
  ///   - minimumCount: Rarer words are lost.
  ///   - known: The words that a model has already, which are not lost.
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

  /// What to do about it.
  package var advice: String {
    advisedCount == 1
      ? "Train with --min-count 1."
      : "Train with --min-count \(advisedCount), or with --min-count 1 to keep every word."
  }
}
