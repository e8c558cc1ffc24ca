import Tensors

/// A long short-term memory (Hochreiter & Schmidhuber, 1997; forget gate by Gers et al., 2000).
///
///     i, f, o = σ(W x + U h + b)       c' = f ∘ c + i ∘ g
///           g = tanh(W x + U h + b)    h' = o ∘ tanh(c')
///
/// Parameters have the names and the gate order, i, f, g, o, of PyTorch's `LSTM`.
package struct LSTM: RecurrentLayer {
  /// `W`, `[4H, I]`.
  package var inputWeight: Tensor
  /// `U`, `[4H, H]`.
  package var hiddenWeight: Tensor
  /// The two parts of `b`, `[4H]` each.
  package var inputBias: Tensor
  package var hiddenBias: Tensor

  /// The state that the cell carries from step to step.
  package struct State: RowSelectable {
    /// The output of the last step, `[B, H]`.
    package var hidden: Tensor
    /// The long-term memory, `[B, H]`.
    package var cell: Tensor

    package func rows(_ indices: [Int]) -> State {
      State(hidden: hidden.rows(indices), cell: cell.rows(indices))
    }
  }

  package var inputSize: Int { inputWeight.shape[1] }
  package var hiddenSize: Int { hiddenWeight.shape[1] }

  package init(inputSize: Int, hiddenSize: Int) {
    inputWeight = Tensor(zeros: [4 * hiddenSize, inputSize])
    hiddenWeight = Tensor(zeros: [4 * hiddenSize, hiddenSize])
    inputBias = Tensor(zeros: [4 * hiddenSize])
    hiddenBias = inputBias
  }

  package func initialState(rows: Int, on device: Device) -> State {
    let zeros = Tensor(zeros: [rows, hiddenSize], on: device)
    return State(hidden: zeros, cell: zeros)
  }

  package var statePartCount: Int { 2 }
  package func state(of parts: [Tensor]) -> State { State(hidden: parts[0], cell: parts[1]) }
  package func hidden(of state: State) -> Tensor { state.hidden }

  package func project(_ inputs: Tensor) -> Tensor {
    projection(of: inputs, by: inputWeight, bias: inputBias + hiddenBias)
  }

  package func recur(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: State,
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (hidden: Tensor, state: State) {
    let (hidden, cells) = lstm(
      projected, layout, hidden: state.hidden, cell: state.cell, weight: hiddenWeight,
      in: precision, dropout: dropout?.ofState)
    return (hidden, State(hidden: hidden.lastSteps(layout), cell: cells.lastSteps(layout)))
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor, of layer: String) {
    visitor.visit("weight_ih_\(layer)", &inputWeight, initially: initialWeight)
    visitor.visit("weight_hh_\(layer)", &hiddenWeight, initially: initialWeight)
    // The forget gate begins open, at σ(1) (Jozefowicz et al., 2015); in one bias, not in both.
    visitor.visit("bias_ih_\(layer)", &inputBias, initially: .blocks([0, 1, 0, 0]))
    visitor.visit("bias_hh_\(layer)", &hiddenBias)
  }
}

extension Tensor {
  /// Returns the last row of each sequence: `[N, H]` to `[B, H]`.
  func lastSteps(_ layout: SequenceLayout) -> Tensor {
    layout.stepCount == 1 ? self : rows(layout.lastRows)
  }
}

extension CellType {
  package static let lstm = CellType("lstm") { _ in LayerMaker(LSTM.init) }
}
