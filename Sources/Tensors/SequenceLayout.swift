/// The layout of the steps of several sequences in one matrix: by time, and at each step only the sequences that have
/// not ended, the longest first.
///
/// It corresponds to PyTorch's `PackedSequence`, whose `batch_sizes` are the row counts. Nothing is computed after the
/// end of a sequence, so no mask is needed.
package struct SequenceLayout: Sendable, Hashable {
  /// The number of sequences that have a row at each step, which never increases.
  package let rowCounts: [Int]
  /// The index of the first row of each step.
  package let offsets: [Int]
  /// The total number of rows.
  package let rowCount: Int

  package init(rowCounts: [Int]) {
    precondition(
      !rowCounts.isEmpty && zip(rowCounts, rowCounts.dropFirst()).allSatisfy { $0 >= $1 }
        && rowCounts[rowCounts.count - 1] > 0,
      "sequence layout: \(rowCounts) rows; sequences must stand in the order of their lengths")
    self.rowCounts = rowCounts
    var offset = 0
    offsets = rowCounts.map { count in
      defer { offset += count }
      return offset
    }
    rowCount = offset
  }

  /// Creates the layout of `rows` sequences of `steps` steps each.
  package init(steps: Int, rows: Int) {
    self.init(rowCounts: Array(repeating: rows, count: steps))
  }

  package var stepCount: Int { rowCounts.count }
  package var sequenceCount: Int { rowCounts[0] }

  /// The layout of the same sequences with one more step before their first.
  package var precededByOneStep: SequenceLayout {
    SequenceLayout(rowCounts: [sequenceCount] + rowCounts)
  }

  /// Returns the range of the rows of one step.
  package func rows(ofStep step: Int) -> Range<Int> {
    offsets[step]..<offsets[step] + rowCounts[step]
  }

  /// The index, for each row, of the row that is as far from the end of its sequence as this one from the beginning.
  ///
  /// The rows in this order are the sequences in reverse, each from its own end.
  package var mirroredRows: [Int] {
    let lengths = (0..<sequenceCount).map { sequence in rowCounts.count { $0 > sequence } }
    return rowCounts.enumerated().flatMap { step, count in
      (0..<count).map { offsets[lengths[$0] - 1 - step] + $0 }
    }
  }

  /// The index of the last row of each sequence.
  package var lastRows: [Int] {
    var last = Array(0..<sequenceCount)
    for step in 1..<max(stepCount, 1) {
      for row in 0..<rowCounts[step] { last[row] = offsets[step] + row }
    }
    return last
  }
}
