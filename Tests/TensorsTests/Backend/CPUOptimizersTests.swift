import TestSupport
import Testing

@testable import Tensors

extension TensorsTests {
  /// The optimizer of the layers, which uses these kernels, is compared with PyTorch in the tests of the layers.
  @Suite("CPU learning")
  struct CPUOptimizersTests {
    static let step = OptimizerStep(
      learningRate: 0.01, weightDecay: 0.1, gradientScale: 0.5, step: 3)

    @Test(
      "one step of each rule agrees with the reference on many elements", arguments: [15, 33_000])
    func agreement(count: Int) {
      func results(_ move: (any Backend, [Region]) -> Void) -> [[Tensor]] {
        [Device.cpu, .reference()].map { device in
          let tensors = ["x", "gradient", "first"].map { FormulaWeights.scaled($0, [count]) }
          let all = (tensors + [FormulaWeights.scaled("second", [count], 0.4, offset: 0.5)])
            .map { $0.moved(to: device) }
          move(device.backend, all.map(\.region))
          return all.map { $0.moved(to: .cpu) }
        }
      }
      func check(_ what: String, _ move: (any Backend, [Region]) -> Void) {
        let found = results(move)
        for (found, expected) in zip(found[0], found[1]) {
          expectClose(found, expected, within: 3e-7, what)
        }
      }
      for decoupled in [false, true] {
        check("adam") { backend, t in
          backend.adam(
            t[0], t[1], t[2], t[3],
            AdamSettings(beta1: 0.8, beta2: 0.99, decoupledDecay: decoupled), Self.step)
        }
      }
      check("sgd") { $0.sgd($1[0], $1[1], nil, momentum: 0, nesterov: false, Self.step) }
      for nesterov in [false, true] {
        check("momentum") {
          $0.sgd($1[0], $1[1], $1[2], momentum: 0.9, nesterov: nesterov, Self.step)
        }
      }
      check("approach") { $0.approach($1[1], 0.3, $1[0]) }
      check("clip") { backend, t in _ = backend.clip(t[1], to: 0.4) }
    }

    @Test("sums of squares are exact, and the same on any number of threads")
    func squares() {
      let x = FormulaWeights.scaled("x", [200_003], 3)
      let exact = x.floats.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(x.sumOfSquares - exact) < 1e-9 * exact)
      let all = x.sumOfSquares
      let count = Device.threadCount
      Device.setThreadCount(1)
      #expect(x.sumOfSquares == all)
      Device.setThreadCount(count)
    }
  }
}
