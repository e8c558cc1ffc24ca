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
        let layout = t[0].layout
        let projected = linear(t[0].inOneMatrix, t[3], bias: t[5] + t[6])
        let (hidden, cells) = lstm(projected, layout, hidden: t[1], cell: t[2], weight: t[4])
        return [
          hidden.reshaped(to: t[0].shape.dropLast() + [-1]), hidden.rows(layout.lastRows),
          cells.rows(layout.lastRows),
        ]
      }
    }

    @Test("the GRU agrees with PyTorch", arguments: sizes)
    func gruParity(sizes: String) throws {
      let names = ["x", "h0", "weight_ih", "weight_hh", "bias_ih", "bias_hh"]
      try prove("gru-\(sizes)", names, ["output", "hn"]) { t in
        let layout = t[0].layout
        let projected = linear(t[0].inOneMatrix, t[2], bias: t[4])
        let hidden = gru(projected, layout, hidden: t[1], weight: t[3], bias: t[5])
        return [
          hidden.reshaped(to: t[0].shape.dropLast() + [-1]), hidden.rows(layout.lastRows),
        ]
      }
    }

    /// Compares results, loss and gradients with a fixture, then the gradients with central differences.
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

    @Test("the cells alone, or the hidden states alone, may be used")
    func unusedResults() {
      let layout = SequenceLayout(rowCounts: [2, 2, 1])
      let inputs = [
        FormulaWeights.scaled("projected", [5, 12]), FormulaWeights.scaled("hidden", [2, 3]),
        FormulaWeights.scaled("cell", [2, 3]), FormulaWeights.scaled("weight", [12, 3]),
      ]
      expectGradientsMatch(at: inputs) {
        lstm($0[0], layout, hidden: $0[1], cell: $0[2], weight: $0[3]).cells
      }
      expectGradientsMatch(at: inputs) {
        lstm($0[0], layout, hidden: $0[1], cell: $0[2], weight: $0[3]).hidden
      }
    }

    @Test("sequences of several lengths are what each is alone, gradients too")
    func lengths() {
      let lengths = [4, 3, 3, 1]
      let layout = SequenceLayout(rowCounts: [4, 3, 3, 1])
      let states = [FormulaWeights.scaled("h", [4, 5]), FormulaWeights.scaled("c", [4, 5])]
      func check(_ gates: Int, _ run: @escaping ([Tensor], SequenceLayout) -> Tensor) {
        let inputs =
          [FormulaWeights.scaled("projected", [11, gates * 5], 2)] + states
          + [
            FormulaWeights.scaled("weight", [gates * 5, 5]),
            FormulaWeights.scaled("bias", [gates * 5]),
          ]
        func loss(_ hidden: Tensor, _ sequence: Int, _ step: Int) -> Tensor {
          (hidden * FormulaWeights.scaled("loss\(sequence).\(step)", [1, 5])).sum()
        }
        let together = valueWithGradient(at: inputs) { t in
          let hidden = run(t, layout)
          let terms = lengths.enumerated().flatMap { sequence, length in
            (0..<length).map { step in
              let row = layout.offsets[step] + sequence
              return loss(hidden.slice(row..<row + 1), sequence, step)
            }
          }
          return terms.dropFirst().reduce(terms[0], +)
        }
        let alone = valueWithGradient(at: inputs) { t in
          let terms = lengths.enumerated().flatMap { sequence, length in
            let rows = (0..<length).map { layout.offsets[$0] + sequence }
            let hidden = run(
              [t[0].rows(rows), t[1].rows([sequence]), t[2].rows([sequence]), t[3], t[4]],
              SequenceLayout(steps: length, rows: 1))
            return (0..<length).map { loss(hidden.slice($0..<$0 + 1), sequence, $0) }
          }
          return terms.dropFirst().reduce(terms[0], +)
        }
        expectClose(together.value, alone.value, within: 1e-6)
        for (a, b) in zip(together.gradients, alone.gradients) {
          if let a, let b { expectClose(a, b, within: 2e-6) }
          #expect((a == nil) == (b == nil))
        }
      }
      check(4) { t, layout in
        lstm(t[0], layout, hidden: t[1], cell: t[2], weight: t[3]).hidden
      }
      check(3) { t, layout in gru(t[0], layout, hidden: t[1], weight: t[3], bias: t[4]) }
    }

    @Test("a sequence in two parts is the same as in one")
    func parts() {
      let projected = FormulaWeights.scaled("projected", [24, 80], 2)
      let weight = FormulaWeights.scaled("weight", [80, 20], 0.3)
      let zero = Tensor(zeros: [4, 20])
      func run(_ rows: Range<Int>, _ hidden: Tensor, _ cell: Tensor) -> (Tensor, Tensor) {
        lstm(
          projected.slice(rows), SequenceLayout(steps: rows.count / 4, rows: 4), hidden: hidden,
          cell: cell, weight: weight)
      }
      let whole = run(0..<24, zero, zero)
      let first = run(0..<8, zero, zero)
      let second = run(8..<24, first.0.slice(4..<8), first.1.slice(4..<8))
      expectClose(Tensor(concatenating: [first.0, second.0], along: 0), whole.0, within: 1e-6)
      expectClose(second.1, whole.1.slice(8..<24), within: 1e-6)
    }

    @Test(
      "in bfloat16 they stay within a hundredth of float32, gradients too",
      .multipliesBfloat16)
    func bfloat16() {
      let layout = SequenceLayout(rowCounts: [6, 6, 4, 3])
      func check(_ gates: Int, _ run: ([Tensor], ElementType) -> Tensor) {
        let inputs = [
          FormulaWeights.scaled("projected", [19, gates * 32]),
          FormulaWeights.scaled("h", [6, 32]), FormulaWeights.scaled("c", [6, 32]),
          FormulaWeights.scaled("weight", [gates * 32, 32], 0.3),
          FormulaWeights.scaled("bias", [gates * 32]),
        ]
        let shares = FormulaWeights.scaled("loss", [19, 32])
        let exact = valueWithGradient(at: inputs) { (run($0, .float32) * shares).sum() }
        let rounded = valueWithGradient(at: inputs) { t in
          (run(t, .bfloat16).converted(to: .float32) * shares).sum()
        }
        for (a, b) in zip(rounded.gradients, exact.gradients) {
          guard let a, let b else { continue }
          #expect(a.converted(to: .float32).floats != b.floats)
          expectClose(a.converted(to: .float32), b, within: 1e-2)
        }
      }
      check(4) { t, type in
        lstm(t[0], layout, hidden: t[1], cell: t[2], weight: t[3], in: type).hidden
      }
      check(3) { t, type in
        gru(t[0], layout, hidden: t[1], weight: t[3], bias: t[4], in: type)
      }
    }

    @Test("what is left out of the state is the same at all steps, and gradients know it")
    func stateDropout() {
      let layout = SequenceLayout(rowCounts: [3, 2, 2])
      let dropout = StateDropout(rate: 0.4, keys: [5, 6, 7])
      func inputs(_ gates: Int) -> [Tensor] {
        [
          FormulaWeights.scaled("projected", [7, gates * 4]), FormulaWeights.scaled("h", [3, 4]),
          FormulaWeights.scaled("c", [3, 4]), FormulaWeights.scaled("weight", [gates * 4, 4]),
          FormulaWeights.scaled("bias", [gates * 4]),
        ]
      }
      let shares = FormulaWeights.scaled("loss", [7, 4])
      func long(_ t: [Tensor], _ dropout: StateDropout?) -> Tensor {
        lstm(t[0], layout, hidden: t[1], cell: t[2], weight: t[3], dropout: dropout).hidden
      }
      func gated(_ t: [Tensor], _ dropout: StateDropout?) -> Tensor {
        gru(t[0], layout, hidden: t[1], weight: t[3], bias: t[4], dropout: dropout)
      }
      for (gates, run) in [(4, long), (3, gated)] {
        expectGradientsMatch(at: inputs(gates)) {
          (run($0, dropout) * shares.moved(to: $0[0].device)).sum()
        }
        #expect(run(inputs(gates), dropout).floats != run(inputs(gates), nil).floats)
      }
      // Step by step, with the mask applied by hand to a state that is only multiplied.
      let t = inputs(4)
      let mask = Tensor(repeating: 1, shape: [3, 4]).droppingOut(dropout)
      let first = lstm(
        t[0].slice(0..<3) + matmul(t[1] * mask, t[3], transposeRight: true),
        SequenceLayout(steps: 1, rows: 3), hidden: Tensor(zeros: [3, 4]), cell: t[2], weight: t[3])
      expectClose(long(t, dropout).slice(0..<3), first.hidden, within: 1e-6)
      let second = lstm(
        t[0].slice(3..<5)
          + matmul(
            first.hidden.slice(0..<2) * mask.slice(0..<2), t[3], transposeRight: true),
        SequenceLayout(steps: 1, rows: 2), hidden: Tensor(zeros: [2, 4]),
        cell: first.cells.slice(0..<2), weight: t[3])
      expectClose(long(t, dropout).slice(3..<5), second.hidden, within: 1e-6)
    }

    @Test("inputs that somebody still holds keep their numbers")
    func heldInputs() {
      let projected = FormulaWeights.scaled("projected", [2, 12])
      let before = projected.floats
      let zero = Tensor(zeros: [2, 3])
      let layout = SequenceLayout(steps: 1, rows: 2)
      let weight = FormulaWeights.scaled("weight", [12, 3])
      let first = lstm(projected, layout, hidden: zero, cell: zero, weight: weight).hidden
      #expect(projected.floats == before)
      let second = lstm(projected, layout, hidden: zero, cell: zero, weight: weight).hidden
      #expect(first.floats == second.floats)
    }

    @Test("sizes that do not fit stop the program with the shapes in the message")
    func misfit() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        let zero = Tensor(zeros: [2, 3])
        _ = lstm(
          Tensor(zeros: [2, 9]), SequenceLayout(steps: 1, rows: 2), hidden: zero, cell: zero,
          weight: Tensor(zeros: [12, 3]))
      }
      let message = String(decoding: result.standardErrorContent, as: UTF8.self)
      #expect(
        message.contains("recurrence: inputs [2, 9], state [2, 3] and weight [12, 3]"))
    }
  }
}

extension Tensor {
  /// The layout of `[T, B, ·]`.
  fileprivate var layout: SequenceLayout { SequenceLayout(steps: shape[0], rows: shape[1]) }

  /// The tensor `[T, B, F]` as `[N, F]`.
  fileprivate var inOneMatrix: Tensor { reshaped(to: [shape[0] * shape[1], shape[2]]) }
}
