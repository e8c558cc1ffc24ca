import TestSupport
import Testing

@testable import Tensors

extension TensorsTests {
  @Suite("Gradient")
  struct GradientTests {
    @Test("two uses of one tensor add up")
    func twoUses() throws {
      let x = Tensor([2, 3], shape: [2])
      let gradients = valueWithGradient(at: [x]) { ($0[0] * $0[0] + $0[0]).sum() }.gradients
      #expect(try #require(gradients[0]).floats == [5, 7])
    }

    @Test("uses at different depths add up before they go on")
    func depths() throws {
      let x = FormulaWeights.scaled("x", [3])
      expectGradientsMatch(at: [x]) { t in
        let shallow = t[0] * t[0]
        let deep = exp(tanh(shallow)) * shallow
        return deep + shallow * t[0]
      }
      // Each of 30 doublings has two uses: walked once, not 2³⁰ times.
      let doubled = valueWithGradient(at: [Tensor(1)]) { t in
        (0..<30).reduce(t[0]) { y, _ in y + y }
      }
      #expect(try #require(doubled.gradients[0]).scalar == 0x1p30)
    }

    @Test("a tensor that does not matter has no gradient")
    func independent() throws {
      let inputs = [Tensor(2), Tensor(3), Tensor(4)]
      let (value, gradients) = valueWithGradient(at: inputs) { $0[0] * $0[2] }
      #expect(value.scalar == 8)
      #expect(gradients.map { $0?.scalar } == [4, nil, 2])
      let constant = valueWithGradient(at: inputs) { _ in Tensor(5) }
      #expect(constant.value.scalar == 5)
      #expect(constant.gradients.allSatisfy { $0 == nil })
    }

    @Test("the input itself has the gradient one")
    func identity() throws {
      let gradients = valueWithGradient(at: [Tensor(2), Tensor(3)]) { $0[1] }.gradients
      #expect(gradients.map { $0?.scalar } == [nil, 1])
    }

    @Test("one tensor given twice is two inputs")
    func twins() {
      let x = Tensor(3)
      let gradients = valueWithGradient(at: [x, x]) { $0[0] * $0[0] * $0[1] }.gradients
      #expect(gradients.map { $0?.scalar } == [18, 9])
    }

    @Test("of results made together, unused ones do not matter")
    func unusedResults() throws {
      let x = FormulaWeights.scaled("x", [3, 4])
      let gradient = valueWithGradient(at: [x]) { $0[0].split(into: 4, along: 1)[2].sum() }
        .gradients[0]
      #expect(try #require(gradient).floats == (0..<12).map { $0 % 4 == 2 ? 1 : 0 })
    }

    @Test("the value comes back without history, and the inputs stay untouched")
    func noTrace() {
      let x = Tensor(2)
      let value = valueWithGradient(at: [x]) { $0[0] * $0[0] }.value
      #expect(value.history == nil)
      #expect(x.history == nil)
      #expect((x * x).history == nil)
    }

    @Test("an error passes through, with its type")
    func failure() {
      struct Refusal: Error {}
      #expect(throws: Refusal.self) {
        try valueWithGradient(at: [Tensor(1)]) { _ throws(Refusal) in throw Refusal() }
      }
    }

    @Test("a function of many numbers stops the program")
    func manyNumbers() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = valueWithGradient(at: [Tensor(zeros: [2])]) { $0[0] * 2 }
      }
      let message = String(decoding: result.standardErrorContent, as: UTF8.self)
      #expect(message.contains("gradient: the function returned [2], not one number"))
    }
  }
}
