import Tensors
import TestSupport
import Testing

extension TensorsTests {
  @Suite("Reductions")
  struct ReductionsTests {
    @Test("agrees with PyTorch over any axes", arguments: ["0", "1", "2", "01", "12", "02", "012"])
    func parity(axes: String) throws {
      let fixture = try Fixture("operations-shaping")
      let list = axes.compactMap(\.wholeNumberValue)
      for (name, mean) in [("sum", false), ("mean", true)] {
        try OperationCase("\(name).\(axes)", in: fixture).prove(["x"]) {
          let y = mean ? $0[0].mean(over: list) : $0[0].sum(over: list)
          return y.rank == 0 ? y.reshaped(to: [1]) : y
        }
      }
    }

    @Test("no axes means all of them")
    func all() {
      let x = Tensor([1, 2, 3, 4], shape: [2, 2])
      #expect(x.sum().shape == [])
      #expect(x.sum().scalar == 10)
      #expect(x.mean().scalar == 2.5)
      #expect(x.sum(over: []).floats == x.floats)
      #expect(x.sumOfSquares == 30)
    }

    @Test("a million small numbers add up without losing any")
    func accuracy() {
      let x = Tensor(repeating: 0.1, shape: [1_000_000])
      #expect(abs(x.sum().scalar - 100_000) < 0.01)
    }
  }
}
