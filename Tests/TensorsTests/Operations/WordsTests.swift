import Tensors
import TestSupport
import Testing

extension TensorsTests {
  @Suite("Words")
  struct WordsTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture("operations-probabilities") }

    @Test("softmax agrees with PyTorch", arguments: ["softmax", "softmax.large"])
    func softmaxParity(name: String) throws {
      try OperationCase(name, in: fixture).prove(["x"]) { softmax($0[0]) }
    }

    @Test("log-softmax agrees with PyTorch", arguments: ["logsoftmax", "logsoftmax.large"])
    func logSoftmaxParity(name: String) throws {
      try OperationCase(name, in: fixture).prove(["x"]) { logSoftmax($0[0]) }
    }

    @Test("looking up words agrees with PyTorch; a word met twice adds both gradients")
    func embeddingParity() throws {
      let embedding = OperationCase("embedding", in: fixture)
      let words = try embedding.integers("words")
      try embedding.prove(["weight"]) { $0[0].rows(words).reshaped(to: [2, 3, 3]) }
      let picked = OperationCase("rows", in: try Fixture("operations-shaping"))
      let indices = try picked.integers("indices")
      try picked.prove(["x"]) { $0[0].rows(indices) }
    }

    @Test("probabilities of a row add up to one, for any number of columns")
    func sumsToOne() {
      for columns in [1, 2, 15, 16, 17, 31, 33, 2_549] {
        let x = FormulaWeights.scaled("x", [3, columns], 20)
        expectClose(
          softmax(x).sum(over: [1]), Tensor(repeating: 1, shape: [3]), within: 2e-6,
          "\(columns) columns")
        expectClose(exp(logSoftmax(x)), softmax(x), within: 2e-6, "\(columns) columns")
      }
    }

    @Test("a score of minus infinity has no probability and spoils no other")
    func banned() {
      let y = softmax(Tensor([0, -.infinity, 0, -.infinity], shape: [1, 4]))
      expectClose(y, Tensor([0.5, 0, 0.5, 0], shape: [1, 4]), within: 1e-6)
    }

    @Test("the largest come in falling order, of equal ones the first column first")
    func largest() {
      let x = Tensor([1, 5, 3, 5, 2, 9, 9, 9, 9, 9], shape: [2, 5])
      let best = x.largest(3)
      #expect(best.map { $0.map(\.index) } == [[1, 3, 2], [0, 1, 2]])
      #expect(best[0].map(\.value) == [5, 5, 3])
      #expect(x.largest(10)[0].map(\.index) == [1, 3, 2, 4, 0])
      let scores = FormulaWeights.scaled("scores", [4, 1_000])
      let sorted = scores.moved(to: .reference()).largest(7)
      #expect(scores.largest(7).map { $0.map(\.index) } == sorted.map { $0.map(\.index) })
    }

    @Test("words are drawn as often as their probabilities say")
    func drawing() {
      let scores = Tensor([0, 1, -.infinity, 2, 0.5], shape: [1, 5])
      let probabilities = softmax(scores).floats
      let count = 20_000
      let drawn = scores.rows(Array(repeating: 0, count: count))
        .drawn(at: (0..<count).map { (Float($0) + 0.5) / Float(count) })
      for (word, probability) in probabilities.enumerated() {
        let share = Float(drawn.count { $0 == word }) / Float(count)
        #expect(abs(share - probability) < 2e-4, "word \(word)")
      }
      #expect(scores.drawn(at: [0.99999994]) == [4] && scores.drawn(at: [0]) == [0])
    }
  }
}
