import Tensors

/// A recurrent layer that reads whole sequences in both directions (Schuster & Paliwal, 1997).
///
///     yₜ = [forward hₜ; backward hₜ]
///
/// Each sequence is read backwards from its own end, whatever the lengths of the others. Parameters
/// have the names of PyTorch's `LSTM`, `GRU` or `RNN` with `bidirectional`.
package struct Bidirectional<Layer: RecurrentLayer>: Module {
  package var forward: Layer
  package var backward: Layer

  /// The states of both directions: after a sequence's last step, and after its first.
  package struct State: RowSelectable {
    package var forward: Layer.State
    package var backward: Layer.State

    package func rows(_ indices: [Int]) -> State {
      State(forward: forward.rows(indices), backward: backward.rows(indices))
    }
  }

  package init(inputSize: Int, hiddenSize: Int) {
    forward = Layer(inputSize: inputSize, hiddenSize: hiddenSize)
    backward = Layer(inputSize: inputSize, hiddenSize: hiddenSize)
  }

  package func initialState(rows: Int, on device: Device) -> State {
    State(
      forward: forward.initialState(rows: rows, on: device),
      backward: backward.initialState(rows: rows, on: device))
  }

  /// Reads `inputs`, `[N, I]`, and returns the outputs, `[N, 2H]`, and the states at the ends.
  package func callAsFunction(
    _ inputs: Tensor, _ layout: SequenceLayout, from state: State
  ) -> (hidden: Tensor, state: State) {
    let mirrored = layout.mirroredRows
    let (ahead, last) = forward(inputs, layout, from: state.forward)
    let (back, first) = backward(inputs.rows(mirrored), layout, from: state.backward)
    return (
      Tensor(concatenating: [ahead, back.rows(mirrored)], along: 1),
      State(forward: last, backward: first)
    )
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    forward.visitParameters(&visitor, of: "l0")
    backward.visitParameters(&visitor, of: "l0_reverse")
  }
}
