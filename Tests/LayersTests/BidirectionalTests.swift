import Tensors
import TestSupport
import Testing

@testable import Layers

extension LayersTests {
  @Suite("Bidirectional layer")
  struct BidirectionalTests {
    @Test("has PyTorch's outputs, states and gradients for sequences of several lengths")
    func parity() throws {
      try prove(LSTM.self, "bidirectional-lstm", state: { .init(hidden: $0[0], cell: $0[1]) }) {
        [$0.hidden, $0.cell]
      }
      try prove(GRU.self, "bidirectional-gru", state: { $0[0] }) { [$0] }
      try prove(RNN.self, "bidirectional-rnn", state: { $0[0] }) { [$0] }
    }

    private func prove<Layer: RecurrentLayer>(
      _: Layer.Type, _ name: String, state: @escaping ([Tensor]) -> Layer.State,
      parts: @escaping (Layer.State) -> [Tensor]
    ) throws {
      let layer = Bidirectional<Layer>(
        inputSize: RecurrentLayersCase.inputSize, hiddenSize: RecurrentLayersCase.hiddenSize)
      try RecurrentLayersCase(name).prove(layer) { layer, x, starts in
        let (hidden, ends) = layer(
          x, RecurrentLayersCase.layout,
          from: .init(
            forward: state(starts.map { $0.matrices[0] }),
            backward: state(starts.map { $0.matrices[1] })))
        return [hidden]
          + zip(parts(ends.forward), parts(ends.backward)).map { Tensor(matrices: [$0, $1]) }
      }
    }

    @Test("a sequence is read as it is alone, whatever the length of its company")
    func company() {
      let blank = Bidirectional<GRU>(inputSize: 4, hiddenSize: 5)
      let layer = blank.with(
        blank.parameters.map { FormulaWeights.scaled($0.parameter.name, $0.value.shape) })
      let layout = RecurrentLayersCase.layout
      let x = FormulaWeights.scaled("x", [8, 4], 2)
      let whole = layer(x, layout, from: layer.initialState(rows: 3, on: .cpu))
      for (sequence, rows) in [[0, 3, 5, 7], [1, 4, 6], [2]].enumerated() {
        let alone = layer(
          x.rows(rows), SequenceLayout(steps: rows.count, rows: 1),
          from: layer.initialState(rows: 1, on: .cpu))
        expectClose(alone.hidden, whole.hidden.rows(rows), within: 1e-6)
        expectClose(
          alone.state.backward, whole.state.rows([sequence]).backward, within: 1e-6)
      }
    }

    @Test("parameters have PyTorch's names")
    func names() {
      let names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
      #expect(
        Bidirectional<LSTM>(inputSize: 2, hiddenSize: 3).parameters.map(\.parameter.name)
          == names.map { "\($0)_l0" } + names.map { "\($0)_l0_reverse" })
    }
  }
}
