import Tensors

/// A plain recurrent network (Elman, 1990): `h' = tanh(W x + U h + b)`.
///
/// Parameters have the names of PyTorch's `RNN`.
public struct RNN: RecurrentLayer {
  /// `W`, `[H, I]`.
  public var inputWeight: Tensor
  /// `U`, `[H, H]`.
  public var hiddenWeight: Tensor
  /// The two parts of `b`, `[H]` each.
  public var inputBias: Tensor
  public var hiddenBias: Tensor

  public var inputSize: Int { inputWeight.shape[1] }
  public var hiddenSize: Int { hiddenWeight.shape[1] }

  public init(inputSize: Int, hiddenSize: Int) {
    inputWeight = Tensor(zeros: [hiddenSize, inputSize])
    hiddenWeight = Tensor(zeros: [hiddenSize, hiddenSize])
    inputBias = Tensor(zeros: [hiddenSize])
    hiddenBias = inputBias
  }

  /// The hidden state, `[B, H]`.
  public func initialState(rows: Int, on device: Device) -> Tensor {
    Tensor(zeros: [rows, hiddenSize], on: device)
  }

  public func project(_ inputs: Tensor) -> Tensor {
    projection(of: inputs, by: inputWeight, bias: inputBias + hiddenBias)
  }

  public func recur(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: Tensor,
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (hidden: Tensor, state: Tensor) {
    let dropout = dropout?.ofState
    var before = state
    let steps = projected.split(sizes: layout.rowCounts, along: 0).map { x in
      // Sequences that have ended are the last ones.
      let living = before.slice(0..<x.shape[0]).droppingOut(dropout)
      before = tanh(x + linear(living.converted(to: precision), hiddenWeight, bias: nil))
      return before
    }
    let hidden = Tensor(concatenating: steps, along: 0)
    return (hidden, hidden.lastSteps(layout))
  }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor, of layer: String) {
    visitor.visit("weight_ih_\(layer)", &inputWeight, initially: initialWeight)
    visitor.visit("weight_hh_\(layer)", &hiddenWeight, initially: initialWeight)
    visitor.visit("bias_ih_\(layer)", &inputBias)
    visitor.visit("bias_hh_\(layer)", &hiddenBias)
  }
}
