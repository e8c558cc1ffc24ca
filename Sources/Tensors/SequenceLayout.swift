/// How the steps of several sequences lie in one matrix: by time, and at each step only the sequences that
/// have not ended, the longest first.
///
/// PyTorch's `PackedSequence`, whose `batch_sizes` are the row counts here. Nothing is computed for the
/// ends of shorter sequences, so nothing must be masked.
public struct SequenceLayout: Sendable, Hashable {
  /// How many sequences have a row at each step; never rises.
  public let rowCounts: [Int]
  /// The first row of each step.
  public let offsets: [Int]
  /// All rows together.
  public let rowCount: Int

  public init(rowCounts: [Int]) {
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

  /// `rows` sequences of `steps` steps each.
  public init(steps: Int, rows: Int) {
    self.init(rowCounts: Array(repeating: rows, count: steps))
  }

  public var stepCount: Int { rowCounts.count }
  public var sequenceCount: Int { rowCounts[0] }

  /// The same sequences with one step more before their first.
  public var precededByOneStep: SequenceLayout {
    SequenceLayout(rowCounts: [sequenceCount] + rowCounts)
  }

  /// The rows of one step.
  public func rows(ofStep step: Int) -> Range<Int> {
    offsets[step]..<offsets[step] + rowCounts[step]
  }

  /// For each row that which lies as far from the end of the sequence as it does from the beginning.
  ///
  /// The rows in this order are the sequences read backwards, each from its own end.
  public var mirroredRows: [Int] {
    let lengths = (0..<sequenceCount).map { sequence in rowCounts.count { $0 > sequence } }
    return rowCounts.enumerated().flatMap { step, count in
      (0..<count).map { offsets[lengths[$0] - 1 - step] + $0 }
    }
  }

  /// The row of each sequence's last step.
  public var lastRows: [Int] {
    var last = Array(0..<sequenceCount)
    for step in 1..<max(stepCount, 1) {
      for row in 0..<rowCounts[step] { last[row] = offsets[step] + row }
    }
    return last
  }
}
