import Tensors
import TestSupport
import Testing

extension TensorsTests {
  @Suite("Additive attention")
  struct AttentionTests {
    static let names = ["queries", "keys", "values", "scoring"]

    @Test("agrees with PyTorch", arguments: ["attention", "attention.one", "attention.wide"])
    func parity(name: String) throws {
      let item = OperationCase(name, in: try Fixture("operations-attention"))
      let rows = try item.integers("rows")
      try item.prove(Self.names) { t in
        let (context, weights) = attend(
          t[0], keys: t[1], values: t[2], scoring: t[3], pictureOfRow: rows)
        return Tensor(concatenating: [context, weights], along: 1)
      }
    }

    /// Two queries to three pictures of five positions.
    let inputs = [
      FormulaWeights.scaled("queries", [2, 4], 2), FormulaWeights.scaled("keys", [3, 5, 4], 2),
      FormulaWeights.scaled("values", [3, 5, 6]), FormulaWeights.scaled("scoring", [4], 3),
    ]

    @Test("the context alone, or the weights alone, may be used")
    func unusedResults() {
      expectGradientsMatch(at: inputs) {
        attend(
          $0[0], keys: $0[1], values: $0[2], scoring: $0[3], pictureOfRow: [2, 0]
        ).context
      }
      expectGradientsMatch(at: inputs) {
        attend(
          $0[0], keys: $0[1], values: $0[2].withoutGradient(), scoring: $0[3], pictureOfRow: [2, 0]
        ).weights
      }
    }

    @Test("several looks at the same pictures, by two scorings, and at keys that are values too")
    func severalLooks() {
      let other = [
        FormulaWeights.scaled("other", [4], 2), FormulaWeights.scaled("late", [3, 4], 2),
      ]
      expectGradientsMatch(at: inputs + other) { t in
        let first = attend(
          t[0], keys: t[1], values: t[2], scoring: t[3], pictureOfRow: [2, 0])
        let second = attend(
          t[5], keys: t[1], values: t[2], scoring: t[3], pictureOfRow: [2, 2, 1])
        let third = attend(
          t[0] * second.weights.sum(), keys: t[1], values: t[1], scoring: t[4],
          pictureOfRow: [0, 2])
        let fourth = attend(
          third.context, keys: t[1], values: t[1], scoring: t[4], pictureOfRow: [1, 2])
        return (first.context.sum() + second.context.sum()) * fourth.context
      }
    }

    @Test("weights add up to one, and move with the positions")
    func weights() {
      let (queries, keys, values, scoring) = (inputs[0], inputs[1], inputs[2], inputs[3])
      let (context, weights) = attend(
        queries, keys: keys, values: values, scoring: scoring, pictureOfRow: [0, 1])
      expectClose(weights.sum(over: [1]), Tensor(repeating: 1, shape: [2]), within: 1e-6)
      func shifted(_ x: Tensor) -> Tensor {
        Tensor(
          concatenating: [x.slice(2..<5, along: 1), x.slice(0..<2, along: 1)], along: 1)
      }
      let moved = attend(
        queries, keys: shifted(keys), values: shifted(values), scoring: scoring,
        pictureOfRow: [0, 1])
      expectClose(moved.weights, shifted(weights), within: 1e-6)
      expectClose(moved.context, context, within: 1e-6)
    }

    @Test("many queries at many pictures are the same as each alone, with any number of threads")
    func alone() {
      let rows = (0..<40).map { $0 * 7 % 16 }
      let queries = FormulaWeights.scaled("many", [40, 19], 2)
      let keys = FormulaWeights.scaled("keys", [16, 9, 19], 2)
      let values = FormulaWeights.scaled("values", [16, 9, 35])
      let scoring = FormulaWeights.scaled("scoring", [19], 3)
      let together = attend(
        queries, keys: keys, values: values, scoring: scoring, pictureOfRow: rows)
      for (row, picture) in rows.enumerated() {
        let alone = attend(
          queries.slice(row..<row + 1), keys: keys.slice(picture..<picture + 1),
          values: values.slice(picture..<picture + 1), scoring: scoring, pictureOfRow: [0])
        #expect(alone.context.floats == together.context.slice(row..<row + 1).floats)
        #expect(alone.weights.floats == together.weights.slice(row..<row + 1).floats)
      }
    }

    @Test("pictures of different numbers of positions are as each alone, and so are gradients")
    func ragged() {
      let counts = [3, 1, 5]
      let pictures = [2, 0, 1, 2]
      let x = [
        FormulaWeights.scaled("queries", [4, 4], 2), FormulaWeights.scaled("keys", [9, 4], 2),
        FormulaWeights.scaled("values", [9, 6]), FormulaWeights.scaled("scoring", [4], 3),
      ]
      func together(_ x: [Tensor]) -> (context: Tensor, weights: Tensor) {
        additiveAttention(
          x[0], keys: x[1], values: x[2], positionCounts: counts, scoring: x[3],
          pictureOfRow: pictures)
      }
      func alone(_ x: [Tensor]) -> (context: Tensor, weights: Tensor) {
        let looks = pictures.enumerated().map { row, picture in
          let start = counts.prefix(picture).reduce(0, +)
          let places = start..<start + counts[picture]
          let (context, weights) = additiveAttention(
            x[0].slice(row..<row + 1), keys: x[1].slice(places), values: x[2].slice(places),
            positionCounts: [counts[picture]], scoring: x[3], pictureOfRow: [0])
          let behind = Tensor(zeros: [1, 5 - counts[picture]])
          return (context, Tensor(concatenating: [weights, behind], along: 1))
        }
        return (
          Tensor(concatenating: looks.map(\.0), along: 0),
          Tensor(concatenating: looks.map(\.1), along: 0)
        )
      }
      #expect(together(x).context.floats == alone(x).context.floats)
      #expect(together(x).weights.floats == alone(x).weights.floats)
      func cost(_ look: (context: Tensor, weights: Tensor)) -> Tensor {
        let factors = FormulaWeights.scaled("factors", [4, 5], 2)
        return (look.context * look.context).sum() + (look.weights * factors).sum()
      }
      let whole = valueWithGradient(at: x) { cost(together($0)) }.gradients
      let parts = valueWithGradient(at: x) { cost(alone($0)) }.gradients
      for (whole, part) in zip(whole, parts) {
        expectClose(whole ?? Tensor(zeros: [1]), part ?? Tensor(zeros: [2]), within: 1e-6)
      }
      expectGradientsMatch(at: x) { x in
        let (context, weights) = together(x)
        return Tensor(concatenating: [context, weights], along: 1)
      }
    }
  }
}

/// Computes attention to pictures that all have the same number of positions: keys `[P, L, A]`, values `[P, L, F]`.
private func attend(
  _ queries: Tensor, keys: Tensor, values: Tensor, scoring: Tensor, pictureOfRow: [Int]
) -> (context: Tensor, weights: Tensor) {
  additiveAttention(
    queries, keys: keys.reshaped(to: [-1, keys.shape[2]]),
    values: values.reshaped(to: [-1, values.shape[2]]),
    positionCounts: Array(repeating: keys.shape[1], count: keys.shape[0]), scoring: scoring,
    pictureOfRow: pictureOfRow)
}
