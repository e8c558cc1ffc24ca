import Tensors

/// Reads a sequence and remembers (an LSTM, a GRU, …).
///
/// The work is in two parts: `project` multiplies the inputs of all time steps at once, `recur` does
/// what must be done in turn. One step of decoding is both for a sequence of one.
public protocol RecurrentCell: Module {
  /// What is remembered between steps, one row per sequence.
  associatedtype State: RowSelectable

  var inputSize: Int { get }
  var hiddenSize: Int { get }

  /// The state before anything has been read.
  func initialState(rows: Int, on device: Device) -> State
  /// How many tensors make up a state.
  var statePartCount: Int { get }
  /// The state that `parts` make up, `[B, H]` each, the hidden state first.
  func state(of parts: [Tensor]) -> State
  /// The hidden state, `[B, H]`.
  func hidden(of state: State) -> Tensor
  /// What the inputs say to the gates: `[N, I]` to `[N, G]`, in float32.
  ///
  /// The last inputs may be left out, even all of them: they are 0, and nothing is multiplied for them.
  func project(_ inputs: Tensor) -> Tensor
  /// Reads `projected`, `[N, G]`, multiplying in `precision` what `dropout` leaves.
  ///
  /// - Returns: The outputs of all steps, `[N, H]`, and the state of each sequence after its last.
  func recur(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: State,
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (hidden: Tensor, state: State)
  /// Does what `recur` does, and shows the hidden states of all steps, `[N, H]`, beside the outputs: where
  /// a connection leads around the cell, the two differ.
  func recurShowingHidden(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: State,
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (output: Tensor, hidden: Tensor, state: State)
}

/// A cell that can be one of several layers.
public protocol RecurrentLayer: RecurrentCell {
  init(inputSize: Int, hiddenSize: Int)

  /// Shows the parameters under PyTorch's names, such as `weight_ih_l0` for the layer `l0`.
  mutating func visitParameters(_ visitor: inout ParameterVisitor, of layer: String)
}

extension RecurrentLayer {
  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitParameters(&visitor, of: "l0")
  }
}

/// A value with one row per sequence, whose rows can be picked and repeated.
public protocol RowSelectable: Sendable {
  func rows(_ indices: [Int]) -> Self
}

extension Tensor: RowSelectable {}

extension Array: RowSelectable where Element: RowSelectable {
  public func rows(_ indices: [Int]) -> [Element] { map { $0.rows(indices) } }
}

extension RecurrentCell where State == Tensor {
  public var statePartCount: Int { 1 }
  public func state(of parts: [Tensor]) -> Tensor { parts[0] }
  public func hidden(of state: Tensor) -> Tensor { state }
}

extension RecurrentCell {
  public func recurShowingHidden(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: State,
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (output: Tensor, hidden: Tensor, state: State) {
    let (hidden, state) = recur(projected, layout, from: state, in: precision, dropout: dropout)
    return (hidden, hidden, state)
  }

  /// Reads sequences.
  ///
  /// - Parameters:
  ///   - inputs: `[N, I]`, or fewer columns where the last inputs are 0. Products are computed in their
  ///     precision, and the outputs are of it.
  ///   - layout: Which sequence and step each row belongs to.
  ///   - state: What has been read before, one row per sequence.
  ///   - dropout: What is left out within the cell while learning; nil leaves nothing out.
  /// - Returns: The outputs, `[N, H]`, and the state of each sequence after its last step.
  public func callAsFunction(
    _ inputs: Tensor, _ layout: SequenceLayout, from state: State, dropout: SequenceDropout? = nil
  ) -> (hidden: Tensor, state: State) {
    let (hidden, state) = recur(
      project(inputs), layout, from: state, in: inputs.elementType, dropout: dropout)
    return (hidden.converted(to: inputs.elementType), state)
  }

  /// Reads one row for every sequence, `[B, I]`.
  public func callAsFunction(_ inputs: Tensor, from state: State) -> (hidden: Tensor, state: State)
  {
    self(inputs, SequenceLayout(steps: 1, rows: inputs.shape[0]), from: state)
  }

  /// `±1/√H`, PyTorch's choice for every recurrent weight.
  var initialWeight: Initialization { .uniform(bound: 1 / Float(hiddenSize).squareRoot()) }
}

/// `W x + b` for inputs of which the last may be left out, being 0.
func projection(of inputs: Tensor, by weight: Tensor, bias: Tensor) -> Tensor {
  let (rows, given) = (inputs.shape[0], inputs.shape[1])
  if given == 0 { return Tensor(zeros: [rows, weight.shape[0]], on: inputs.device) + bias }
  return linear(
    inputs, given == weight.shape[1] ? weight : weight.slice(0..<given, along: 1), bias: bias)
}
