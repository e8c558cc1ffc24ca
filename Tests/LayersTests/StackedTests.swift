import Tensors
import TestSupport
import Testing

@testable import Layers

extension LayersTests {
  @Suite("Stacked layers")
  struct StackedTests {
    @Test("two layers have PyTorch's outputs, states and gradients")
    func parity() throws {
      try prove(LSTM.self, "stacked-lstm", count: 2) { [$0.hidden, $0.cell] }
      try prove(GRU.self, "stacked-gru", count: 2) { [$0] }
      try prove(RNN.self, "stacked-rnn", count: 2) { [$0] }
    }

    @Test("residual connections lead around all layers but the first, as written in PyTorch")
    func residual() throws {
      try prove(LSTM.self, "residual-lstm", count: 3, isResidual: true) { [$0.hidden, $0.cell] }
      try prove(GRU.self, "residual-gru", count: 3, isResidual: true) { [$0] }
      try prove(RNN.self, "residual-rnn", count: 3, isResidual: true) { [$0] }
    }

    private func prove<Layer: RecurrentLayer>(
      _: Layer.Type, _ name: String, count: Int, isResidual: Bool = false,
      parts: @escaping (Layer.State) -> [Tensor]
    ) throws {
      let stack = Stacked((0..<count).map { Layer(ofCaseAt: $0) }, isResidual: isResidual)
      try RecurrentLayersCase(name).prove(stack) { stack, x, starts in
        let byLayer = (0..<count).flatMap { layer in starts.map { $0.matrices[layer] } }
        let (hidden, state) = stack(
          x, RecurrentLayersCase.layout, from: stack.state(of: byLayer))
        let ends = state.map(parts)
        return [hidden]
          + starts.indices.map { part in Tensor(matrices: ends.map { $0[part] }) }
      }
    }

    @Test("parameters have PyTorch's names, layer by layer")
    func names() {
      let stack = stack(LSTM.self, layers: 2)
      #expect(
        stack.parameters.map(\.parameter.name) == [
          "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0",
          "weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1",
        ])
      #expect(stack.inputSize == 4 && stack.hiddenSize == 5 && stack.statePartCount == 4)
    }

    @Test(
      "what is remembered can be picked row by row, and the uppermost layer's is the hidden state")
    func state() {
      let stack = stack(GRU.self, layers: 3)
      let parts = (0..<3).map { FormulaWeights.scaled("part\($0)", [2, 5]) }
      let state = stack.state(of: parts)
      #expect(stack.hidden(of: state).floats == parts[2].floats)
      #expect(state.rows([1, 0])[1].floats == parts[1].rows([1, 0]).floats)
    }

    @Test(
      "step by step, dropout leaves out what it does at all steps at once",
      arguments: SequenceDropout.Kind.allCases)
    func dropout(kind: SequenceDropout.Kind) {
      func check<Layer: RecurrentLayer>(_ type: Layer.Type) {
        let stack = stack(type, layers: 3)
        let layout = RecurrentLayersCase.layout
        let dropout = SequenceDropout(
          kind, rate: 0.5, random: SeededRandom(1), epoch: 2, examples: [7, 3, 5])
        let x = FormulaWeights.scaled("x", [8, 4])
        let zero = stack.initialState(rows: 3, on: .cpu)
        let whole = stack(x, layout, from: zero, dropout: dropout).hidden
        #expect(whole.floats != stack(x, layout, from: zero).hidden.floats)
        var state = zero
        for step in 0..<layout.stepCount {
          let count = layout.rowCounts[step]
          let read = stack(
            x.slice(layout.rows(ofStep: step)), SequenceLayout(steps: 1, rows: count),
            from: state.rows(Array(0..<count)), dropout: dropout.at(step: step, of: layout))
          expectClose(read.hidden, whole.slice(layout.rows(ofStep: step)), within: 1e-6)
          state = read.state
        }
      }
      check(LSTM.self)
      check(GRU.self)
      check(RNN.self)
    }

    @Test("layers that do not fit stop the program")
    func misfit() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = Stacked([RNN(inputSize: 4, hiddenSize: 5), RNN(inputSize: 4, hiddenSize: 5)])
      }
      #expect(
        String(decoding: result.standardErrorContent, as: UTF8.self)
          .contains("stacked: layers [[4, 5], [4, 5]] do not fit together"))
    }

    private func stack<Layer: RecurrentLayer>(_: Layer.Type, layers: Int) -> Stacked<Layer> {
      let blank = Stacked((0..<layers).map { Layer(ofCaseAt: $0) })
      return blank.with(
        blank.parameters.map { FormulaWeights.scaled($0.parameter.name, $0.value.shape) })
    }
  }
}
