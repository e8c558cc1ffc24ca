import Tensors

/// A gated recurrent unit (Cho et al., 2014) in PyTorch's form, which resets after the product.
///
///     r, z = σ(W x + b + U h + c)     n = tanh(W x + b + r ∘ (U h + c))
///       h' = (1 - z) ∘ n + z ∘ h
///
/// Parameters have the names and the gate order, r, z, n, of PyTorch's `GRU`.
public struct GRU: RecurrentLayer {
  /// `W`, `[3H, I]`.
  public var inputWeight: Tensor
  /// `U`, `[3H, H]`.
  public var hiddenWeight: Tensor
  /// `b`, `[3H]`.
  public var inputBias: Tensor
  /// `c`, `[3H]`.
  public var hiddenBias: Tensor

  public var inputSize: Int { inputWeight.shape[1] }
  public var hiddenSize: Int { hiddenWeight.shape[1] }

  public init(inputSize: Int, hiddenSize: Int) {
    inputWeight = Tensor(zeros: [3 * hiddenSize, inputSize])
    hiddenWeight = Tensor(zeros: [3 * hiddenSize, hiddenSize])
    inputBias = Tensor(zeros: [3 * hiddenSize])
    hiddenBias = inputBias
  }

  /// The hidden state, `[B, H]`.
  public func initialState(rows: Int, on device: Device) -> Tensor {
    Tensor(zeros: [rows, hiddenSize], on: device)
  }

  public func project(_ inputs: Tensor) -> Tensor { linear(inputs, inputWeight, bias: inputBias) }

  public func recur(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: Tensor,
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (hidden: Tensor, state: Tensor) {
    let hidden = gru(
      projected, layout, hidden: state, weight: hiddenWeight, bias: hiddenBias, in: precision,
      dropout: dropout?.ofState)
    return (hidden, hidden.lastSteps(layout))
  }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor, of layer: String) {
    visitor.visit("weight_ih_\(layer)", &inputWeight, initially: initialWeight)
    visitor.visit("weight_hh_\(layer)", &hiddenWeight, initially: initialWeight)
    visitor.visit("bias_ih_\(layer)", &inputBias)
    visitor.visit("bias_hh_\(layer)", &hiddenBias)
  }
}
