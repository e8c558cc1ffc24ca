import Files
import Reports
import Tensors

/// Two captioners on the same pictures: the difference of their scores, and how sure it is.
///
/// The interval is that of the paired bootstrap (Koehn, 2004): pictures are drawn with replacement, the same for both,
/// and scored again. CIDEr keeps the weights of n-grams of the whole set.
package struct Comparison: Sendable {
  package struct Row: Sendable, Equatable {
    package let key: String
    package let a: Double
    package let b: Double
    /// The middle of the differences `b - a` of resampled pictures.
    package let interval: ClosedRange<Double>
    /// The two-sided probability of a difference of the other sign, or none, by the resampled pictures.
    package let p: Double
    /// True if a lower score is better.
    package let isError: Bool

    package var difference: Double { b - a }
  }

  /// A picture on which the two differ.
  package struct Contrast: Sendable, Equatable {
    package let label: String
    package let a: String
    package let b: String
    package let scoreA: Double
    package let scoreB: Double
  }

  package let names: (a: String, b: String)
  package let pictureCount: Int
  /// The share of resampled differences in the interval.
  package let intervalShare: Double
  /// The number of resampled sets of pictures.
  package let resampleCount: Int
  package let rows: [Row]
  /// The score that pictures are ordered by.
  package let contrastKey: String
  /// The pictures on which the two differ most, the largest difference first.
  package let contrasts: [Contrast]

  /// - Parameters:
  ///   - a: The first, of the same pictures as the second.
  ///   - b: The second.
  ///   - names: Their names, to be printed.
  ///   - resampleCount: The number of times that pictures are drawn.
  ///   - intervalShare: The share of the differences that the interval holds, in `0..<1`.
  ///   - seed: The seed of the draws.
  ///   - contrastCount: The number of pictures to keep of those that differ most.
  package init(
    _ a: Evaluation, _ b: Evaluation, names: (a: String, b: String), resampleCount: Int = 1000,
    intervalShare: Double = 0.95, seed: UInt64 = 1, contrastCount: Int = 10
  ) {
    (self.names, self.intervalShare, self.resampleCount) = (names, intervalShare, resampleCount)
    let count = a.captions.pictures.count
    pictureCount = count
    var random = SeededGenerator(seed: seed)
    let draws = (0..<resampleCount).map { _ in
      (0..<count).map { _ in random.below(count) }
    }
    rows = zip(a.columns, b.columns).map { a, b in
      let differences = draws.map { b.score($0) - a.score($0) }.sorted()
      func quantile(_ share: Double) -> Double {
        guard !differences.isEmpty else { return b.corpus - a.corpus }
        return differences[Int((share * Double(differences.count - 1)).rounded())]
      }
      let (below, above) = (differences.count { $0 <= 0 }, differences.count { $0 >= 0 })
      return Row(
        key: a.key, a: a.corpus, b: b.corpus,
        interval: quantile((1 - intervalShare) / 2)...quantile((1 + intervalShare) / 2),
        p: min(1, 2 * Double(min(below, above)) / Double(max(differences.count, 1))),
        isError: a.isError)
    }
    let key = a.columns.contains { $0.key == "CIDEr" } ? "CIDEr" : a.columns.first?.key ?? ""
    contrastKey = key
    contrasts = Self.contrasts(a, b, by: key, count: contrastCount)
  }

  private static func contrasts(
    _ a: Evaluation, _ b: Evaluation, by key: String, count: Int
  ) -> [Contrast] {
    guard let first = a.columns.first(where: { $0.key == key }),
      let second = b.columns.first(where: { $0.key == key })
    else { return [] }
    let all = a.captions.pictures.indices.map { index in
      Contrast(
        label: a.captions.pictures[index].file ?? a.captions.pictures[index].label,
        a: a.captions.pictures[index].captions[0], b: b.captions.pictures[index].captions[0],
        scoreA: first.pictures[index] ?? 0, scoreB: second.pictures[index] ?? 0)
    }
    // Swift does not guarantee a stable sort.
    return all.enumerated().filter { $0.element.scoreA != $0.element.scoreB }
      .sorted {
        let (x, y) = (
          abs($0.element.scoreA - $0.element.scoreB), abs($1.element.scoreA - $1.element.scoreB)
        )
        return (y, $0.offset) < (x, $1.offset)
      }
      .prefix(count).map(\.element)
  }

  /// Lines for a terminal.
  package var text: String {
    var cells = [["", "A", "B", "B - A", "\(percent(intervalShare)) INTERVAL", "P"]]
    cells += rows.map { row in
      [
        row.key, row.a.text(places: 4), row.b.text(places: 4), signed(row.difference),
        "\(signed(row.interval.lowerBound)) to \(signed(row.interval.upperBound))",
        // Of n resampled sets none says no more than less than 1 of n.
        row.p > 0 ? row.p.text(places: 3) : "< \((1 / Double(resampleCount)).text(places: 3))",
      ]
    }
    var text = "A  \(names.a)\nB  \(names.b)\n\(pictureCount.grouped) pictures\n\n"
    text += columnText(cells)
    if !contrasts.isEmpty { text += "\nThe largest differences of \(contrastKey):\n" }
    for contrast in contrasts {
      text += "\(contrast.label)\n  A \(contrast.scoreA.text(places: 3))  \(contrast.a)\n"
      text += "  B \(contrast.scoreB.text(places: 3))  \(contrast.b)\n"
    }
    return text
  }

  package var json: JSONValue {
    [
      "schema": "cutline.compare/1", "a": .string(names.a), "b": .string(names.b),
      "pictures": .number(Double(pictureCount)), "interval": .number(intervalShare),
      "scores": .object(
        rows.map { row in
          .init(
            row.key,
            [
              "a": .number(row.a), "b": .number(row.b), "difference": .number(row.difference),
              "interval": .array([
                .number(row.interval.lowerBound), .number(row.interval.upperBound),
              ]),
              "p": .number(row.p),
            ])
        }),
      "differ_most": .array(
        contrasts.map { contrast in
          [
            "picture": .string(contrast.label), "a": .string(contrast.a), "b": .string(contrast.b),
            "score_a": .number(contrast.scoreA), "score_b": .number(contrast.scoreB),
          ]
        }),
    ]
  }
}

private func signed(_ number: Double) -> String {
  (number >= 0 ? "+" : "") + number.text(places: 4)
}
