import Tensors

/// Reads whole sequences in both directions (Schuster & Paliwal, 1997): `yₜ = [forward hₜ; backward hₜ]`.
///
/// Each sequence is read backwards from its own end, so longer ones beside it do not matter. Parameters
/// have the names of PyTorch's `LSTM`, `GRU` or `RNN` with `bidirectional`.
public struct Bidirectional<Layer: RecurrentLayer>: Module {
  public var forward: Layer
  public var backward: Layer

  /// What each direction remembers: of a sequence's last step, and of its first.
  public struct State: RowSelectable {
    public var forward: Layer.State
    public var backward: Layer.State

    public func rows(_ indices: [Int]) -> State {
      State(forward: forward.rows(indices), backward: backward.rows(indices))
    }
  }

  public init(inputSize: Int, hiddenSize: Int) {
    forward = Layer(inputSize: inputSize, hiddenSize: hiddenSize)
    backward = Layer(inputSize: inputSize, hiddenSize: hiddenSize)
  }

  public func initialState(rows: Int, on device: Device) -> State {
    State(
      forward: forward.initialState(rows: rows, on: device),
      backward: backward.initialState(rows: rows, on: device))
  }

  /// Reads `inputs`, `[N, I]`, and returns the outputs, `[N, 2H]`, and what is remembered at the ends.
  public func callAsFunction(
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

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    forward.visitParameters(&visitor, of: "l0")
    backward.visitParameters(&visitor, of: "l0_reverse")
  }
}
