import Tensors
import TestSupport
import Testing

extension TensorsTests {
  @Suite("Cross-entropy")
  struct CrossEntropyTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture("operations-probabilities") }

    @Test(
      "cross-entropy agrees with PyTorch",
      arguments: [
        "crossentropy", "crossentropy.ignored", "crossentropy.smoothed",
        "crossentropy.ignored.smoothed",
      ])
    func crossEntropyParity(name: String) throws {
      let loss = OperationCase(name, in: fixture)
      let targets = try loss.integers("targets").map(Int32.init)
      let ignored = Int32(try loss.integers("ignored")[0])
      try loss.prove(["x"]) {
        crossEntropy(
          $0[0], targets, ignoring: ignored, smoothing: name.hasSuffix("smoothed") ? 0.1 : 0
        ).reshaped(to: [1])
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

    @Test("of a linear map it is what the two operations say in turn", arguments: [3, 300])
    func ofLinear(rows: Int) {
      let inputs = [
        FormulaWeights.scaled("x", [rows, 20]), FormulaWeights.scaled("weight", [33, 20]),
        FormulaWeights.scaled("bias", [33]),
      ]
      let targets = (0..<rows).map { Int32($0 * 7 % 33) }
      for smoothing in [0, 0.1] as [Float] {
        let together = valueWithGradient(at: inputs) {
          crossEntropy(
            ofLinear: $0[0], $0[1], bias: $0[2], targets, ignoring: 7, smoothing: smoothing) * 2
        }
        let apart = valueWithGradient(at: inputs) {
          crossEntropy(
            linear($0[0], $0[1], bias: $0[2]), targets, ignoring: 7, smoothing: smoothing) * 2
        }
        expectClose(together.value, apart.value, within: 1e-6)
        for (a, b) in zip(together.gradients, apart.gradients) {
          if let a, let b { expectClose(a, b, within: 2e-6) }
          #expect(a != nil && b != nil)
        }
      }
      expectGradientsMatch(at: inputs.map { $0.slice(0..<3) }) {
        crossEntropy(
          ofLinear: $0[0], $0[1], bias: $0[2], [2, 0, 1], ignoring: 0, smoothing: 0.2)
      }
    }

    @Test("rows may count more, less, or against themselves")
    func rowWeights() {
      let inputs = [
        FormulaWeights.scaled("x", [3, 6]), FormulaWeights.scaled("weight", [5, 6]),
        FormulaWeights.scaled("bias", [5]),
      ]
      func loss(_ t: [Tensor], _ weights: [Float]?) -> Tensor {
        crossEntropy(
          ofLinear: t[0], t[1], bias: t[2], [2, 4, 1], ignoring: 0, smoothing: 0.2,
          rowWeights: weights)
      }
      expectGradientsMatch(at: inputs) { loss($0, [2, -0.5, 0]) }
      let each = (0..<3).map { row in loss(inputs, (0..<3).map { $0 == row ? 1 : 0 }).scalar }
      let weighted = loss(inputs, [2, -0.5, 1]).scalar
      #expect(abs(weighted - (2 * each[0] - 0.5 * each[1] + each[2])) < 1e-6)
      #expect(abs(loss(inputs, nil).scalar - each.reduce(0, +)) < 1e-6)
    }

    @Test(
      "of a linear map in bfloat16 it stays close to float32",
      .multipliesBfloat16)
    func bfloat16() throws {
      let inputs = [
        FormulaWeights.scaled("x", [40, 32]), FormulaWeights.scaled("weight", [50, 32]),
        FormulaWeights.scaled("bias", [50]),
      ]
      let targets = (0..<40).map { Int32($0) }
      func run(_ type: ElementType) -> (value: Tensor, gradients: [Tensor?]) {
        valueWithGradient(at: inputs) {
          crossEntropy(
            ofLinear: $0[0].converted(to: type), $0[1], bias: $0[2], targets, ignoring: -1)
        }
      }
      let (exact, rounded) = (run(.float32), run(.bfloat16))
      expectClose(rounded.value, exact.value, within: 1e-2)
      for (a, b) in zip(rounded.gradients, exact.gradients) {
        let (a, b) = (try #require(a), try #require(b))
        #expect(a.elementType == .float32)
        expectClose(a, b, within: 1e-2)
      }
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
