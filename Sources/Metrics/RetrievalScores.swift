/// The scores of a search among candidates, by the rank of the right one for each query.
package struct RetrievalScores: Sendable, Equatable {
  /// The ranks in ascending order; 1 is the best.
  private let ranks: [Int]

  /// - Parameter ranks: The rank of the right candidate for each query, from 1.
  package init(ranks: [Int]) { self.ranks = ranks.sorted() }

  /// Returns the share of queries whose right candidate is among the first `k`: R@K, in `0...1`.
  package func recall(at k: Int) -> Double {
    guard !ranks.isEmpty else { return 0 }
    return Double(ranks.count { $0 <= k }) / Double(ranks.count)
  }

  /// The median rank; the mean of the two in the middle of an even number; nil without queries.
  package var medianRank: Double? {
    guard !ranks.isEmpty else { return nil }
    return Double(ranks[(ranks.count - 1) / 2] + ranks[ranks.count / 2]) / 2
  }
}
