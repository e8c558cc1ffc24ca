import TestSupport
import Testing

@testable import Tensors

extension TensorsTests {
  @Suite("CPU broadcasting")
  struct CPUBroadcastingTests {
    static let shapes: [(a: Shape, b: Shape)] = [
      ([1], [1]), ([33_000], [33_000]), ([1_001], []), ([], [33]), ([3, 1, 5], [1, 4, 1]),
      ([2, 3, 4, 5], [3, 1, 5]), ([2, 3, 4, 5], [4, 1]), ([2, 1, 4, 1], [3, 1, 5]),
      ([7, 300, 20], [20]), ([7, 30, 20], [7, 1, 1]), ([300, 1], [1, 120]),
      ([1, 1, 6], [5, 1, 1]), ([2, 1, 3, 1, 2], [1, 2, 1, 3, 1]),
    ]

    @Test("agrees with the reference, whichever axes repeat", arguments: shapes.indices)
    func agreement(index: Int) {
      let (a, b) = Self.shapes[index]
      let inputs = [
        FormulaWeights.scaled("a", a), FormulaWeights.scaled("b", b, 0.5, offset: 1.5),
      ]
      expectAgreement(at: inputs, "\(a) + \(b)") { $0[0] + $0[1] }
      expectAgreement(at: inputs, "\(b) - \(a)") { $0[1] - $0[0] }
      expectAgreement(at: inputs, "\(a) * \(b)") { $0[0] * $0[1] }
      expectAgreement(at: inputs, "\(a) / \(b)") { $0[0] / $0[1] }
    }
  }
}
