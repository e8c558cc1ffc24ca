import Tensors

/// The order in which recurrent layers read sequences of different lengths: step by step, the longest
/// sequences first.
package struct StepOrder: Sendable, Equatable {
  /// The steps, and the sequences that are active in each.
  package let layout: SequenceLayout
  /// The packed row that each row of `layout` is, sequences lying one after the other there.
  package let rows: [Int]
  /// The given sequence that each sequence of `layout` is.
  package let sequences: [Int]

  /// - Parameter counts: The number of rows of each sequence; at least one sequence, of at least one row.
  package init(_ counts: [Int]) {
    precondition(
      !counts.isEmpty && counts.allSatisfy { $0 > 0 }, "step order: sequences of \(counts) rows")
    let sequences = counts.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    let starts = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    var (rowCounts, rows): ([Int], [Int]) = ([], [])
    for step in 0..<counts[sequences[0]] {
      let active = sequences.prefix { counts[$0] > step }
      rowCounts.append(active.count)
      rows += active.map { starts[$0] + step }
    }
    (layout, self.rows) = (SequenceLayout(rowCounts: rowCounts), rows)
    self.sequences = sequences
  }

  /// The row of `layout` that each packed row is.
  package var placesOfRows: [Int] { Self.inverse(of: rows) }

  /// The sequence of `layout` that each given sequence is.
  package var placesOfSequences: [Int] { Self.inverse(of: sequences) }

  /// The given sequence that each row of `layout` belongs to.
  package var sequenceOfRow: [Int] { layout.rowCounts.flatMap { sequences.prefix($0) } }

  private static func inverse(of permutation: [Int]) -> [Int] {
    permutation.enumerated().reduce(into: permutation) { $0[$1.element] = $1.offset }
  }
}
