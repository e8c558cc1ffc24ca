import Tensors
import TestSupport
import Testing

@testable import Layers

extension LayersTests {
  /// `scripts/fixtures/cells.py` wrote the fixtures with torch.nn.LSTM, GRU and RNN.
  @Suite("Recurrent cells")
  struct RecurrentCellTests {
    static let sizes = ["5x3x4x6", "1x1x1x1"]

    @Test("the LSTM has PyTorch's outputs, states and gradients", arguments: sizes)
    func lstm(sizes: String) throws {
      try prove(
        LSTM.self, "lstm-\(sizes)", ["h0", "c0"], ["hn", "cn"],
        start: { LSTM.State(hidden: $0[0], cell: $0[1]) }, end: { [$0.hidden, $0.cell] })
    }

    @Test("the GRU has PyTorch's outputs, states and gradients", arguments: sizes)
    func gru(sizes: String) throws {
      try prove(GRU.self, "gru-\(sizes)", ["h0"], ["hn"], start: { $0[0] }, end: { [$0] })
    }

    @Test("the plain network has PyTorch's outputs, states and gradients", arguments: sizes)
    func rnn(sizes: String) throws {
      try prove(RNN.self, "rnn-\(sizes)", ["h0"], ["hn"], start: { $0[0] }, end: { [$0] })
    }

    @Test("the GRU that resets before the product is Cho's, as written in PyTorch")
    func choGRU() throws {
      let (inputs, hidden) = (RecurrentLayersCase.inputSize, RecurrentLayersCase.hiddenSize)
      let gru = GRU(inputSize: inputs, hiddenSize: hidden, reset: .before)
      try RecurrentLayersCase("cho-gru").prove(gru) { gru, x, starts in
        let (hidden, state) = gru(x, RecurrentLayersCase.layout, from: starts[0].matrices[0])
        return [hidden, Tensor(matrices: [state])]
      }
    }

    @Test("variational dropout leaves out the same in both forms of the GRU, where r is 1")
    func choDropout() {
      // A reset gate that is wide open makes the two forms one.
      func hidden(_ reset: GRU.Reset) -> Tensor {
        let blank = GRU(inputSize: 4, hiddenSize: 5, reset: reset)
        let gru = blank.with([
          FormulaWeights.scaled("w", [15, 4]), FormulaWeights.scaled("u", [15, 5]),
          Tensor([Float](repeating: 40, count: 5) + [Float](repeating: 0, count: 10), shape: [15]),
          FormulaWeights.scaled("c", [15]),
        ])
        let dropout = SequenceDropout(
          .variational, rate: 0.5, random: SeededRandom(1), epoch: 0, examples: [3, 4, 9])
        return gru(
          FormulaWeights.scaled("x", [8, 4]), RecurrentLayersCase.layout,
          from: FormulaWeights.scaled("h", [3, 5]), dropout: dropout
        ).hidden
      }
      expectClose(hidden(.before), hidden(.after), within: 1e-6)
    }

    private func prove<Cell: RecurrentLayer>(
      _: Cell.Type, _ name: String, _ starts: [String], _ ends: [String],
      start: ([Tensor]) -> Cell.State, end: (Cell.State) -> [Tensor]
    ) throws {
      let fixture = try Fixture(name)
      let weight = try fixture.shape(of: "weight_ih")
      let hiddenSize = try fixture.shape(of: "weight_hh")[1]
      let template = Cell(inputSize: weight[1], hiddenSize: hiddenSize)
      #expect(template.inputSize == weight[1] && template.hiddenSize == hiddenSize)
      #expect(template.parameters[0].value.shape == weight)

      // The fixture's names are those of the cell without the number of the layer.
      let names = template.parameters.map { String($0.parameter.name.dropLast(3)) }
      let cell = template.with(try names.map { try fixture[$0] })
      let inputs = try (["x"] + starts).map { try fixture[$0] }
      let shares = try (["output"] + ends).map { try fixture["loss.\($0)"] }
      func results(_ cell: Cell, _ inputs: [Tensor]) -> [Tensor] {
        let shape = inputs[0].shape
        let (hidden, state) = cell(
          inputs[0].reshaped(to: [shape[0] * shape[1], shape[2]]),
          SequenceLayout(steps: shape[0], rows: shape[1]), from: start(Array(inputs.dropFirst())))
        return [hidden.reshaped(to: [shape[0], shape[1], -1])] + end(state)
      }
      func loss(_ cell: Cell, _ inputs: [Tensor]) -> Tensor {
        let terms = zip(results(cell, inputs), shares).map { result, share in
          (result * share.moved(to: result.device)).sum()
        }
        return terms.dropFirst().reduce(terms[0], +)
      }

      for (what, result) in zip(["output"] + ends, results(cell, inputs)) {
        expectClose(result, try fixture[what], within: 1e-5, what)
      }
      let (value, gradient) = valueWithGradient(at: cell) { loss($0, inputs) }
      expectClose(value.reshaped(to: [1]), try fixture["loss"], within: 1e-5, "loss")
      for (name, parameter) in zip(names, cell.parameters) {
        let found = try #require(gradient.tensors[parameter.parameter.name])
        expectClose(found, try fixture["grad.\(name)"], within: 1e-5, "gradient to \(name)")
      }
      let toInputs = valueWithGradient(at: inputs) { loss(cell, $0) }.gradients
      for (name, found) in zip(["x"] + starts, toInputs) {
        expectClose(
          try #require(found), try fixture["grad.\(name)"], within: 1e-5, "gradient to \(name)")
      }
      expectGradientsMatch(of: cell, at: inputs) { loss($0, $1) }
    }

    @Test("a sequence in two parts is the same as in one, and rows keep to themselves")
    func parts() {
      func check<Cell: RecurrentLayer>(_: Cell.Type) {
        let template = Cell(inputSize: 4, hiddenSize: 5)
        let cell = template.with(
          template.parameters.map { FormulaWeights.scaled($0.parameter.name, $0.value.shape) })
        // Three sequences, of four, three and two steps.
        let layout = SequenceLayout(rowCounts: [3, 3, 2, 1])
        let x = FormulaWeights.scaled("x", [9, 4], 2)
        let zero = cell.initialState(rows: 3, on: .cpu)
        let whole = cell(x, layout, from: zero)
        let first = cell(x.slice(0..<3), from: zero)
        let second = cell(
          x.slice(3..<9), SequenceLayout(rowCounts: [3, 2, 1]), from: first.state)
        expectClose(
          Tensor(concatenating: [first.hidden, second.hidden], along: 0), whole.hidden,
          within: 1e-6)
        // The states are those after each sequence's own end: one more step from there.
        let next = FormulaWeights.scaled("next", [3, 4])
        let after = cell(next, from: whole.state).hidden
        for (sequence, rows) in [[0, 3, 6, 8], [1, 4, 7], [2, 5]].enumerated() {
          let alone = cell(
            Tensor(concatenating: [x.rows(rows), next.slice(sequence..<sequence + 1)], along: 0),
            SequenceLayout(steps: rows.count + 1, rows: 1),
            from: cell.initialState(rows: 1, on: .cpu)
          ).hidden
          expectClose(alone.slice(0..<rows.count), whole.hidden.rows(rows), within: 1e-6)
          expectClose(
            alone.slice(rows.count..<rows.count + 1), after.slice(sequence..<sequence + 1),
            within: 1e-6, "sequence \(sequence)")
        }
        // Row 2 alone, and row 0 twice.
        let order = [2, 0, 0]
        let picked = cell(next.rows(order), from: first.state.rows(order)).hidden
        expectClose(
          picked, cell(next, from: first.state).hidden.rows(order), within: 1e-6, "rows")
      }
      check(LSTM.self)
      check(GRU.self)
      check(RNN.self)
    }

    @Test(
      "outputs are of the inputs' precision",
      .multipliesBfloat16)
    func precision() {
      func check<Cell: RecurrentLayer>(_: Cell.Type) {
        let template = Cell(inputSize: 32, hiddenSize: 16)
        let cell = template.with(
          template.parameters.map { FormulaWeights.scaled($0.parameter.name, $0.value.shape, 0.3) })
        let (x, zero) = (
          FormulaWeights.scaled("x", [6, 32]), cell.initialState(rows: 3, on: .cpu)
        )
        let layout = SequenceLayout(steps: 2, rows: 3)
        let exact = cell(x, layout, from: zero).hidden
        let rounded = cell(x.converted(to: .bfloat16), layout, from: zero).hidden
        #expect(exact.elementType == .float32 && rounded.elementType == .bfloat16)
        expectClose(rounded.converted(to: .float32), exact, within: 1e-2)
      }
      check(LSTM.self)
      check(GRU.self)
      check(RNN.self)
    }

    @Test("parameters have PyTorch's names")
    func names() {
      let names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]
      #expect(LSTM(inputSize: 2, hiddenSize: 3).parameters.map(\.parameter.name) == names)
      #expect(GRU(inputSize: 2, hiddenSize: 3).parameters.map(\.parameter.name) == names)
      #expect(RNN(inputSize: 2, hiddenSize: 3).parameters.map(\.parameter.name) == names)
    }

    @Test("the forget gate begins with a bias of one, once, and all else as in PyTorch")
    func initialization() {
      var random = SeededGenerator(seed: 1)
      var cell = LSTM(inputSize: 20, hiddenSize: 16)
      cell.initialize(using: &random)
      let biases = zip(cell.inputBias.floats, cell.hiddenBias.floats).map(+)
      #expect(biases == (0..<64).map { (16..<32).contains($0) ? 1 : 0 })
      for weight in [cell.inputWeight, cell.hiddenWeight] {
        #expect(weight.isSpread(within: 0.25))
      }
      var gru = GRU(inputSize: 20, hiddenSize: 25)
      gru.initialize(using: &random)
      #expect(gru.inputWeight.isSpread(within: 0.2) && gru.hiddenWeight.isSpread(within: 0.2))
      #expect((gru.inputBias.floats + gru.hiddenBias.floats).allSatisfy { $0 == 0 })
    }
  }
}

extension Tensor {
  /// Returns true if the numbers are spread evenly over `-bound...bound`, as far as a few hundred can be.
  func isSpread(within bound: Float) -> Bool {
    let numbers = floats
    let mean = numbers.reduce(0, +) / Float(numbers.count)
    let square = numbers.reduce(0) { $0 + $1 * $1 } / Float(numbers.count)
    return numbers.allSatisfy { abs($0) <= bound } && (numbers.max() ?? 0) > 0.95 * bound
      && (numbers.min() ?? 0) < -0.95 * bound && abs(mean) < 0.1 * bound
      && abs(square / (bound * bound / 3) - 1) < 0.15
  }
}
