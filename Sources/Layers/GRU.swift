import Tensors

/// A gated recurrent unit (Cho et al., 2014), which resets after the product, as in PyTorch, or before it.
///
///     r, z = σ(W x + b + U h + c)     n = tanh(W x + b + r ∘ (U h + c))   or   tanh(W x + b + U (r ∘ h) + c)
///       h' = (1 - z) ∘ n + z ∘ h
///
/// Parameters have the names and the gate order, r, z, n, of PyTorch's `GRU`.
package struct GRU: RecurrentLayer {
  /// `W`, `[3H, I]`.
  package var inputWeight: Tensor
  /// `U`, `[3H, H]`.
  package var hiddenWeight: Tensor
  /// `b`, `[3H]`.
  package var inputBias: Tensor
  /// `c`, `[3H]`.
  package var hiddenBias: Tensor

  /// The place of the reset gate.
  package enum Reset: String, Sendable, CaseIterable {
    /// Before the hidden state is multiplied, as in Cho et al.
    case before
    /// After the product, so that one product serves all three gates.
    case after
  }
  package let reset: Reset

  package var inputSize: Int { inputWeight.shape[1] }
  package var hiddenSize: Int { hiddenWeight.shape[1] }

  package init(inputSize: Int, hiddenSize: Int) {
    self.init(inputSize: inputSize, hiddenSize: hiddenSize, reset: .after)
  }

  package init(inputSize: Int, hiddenSize: Int, reset: Reset) {
    self.reset = reset
    inputWeight = Tensor(zeros: [3 * hiddenSize, inputSize])
    hiddenWeight = Tensor(zeros: [3 * hiddenSize, hiddenSize])
    inputBias = Tensor(zeros: [3 * hiddenSize])
    hiddenBias = inputBias
  }

  /// The hidden state, `[B, H]`.
  package func initialState(rows: Int, on device: Device) -> Tensor {
    Tensor(zeros: [rows, hiddenSize], on: device)
  }

  package func project(_ inputs: Tensor) -> Tensor {
    projection(of: inputs, by: inputWeight, bias: inputBias)
  }

  package func recur(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: Tensor,
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (hidden: Tensor, state: Tensor) {
    let hidden =
      switch reset {
      case .before: recurResetting(projected, layout, from: state, in: precision, dropout?.ofState)
      case .after:
        gru(
          projected, layout, hidden: state, weight: hiddenWeight, bias: hiddenBias, in: precision,
          dropout: dropout?.ofState)
      }
    return (hidden, hidden.lastSteps(layout))
  }

  /// Cho's form, whose second product waits for the gates of the first.
  private func recurResetting(
    _ projected: Tensor, _ layout: SequenceLayout, from state: Tensor, in precision: ElementType,
    _ dropout: StateDropout?
  ) -> Tensor {
    let sizes = [2 * hiddenSize, hiddenSize]
    let weights = hiddenWeight.split(sizes: sizes, along: 0)
    let biases = hiddenBias.split(sizes: sizes, along: 0)
    var before = state
    let steps = projected.split(sizes: layout.rowCounts, along: 0).map { rows in
      // Sequences that have ended are the last ones.
      let active = before.slice(0..<rows.shape[0])
      let (kept, x) = (active.droppingOut(dropout), rows.split(sizes: sizes, along: 1))
      let gates = sigmoid(
        x[0] + linear(kept.converted(to: precision), weights[0], bias: biases[0])
      ).split(into: 2, along: 1)
      let (reset, update) = (gates[0], gates[1])
      let candidate = tanh(
        x[1] + linear((reset * kept).converted(to: precision), weights[1], bias: biases[1]))
      before = candidate + update * (active - candidate)
      return before
    }
    return Tensor(concatenating: steps, along: 0)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor, of layer: String) {
    visitor.visit("weight_ih_\(layer)", &inputWeight, initially: initialWeight)
    visitor.visit("weight_hh_\(layer)", &hiddenWeight, initially: initialWeight)
    visitor.visit("bias_ih_\(layer)", &inputBias)
    visitor.visit("bias_hh_\(layer)", &hiddenBias)
  }
}

extension GRU.Reset: OptionValue {}

extension CellType {
  package static let gru = CellType("gru", options: [GRU.resetOption]) { cell in
    LayerMaker { GRU(inputSize: $0, hiddenSize: $1, reset: cell[GRU.resetOption]) }
  }
}

extension GRU {
  package static let resetOption = ChoiceOption<Reset>(
    "reset", default: .after,
    help:
      "Reset the hidden state before its product (Cho et al., 2014) or after it, as PyTorch does.")
}
