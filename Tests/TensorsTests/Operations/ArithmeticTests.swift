import Tensors
import TestSupport
import Testing

extension TensorsTests {
  @Suite("Arithmetic")
  struct ArithmeticTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture("operations-elementwise") }

    static let functions: [(name: String, apply: @Sendable (Tensor, Tensor) -> Tensor)] = [
      ("add", { $0 + $1 }), ("sub", { $0 - $1 }), ("mul", { $0 * $1 }), ("div", { $0 / $1 }),
    ]

    @Test(
      "agrees with PyTorch however the shapes fit",
      arguments: ["same", "row", "column", "both", "channels", "one", "left"])
    func parity(shapes: String) throws {
      for function in Self.functions {
        try OperationCase("\(function.name).\(shapes)", in: fixture).prove(["a", "b"]) {
          function.apply($0[0], $0[1])
        }
      }
    }

    @Test("a mask multiplies, as in dropout")
    func mask() throws {
      let dropout = OperationCase("dropout", in: fixture)
      let mask = try dropout["mask"]
      try dropout.prove(["x"]) { $0[0] * mask.moved(to: $0[0].device) }
    }

    @Test("numbers combine with tensors from both sides")
    func scalars() {
      let x = Tensor([1, -2, 4], shape: [3])
      #expect((x * 3).floats == [3, -6, 12])
      #expect((3 * x).floats == [3, -6, 12])
      #expect((x + 0.5).floats == [1.5, -1.5, 4.5])
      #expect((x - 0.5).floats == [0.5, -2.5, 3.5])
      #expect((1 - x).floats == [0, 3, -3])
      #expect((-x).floats == [-1, 2, -4])
      expectGradientsMatch(at: [x]) { 2 * -(1 - $0[0] * 3) + 4 - 1 }
    }

    @Test("one row, one column and no axis at all")
    func smallShapes() {
      #expect((Tensor(2) * Tensor(3)).floats == [6])
      #expect((Tensor(2) * Tensor(3)).shape == [])
      #expect((Tensor([1, 2], shape: [2, 1]) + Tensor([3], shape: [1, 1])).floats == [4, 5])
      #expect((Tensor(zeros: [0, 3]) + Tensor([1, 2, 3], shape: [3])).shape == [0, 3])
    }

    @Test("in bfloat16 the sum is rounded once")
    func bfloat16() {
      let a = Tensor([1, 256], shape: [2]).converted(to: .bfloat16)
      let b = Tensor([0.5, 1], shape: [2]).converted(to: .bfloat16)
      let sum = a + b
      #expect(sum.elementType == .bfloat16)
      #expect(sum.floats == [1.5, 256])
    }

    @Test("shapes that do not fit stop the program with both in the message")
    func misfit() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = Tensor(zeros: [2, 3]) + Tensor(zeros: [2, 4])
      }
      let message = String(decoding: result.standardErrorContent, as: UTF8.self)
      #expect(message.contains("arithmetic: the shapes [2, 3] and [2, 4] do not fit"))
    }
  }
}
