import Tensors
import TestSupport
import Testing

extension TensorsTests {
  @Suite("Shapes")
  struct ShapesTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture("operations-shaping") }

    @Test("concatenation agrees with PyTorch", arguments: [0, 1, 2])
    func concatenation(axis: Int) throws {
      try OperationCase("concat.\(axis)", in: fixture).prove(["a", "b"]) {
        Tensor(concatenating: $0, along: axis)
      }
    }

    @Test("splitting agrees with PyTorch", arguments: [0, 1, 2])
    func splitting(axis: Int) throws {
      try OperationCase("split.\(axis)", in: fixture).prove(["x"]) {
        let parts = $0[0].split(into: 3, along: axis)
        return parts[0] + 2 * parts[1] + 3 * parts[2]
      }
    }

    @Test("a slice is the same stretch of any axis, and gets zeros around its gradient")
    func slicing() {
      let x = FormulaWeights.scaled("x", [3, 4, 2])
      #expect(x.slice(1..<3).floats == Array(x.floats[8..<24]))
      #expect(x.slice(3..<3).shape == [0, 4, 2])
      #expect(x.slice(1..<2, along: 1).slice(2..<3).floats == Array(x.floats[18..<20]))
      for axis in 0..<3 {
        expectGradientsMatch(at: [x]) { $0[0].slice(1..<2, along: axis) }
      }
    }

    @Test("splitting and concatenating is the identity, in bfloat16 too")
    func inverse() {
      let x = FormulaWeights.scaled("x", [2, 5, 3]).converted(to: .bfloat16)
      for (axis, sizes) in [(0, [1, 1]), (1, [2, 0, 3]), (2, [1, 2])] {
        let parts = x.split(sizes: sizes, along: axis)
        #expect(Tensor(concatenating: parts, along: axis).floats == x.floats)
      }
    }

    @Test("transposing agrees with PyTorch, also of inner axes")
    func transposing() throws {
      try OperationCase("transpose", in: fixture).prove(["x"]) { $0[0].transposed() }
      let x = FormulaWeights.scaled("x", [2, 3, 4, 5])
      for axis in 0..<3 {
        #expect(x.transposed(at: axis).transposed(at: axis).floats == x.floats)
        expectGradientsMatch(at: [x]) { $0[0].transposed(at: axis) }
      }
      #expect(x.transposed(at: 1).shape == [2, 4, 3, 5])
      #expect(x.transposed(at: 1).floats[5] == x.floats[20])
    }

    @Test("reshaping keeps the order, and fills in one size")
    func reshaping() {
      let x = FormulaWeights.scaled("x", [2, 6])
      #expect(x.reshaped(to: [3, -1]).shape == [3, 4])
      #expect(x.reshaped(to: [3, -1]).floats == x.floats)
      expectGradientsMatch(at: [x]) { $0[0].reshaped(to: [4, 3]) }
    }

    @Test("sizes that do not fit stop the program with both shapes in the message")
    func misfit() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = Tensor(zeros: [2, 6]).reshaped(to: [5, -1])
      }
      let message = String(decoding: result.standardErrorContent, as: UTF8.self)
      #expect(message.contains("reshaped: [2, 6] does not fit into [5, -1]"))
    }
  }
}
