import Tensors

/// A plain recurrent network (Elman, 1990): `h' = tanh(W x + U h + b)`.
///
/// Parameters have the names of PyTorch's `RNN`.
package struct RNN: RecurrentLayer {
  /// `W`, `[H, I]`.
  package var inputWeight: Tensor
  /// `U`, `[H, H]`.
  package var hiddenWeight: Tensor
  /// The two parts of `b`, `[H]` each.
  package var inputBias: Tensor
  package var hiddenBias: Tensor

  package var inputSize: Int { inputWeight.shape[1] }
  package var hiddenSize: Int { hiddenWeight.shape[1] }

  package init(inputSize: Int, hiddenSize: Int) {
    inputWeight = Tensor(zeros: [hiddenSize, inputSize])
    hiddenWeight = Tensor(zeros: [hiddenSize, hiddenSize])
    inputBias = Tensor(zeros: [hiddenSize])
    hiddenBias = inputBias
  }

  /// The hidden state, `[B, H]`.
  package func initialState(rows: Int, on device: Device) -> Tensor {
    Tensor(zeros: [rows, hiddenSize], on: device)
  }

  package func project(_ inputs: Tensor) -> Tensor {
    projection(of: inputs, by: inputWeight, bias: inputBias + hiddenBias)
  }

  package func recur(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: Tensor,
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (hidden: Tensor, state: Tensor) {
    let dropout = dropout?.ofState
    var before = state
    let steps = projected.split(sizes: layout.rowCounts, along: 0).map { x in
      // Sequences that have ended are the last ones.
      let active = before.slice(0..<x.shape[0]).droppingOut(dropout)
      before = tanh(x + linear(active.converted(to: precision), hiddenWeight, bias: nil))
      return before
    }
    let hidden = Tensor(concatenating: steps, along: 0)
    return (hidden, hidden.lastSteps(layout))
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor, of layer: String) {
    visitor.visit("weight_ih_\(layer)", &inputWeight, initially: initialWeight)
    visitor.visit("weight_hh_\(layer)", &hiddenWeight, initially: initialWeight)
    visitor.visit("bias_ih_\(layer)", &inputBias)
    visitor.visit("bias_hh_\(layer)", &hiddenBias)
  }
}

extension CellType {
  package static let rnn = CellType("rnn") { _ in LayerMaker(RNN.init) }
}
