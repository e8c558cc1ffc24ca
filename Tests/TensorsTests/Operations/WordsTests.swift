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

    @Test("cross-entropy agrees with PyTorch", arguments: ["crossentropy", "crossentropy.ignored"])
    func crossEntropyParity(name: String) throws {
      let loss = OperationCase(name, in: fixture)
      let targets = try loss.integers("targets").map(Int32.init)
      let ignored = Int32(try loss.integers("ignored")[0])
      try loss.prove(["x"]) {
        crossEntropy($0[0], targets, ignoring: ignored).reshaped(to: [1])
      }
    }

    @Test("where every target is ignored, loss and gradient are zero")
    func nothingToLearn() throws {
      let (loss, gradients) = valueWithGradient(at: [FormulaWeights.scaled("x", [2, 5])]) {
        crossEntropy($0[0], [3, 3], ignoring: 3)
      }
      #expect(loss.scalar == 0)
      #expect(try #require(gradients[0]).floats.allSatisfy { $0 == 0 })
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

    @Test("a target outside the columns stops the program")
    func unknownTarget() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = crossEntropy(Tensor(zeros: [1, 5]), [5], ignoring: 0)
      }
      let message = String(decoding: result.standardErrorContent, as: UTF8.self)
      #expect(message.contains("crossEntropy: a target is not among the 5 columns"))
    }
  }
}
