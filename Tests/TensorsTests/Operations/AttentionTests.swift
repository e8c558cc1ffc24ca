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
        let (context, weights) = additiveAttention(
          t[0], keys: t[1], values: t[2], scoring: t[3], pictureOfRow: rows)
        return Tensor(concatenating: [context, weights], along: 1)
      }
    }

    /// Two queries at three pictures of five positions.
    let inputs = [
      FormulaWeights.scaled("queries", [2, 4], 2), FormulaWeights.scaled("keys", [3, 5, 4], 2),
      FormulaWeights.scaled("values", [3, 5, 6]), FormulaWeights.scaled("scoring", [4], 3),
    ]

    @Test("the context alone, or the weights alone, may be used")
    func unusedResults() {
      expectGradientsMatch(at: inputs) {
        additiveAttention(
          $0[0], keys: $0[1], values: $0[2], scoring: $0[3], pictureOfRow: [2, 0]
        ).context
      }
      expectGradientsMatch(at: inputs) {
        additiveAttention(
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
        let first = additiveAttention(
          t[0], keys: t[1], values: t[2], scoring: t[3], pictureOfRow: [2, 0])
        let second = additiveAttention(
          t[5], keys: t[1], values: t[2], scoring: t[3], pictureOfRow: [2, 2, 1])
        let third = additiveAttention(
          t[0] * second.weights.sum(), keys: t[1], values: t[1], scoring: t[4],
          pictureOfRow: [0, 2])
        let fourth = additiveAttention(
          third.context, keys: t[1], values: t[1], scoring: t[4], pictureOfRow: [1, 2])
        return (first.context.sum() + second.context.sum()) * fourth.context
      }
    }

    @Test("weights add up to one, and move with the positions")
    func weights() {
      let (queries, keys, values, scoring) = (inputs[0], inputs[1], inputs[2], inputs[3])
      let (context, weights) = additiveAttention(
        queries, keys: keys, values: values, scoring: scoring, pictureOfRow: [0, 1])
      expectClose(weights.sum(over: [1]), Tensor(repeating: 1, shape: [2]), within: 1e-6)
      func shifted(_ x: Tensor) -> Tensor {
        Tensor(
          concatenating: [x.slice(2..<5, along: 1), x.slice(0..<2, along: 1)], along: 1)
      }
      let moved = additiveAttention(
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
      let together = additiveAttention(
        queries, keys: keys, values: values, scoring: scoring, pictureOfRow: rows)
      for (row, picture) in rows.enumerated() {
        let alone = additiveAttention(
          queries.slice(row..<row + 1), keys: keys.slice(picture..<picture + 1),
          values: values.slice(picture..<picture + 1), scoring: scoring, pictureOfRow: [0])
        #expect(alone.context.floats == together.context.slice(row..<row + 1).floats)
        #expect(alone.weights.floats == together.weights.slice(row..<row + 1).floats)
      }
    }
  }
}
