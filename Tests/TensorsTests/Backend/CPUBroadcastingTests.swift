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

    /// Some of the fixture's steps are clipped to a norm of 5; PyTorch's rate of decay is a float.
    @Test("twenty steps of Adam follow PyTorch's", arguments: ["adam", "adamw"])
    func adam(name: String) throws {
      let fixture = try Fixture("adam")
      let norms = try fixture.floats("\(name).norm")
      for device in [Device.cpu, .reference()] {
        for parameter in ["weight", "bias"] {
          let gradients = try fixture["\(name).grad.\(parameter)"].moved(to: device)
          let expected = try fixture["\(name).\(parameter)"].moved(to: device)
          var x = try fixture["\(name).\(parameter).start"].moved(to: device)
          var (first, second) = (
            Tensor(zeros: x.shape, on: device), Tensor(zeros: x.shape, on: device)
          )
          for step in 0..<20 {
            let settings = AdamStep(
              learningRate: 1e-3, weightDecay: name == "adamw" ? 0.1 : 0,
              gradientScale: min(1, 5 / (norms[step] + 1e-6)), step: step + 1)
            let gradient = gradients.slice(step..<step + 1)
            x.update { x in
              first.update { first in
                second.update { second in
                  device.backend.adam(x, gradient.region, first, second, settings)
                }
              }
            }
            expectClose(
              x, expected.slice(step..<step + 1).reshaped(to: x.shape), within: 1e-6,
              "\(parameter) after step \(step + 1)")
          }
        }
      }
    }

    @Test("one step of Adam agrees with the reference on many elements", arguments: [15, 33_000])
    func adamAgreement(count: Int) {
      let settings = AdamStep(
        learningRate: 0.01, beta1: 0.8, beta2: 0.99, weightDecay: 0.1, gradientScale: 0.5, step: 3)
      let results = [Device.cpu, .reference()].map { device in
        let tensors = ["x", "gradient", "first"].map {
          FormulaWeights.scaled($0, [count]).moved(to: device)
        }
        let second = FormulaWeights.scaled("second", [count], 0.4, offset: 0.5).moved(to: device)
        device.backend.adam(
          tensors[0].region, tensors[1].region, tensors[2].region, second.region, settings)
        return (tensors + [second]).map { $0.moved(to: .cpu) }
      }
      for (found, expected) in zip(results[0], results[1]) {
        expectClose(found, expected, within: 3e-7)
      }
    }
  }
}
