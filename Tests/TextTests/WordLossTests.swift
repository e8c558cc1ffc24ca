import Testing

@testable import Text

@Suite("Lost words")
struct WordLossTests {
  /// Returns the counts of words that occur as often as stated.
  private func counts(_ numbers: [Int]) -> WordCounts {
    WordCounts(
      counting: numbers.enumerated().map { Array(repeating: "word\($0)", count: $1) })
  }

  @Test(
    "from a tenth on the highest count that loses less is advised",
    arguments: [
      ([100], 5, 0, 5), ([91, 3, 3, 3], 5, 0.09, 5), ([90, 4, 3, 3], 5, 0.1, 4),
      ([90, 4, 3, 3], 4, 0.06, 4), ([80, 4, 4, 4, 4, 4], 5, 0.2, 4), ([50, 46, 2, 2], 100, 1, 46),
      (Array(repeating: 1, count: 20), 5, 1, 1), ([], 5, 0, 5), ([70, 9, 9, 3, 9], 10, 0.3, 9),
    ] as [([Int], Int, Double, Int)])
  func advice(numbers: [Int], minimumCount: Int, share: Double, advised: Int) {
    let loss = WordLoss(counts(numbers), minimumCount: minimumCount)
    #expect(loss.share == share && loss.isSevere == (share >= 0.1))
    #expect(loss.advisedCount == advised)
    #expect(loss.advice.contains("--min-count \(advised)") && loss.advice.contains("--min-count 1"))
    // The advised count loses less than a tenth, according to an independent count.
    let kept = Vocabulary(counts(numbers), minimumCount: loss.advisedCount)
    #expect(kept.unknownFraction(of: counts(numbers)) < 0.1)
  }
}
