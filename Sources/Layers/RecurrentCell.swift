import Tensors

/// A recurrent cell (an LSTM, a GRU, …).
///
/// The work has two parts: `project` multiplies the inputs of all time steps at once, `recur` runs the
/// recurrence over the steps. One step of decoding is both for a sequence of one.
package protocol RecurrentCell: Module {
  /// The state carried from step to step, one row per sequence.
  associatedtype State: RowSelectable

  var inputSize: Int { get }
  var hiddenSize: Int { get }

  /// Returns the state before the first input.
  func initialState(rows: Int, on device: Device) -> State
  /// The number of tensors that make up a state.
  var statePartCount: Int { get }
  /// Returns the state that `parts` make up, `[B, H]` each, the hidden state first.
  func state(of parts: [Tensor]) -> State
  /// Returns the hidden state, `[B, H]`.
  func hidden(of state: State) -> Tensor
  /// Multiplies the inputs by the input weights of all gates: `[N, I]` to `[N, G]`, in float32.
  ///
  /// The last columns may be absent, even all of them: they are 0, and nothing is multiplied for them.
  func project(_ inputs: Tensor) -> Tensor
  /// Runs the recurrence over `projected`, `[N, G]`, multiplying in `precision`, with `dropout` of its state.
  ///
  /// - Returns: The outputs of all steps, `[N, H]`, and the state of each sequence after its last.
  func recur(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: State,
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (hidden: Tensor, state: State)
  /// Runs `recur` and returns the hidden states of all steps, `[N, H]`, beside the outputs.
  ///
  /// The two differ where a residual connection leads around the cell.
  func recurShowingHidden(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: State,
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (output: Tensor, hidden: Tensor, state: State)
}

/// A recurrent cell that can be a layer of a stack.
package protocol RecurrentLayer: RecurrentCell {
  init(inputSize: Int, hiddenSize: Int)

  /// Visits the parameters under PyTorch's names, such as `weight_ih_l0` for the layer `l0`.
  mutating func visitParameters(_ visitor: inout ParameterVisitor, of layer: String)
}

extension RecurrentLayer {
  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitParameters(&visitor, of: "l0")
  }
}

/// A value with one row per sequence, whose rows can be selected and repeated.
package protocol RowSelectable: Sendable {
  func rows(_ indices: [Int]) -> Self
}

extension Tensor: RowSelectable {}

extension Array: RowSelectable where Element: RowSelectable {
  package func rows(_ indices: [Int]) -> [Element] { map { $0.rows(indices) } }
}

extension RecurrentCell where State == Tensor {
  package var statePartCount: Int { 1 }
  package func state(of parts: [Tensor]) -> Tensor { parts[0] }
  package func hidden(of state: Tensor) -> Tensor { state }
}

extension RecurrentCell {
  package func recurShowingHidden(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: State,
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (output: Tensor, hidden: Tensor, state: State) {
    let (hidden, state) = recur(projected, layout, from: state, in: precision, dropout: dropout)
    return (hidden, hidden, state)
  }

  /// Reads sequences.
  ///
  /// - Parameters:
  ///   - inputs: `[N, I]`, or fewer columns where the last inputs are 0. Products and outputs have their
  ///     element type.
  ///   - layout: The sequence and step of each row.
  ///   - state: The state before the first step, one row per sequence.
  ///   - dropout: Dropout within the cell, during training; nil for none.
  /// - Returns: The outputs, `[N, H]`, and the state of each sequence after its last step.
  package func callAsFunction(
    _ inputs: Tensor, _ layout: SequenceLayout, from state: State, dropout: SequenceDropout? = nil
  ) -> (hidden: Tensor, state: State) {
    let (hidden, state) = recur(
      project(inputs), layout, from: state, in: inputs.elementType, dropout: dropout)
    return (hidden.converted(to: inputs.elementType), state)
  }

  /// Reads one row for every sequence, `[B, I]`.
  package func callAsFunction(_ inputs: Tensor, from state: State) -> (hidden: Tensor, state: State)
  {
    self(inputs, SequenceLayout(steps: 1, rows: inputs.shape[0]), from: state)
  }

  /// `±1/√H`, PyTorch's choice for every recurrent weight.
  var initialWeight: Initialization { .uniform(bound: 1 / Float(hiddenSize).squareRoot()) }
}

/// Returns `W x + b` for inputs whose last columns may be absent, being 0.
func projection(of inputs: Tensor, by weight: Tensor, bias: Tensor) -> Tensor {
  let (rows, given) = (inputs.shape[0], inputs.shape[1])
  if given == 0 { return Tensor(zeros: [rows, weight.shape[0]], on: inputs.device) + bias }
  return linear(
    inputs, given == weight.shape[1] ? weight : weight.slice(0..<given, along: 1), bias: bias)
}
