import Tensors
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#endif

extension TensorsTests {
  @Suite("Functions of each element")
  struct FunctionsTests {
    typealias Function = (name: String, apply: @Sendable (Tensor) -> Tensor)

    static let functions: [Function] = [
      ("sigmoid", { sigmoid($0) }), ("tanh", { tanh($0) }), ("relu", { relu($0) }),
      ("relu6", { relu6($0) }), ("exp", { exp($0) }), ("log", { log($0) }), ("sqrt", { sqrt($0) }),
      ("silu", { silu($0) }), ("hard-swish", { hardSwish($0) }),
      ("hard-sigmoid", { hardSigmoid($0) }), ("gelu", { gelu($0) }),
    ]

    @Test("agrees with PyTorch", arguments: functions.indices)
    func parity(index: Int) throws {
      let function = Self.functions[index]
      let fixture = try Fixture("operations-elementwise")
      try OperationCase(function.name, in: fixture).prove(["x"]) { function.apply($0[0]) }
    }

    @Test("rounds to bfloat16 with ties to even, and keeps infinity and NaN")
    func rounding() {
      let cases: [(Float, Float)] = [
        (1, 1), (-1, -1), (0, 0), (1 + 0x1p-8, 1), (1 + 0x3p-8, 1 + 0x1p-6),
        (1 + 0x1.0002p-8, 1 + 0x1p-7), (3.14159265, 3.140625), (.infinity, .infinity),
        (-.infinity, -.infinity), (.greatestFiniteMagnitude, .infinity), (0x1p-130, 0x1p-130),
      ]
      let rounded = Tensor(cases.map(\.0), shape: [cases.count]).converted(to: .bfloat16)
      #expect(rounded.floats == cases.map(\.1))
      #expect(rounded.converted(to: .float32).floats == cases.map(\.1))

      let quiet = Float.nan
      // The payload of this NaN lies in the lower half only: cut off, it would read as infinity.
      let faint = Float(bitPattern: 0x7f80_0001)
      let kept = Tensor([quiet, faint, -quiet], shape: [3]).converted(to: .bfloat16)
      #expect(kept.floats.allSatisfy { $0.isNaN })
    }

    @Test("every bfloat16 number survives the way to float32 and back")
    func roundTrip() {
      let all = (0..<UInt32(65_536)).map { Float(bitPattern: $0 << 16) }.filter { !$0.isNaN }
      let there = Tensor(all, shape: [all.count]).converted(to: .bfloat16)
      #expect(there.floats == all)
    }

    @Test("a function of a bfloat16 tensor is computed in float32 and rounded once")
    func bfloat16() {
      let x = FormulaWeights.scaled("x", [40], 3).converted(to: .bfloat16)
      let y = tanh(x)
      #expect(y.elementType == .bfloat16)
      #expect(y.floats == tanh(x.converted(to: .float32)).converted(to: .bfloat16).floats)
    }

    @Test("the gradient of a conversion comes back in the first precision")
    func conversionGradient() throws {
      let x = FormulaWeights.scaled("x", [8])
      let gradient = valueWithGradient(at: [x]) { inputs in
        (inputs[0].converted(to: .bfloat16).converted(to: .float32) * 2).sum()
      }.gradients[0]
      #expect(try #require(gradient).elementType == .float32)
      #expect(gradient?.floats == Array(repeating: 2, count: 8))
    }
  }
}
