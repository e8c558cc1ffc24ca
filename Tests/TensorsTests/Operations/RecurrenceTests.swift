import Tensors
import TestSupport
import Testing

extension TensorsTests {
  @Suite("Recurrence")
  struct RecurrenceTests {
    static let sizes = ["5x3x4x6", "1x1x1x1"]

    @Test("the LSTM agrees with PyTorch", arguments: sizes)
    func lstmParity(sizes: String) throws {
      let names = ["x", "h0", "c0", "weight_ih", "weight_hh", "bias_ih", "bias_hh"]
      try prove("lstm-\(sizes)", names, ["output", "hn", "cn"]) { t in
        let projected = linear(t[0], t[3], bias: t[5] + t[6])
        let (hidden, cell) = lstm(projected, hidden: t[1], cell: t[2], weight: t[4])
        return [hidden, hidden.last, cell]
      }
    }

    @Test("the GRU agrees with PyTorch", arguments: sizes)
    func gruParity(sizes: String) throws {
      let names = ["x", "h0", "weight_ih", "weight_hh", "bias_ih", "bias_hh"]
      try prove("gru-\(sizes)", names, ["output", "hn"]) { t in
        let projected = linear(t[0], t[2], bias: t[4])
        let hidden = gru(projected, hidden: t[1], weight: t[3], bias: t[5])
        return [hidden, hidden.last]
      }
    }

    /// Compares results, loss and gradients with a fixture, then gradients with differences.
    private func prove(
      _ name: String, _ inputs: [String], _ outputs: [String], _ run: ([Tensor]) -> [Tensor]
    ) throws {
      let fixture = try Fixture(name)
      let values = try inputs.map { try fixture[$0] }
      let shares = try outputs.map { try fixture["loss.\($0)"] }
      for (device, tolerance) in [(Device.cpu, 1e-5), (Device.reference(), 2e-7)] {
        var results: [Tensor] = []
        let (loss, gradients) = valueWithGradient(at: values.map { $0.moved(to: device) }) { t in
          results = run(t)
          return zip(results, shares).map { ($0 * $1.moved(to: device)).sum() }
            .reduce(Tensor(0, on: device), +)
        }
        expectClose(
          loss.reshaped(to: [1]), try fixture["loss"].moved(to: device), within: tolerance)
        for (name, result) in zip(outputs, results) {
          expectClose(result, try fixture[name].moved(to: device), within: tolerance, name)
        }
        for (name, gradient) in zip(inputs, gradients) {
          let expected = try fixture["grad.\(name)"].moved(to: device)
          expectClose(
            try #require(gradient), expected, within: tolerance, "gradient to \(name)")
        }
      }
      expectGradientsMatch(at: values) { t in
        zip(run(t), shares).map { ($0 * $1.moved(to: t[0].device)).sum() }
          .reduce(Tensor(0, on: t[0].device), +)
      }
    }

    @Test("the last cell alone, or the hidden states alone, may be used")
    func unusedResults() {
      let inputs = [
        FormulaWeights.scaled("projected", [3, 2, 12]), FormulaWeights.scaled("hidden", [2, 3]),
        FormulaWeights.scaled("cell", [2, 3]), FormulaWeights.scaled("weight", [12, 3]),
      ]
      expectGradientsMatch(at: inputs) {
        lstm($0[0], hidden: $0[1], cell: $0[2], weight: $0[3]).cell
      }
      expectGradientsMatch(at: inputs) {
        lstm($0[0], hidden: $0[1], cell: $0[2], weight: $0[3]).hidden
      }
    }

    @Test("a sequence in two halves is the same as in one")
    func halves() {
      let projected = FormulaWeights.scaled("projected", [6, 4, 80], 2)
      let weight = FormulaWeights.scaled("weight", [80, 20], 0.3)
      let zero = Tensor(zeros: [4, 20])
      let whole = lstm(projected, hidden: zero, cell: zero, weight: weight)
      let first = lstm(projected.slice(0..<2), hidden: zero, cell: zero, weight: weight)
      let second = lstm(
        projected.slice(2..<6), hidden: first.hidden.last, cell: first.cell, weight: weight)
      expectClose(
        Tensor(concatenating: [first.hidden, second.hidden], along: 0), whole.hidden, within: 1e-6)
      expectClose(second.cell, whole.cell, within: 1e-6)
    }

    @Test("sizes that do not fit stop the program with the shapes in the message")
    func misfit() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let zero = Tensor(zeros: [2, 3])
        _ = lstm(
          Tensor(zeros: [1, 2, 9]), hidden: zero, cell: zero, weight: Tensor(zeros: [12, 3]))
      }
      let message = String(decoding: result.standardErrorContent, as: UTF8.self)
      #expect(
        message.contains("recurrence: inputs [1, 2, 9], state [2, 3] and weight [12, 3]"))
    }
  }
}

extension Tensor {
  /// The last step of `[T, B, H]`.
  fileprivate var last: Tensor {
    slice(shape[0] - 1..<shape[0]).reshaped(to: [shape[1], shape[2]])
  }
}
