import Tensors

/// Sequences of different lengths, one after the other and without padding.
///
/// The rows are positions of pictures, frames of clips, or words. Rows of a two-dimensional map remember the
/// grid that they lie on.
package struct PackedSequence: Sendable {
  /// The rows of all sequences, `[N, F]`.
  package let values: Tensor
  /// The number of rows of each sequence, at least one.
  package let counts: [Int]
  /// The grid that the rows of each sequence lie on, row by row; nil where they lie on none.
  package let grids: [Grid]?

  /// The height and width of a map.
  package struct Grid: Sendable, Equatable {
    package let height: Int
    package let width: Int

    package init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

    /// The number of its positions.
    package var count: Int { height * width }
  }

  package init(_ values: Tensor, counts: [Int], grids: [Grid]? = nil) {
    precondition(
      values.rank == 2 && counts.reduce(0, +) == values.shape[0] && counts.allSatisfy { $0 > 0 }
        && grids.map { $0.map(\.count) == counts } ?? true,
      "packed sequence: \(values.shape) for \(counts) rows on \(grids ?? [])")
    (self.values, self.counts, self.grids) = (values, counts, grids)
  }

  /// Sequences that all have as many rows: one, `[P, F]`; more, `[P, L, F]`; or a map's, `[P, h, w, F]`.
  package init(_ sequences: Tensor) {
    let (shape, rank) = (sequences.shape, sequences.rank)
    precondition((2...4).contains(rank), "packed sequence: \(shape)")
    let grid = rank == 4 ? Grid(height: shape[1], width: shape[2]) : nil
    self.init(
      sequences.reshaped(to: [-1, shape[rank - 1]]),
      counts: Array(repeating: shape[1..<rank - 1].reduce(1, *), count: shape[0]),
      grids: grid.map { Array(repeating: $0, count: shape[0]) })
  }

  /// The sequences of all `parts`; at least one part.
  ///
  /// They keep their grids if all have one.
  package init(concatenating parts: [PackedSequence]) {
    let grids = parts.compactMap(\.grids)
    self.init(
      Tensor(concatenating: parts.map(\.values), along: 0), counts: parts.flatMap(\.counts),
      grids: grids.count == parts.count ? grids.flatMap(\.self) : nil)
  }

  /// The number of sequences.
  package var count: Int { counts.count }

  /// The first row of each sequence.
  private var starts: [Int] {
    var start = 0
    return counts.map { count in
      defer { start += count }
      return start
    }
  }

  /// Returns a range of the sequences.
  package func slice(_ sequences: Range<Int>) -> PackedSequence {
    let start = counts[..<sequences.lowerBound].reduce(0, +)
    let counts = Array(counts[sequences])
    return PackedSequence(
      values.slice(start..<start + counts.reduce(0, +)), counts: counts,
      grids: grids.map { Array($0[sequences]) })
  }

  /// Returns some of the sequences, each as often as it is named.
  package func rows(_ sequences: [Int]) -> PackedSequence {
    if sequences.elementsEqual(counts.indices) { return self }
    let starts = starts
    return PackedSequence(
      values.rows(sequences.flatMap { starts[$0]..<starts[$0] + counts[$0] }),
      counts: sequences.map { counts[$0] },
      grids: grids.map { grids in sequences.map { grids[$0] } })
  }

  /// The mean of the rows of each sequence, `[P, F]`.
  package var means: Tensor {
    let size = values.shape[1]
    if counts.allSatisfy({ $0 == 1 }) { return values }
    if Set(counts).count == 1 {
      return values.reshaped(to: [count, counts[0], size]).mean(over: [1])
    }
    return Tensor(
      concatenating: values.split(sizes: counts, along: 0).map {
        $0.mean(over: [0]).reshaped(to: [1, size])
      }, along: 0)
  }

  /// Returns the same sequences with other values, a row for each row.
  package func map(_ transform: (Tensor) -> Tensor) -> PackedSequence {
    PackedSequence(transform(values), counts: counts, grids: grids)
  }

  /// Returns the mask of `sequences` when padded to the longest of all: 1 for a row, 0 for padding, `[B, L]`.
  package func mask(of sequences: [Int]) -> Tensor {
    let most = counts.max() ?? 0
    let rows = sequences.flatMap { sequence in
      (0..<most).map { $0 < counts[sequence] ? Float(1) : 0 }
    }
    return Tensor(rows, shape: [sequences.count, most], on: values.device)
  }

  /// The order in which recurrent layers read the rows.
  package var stepOrder: StepOrder { StepOrder(counts) }
}
