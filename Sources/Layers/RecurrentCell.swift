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

  init(inputSize: Int, hiddenSize: Int)

  /// The state before anything has been read.
  func initialState(rows: Int, on device: Device) -> State
  /// What the inputs say to the gates: `[T, B, I]` to `[T, B, G]`.
  func project(_ inputs: Tensor) -> Tensor
  /// Reads `projected`, `[T, B, G]`, and returns the outputs of all steps, `[T, B, H]`.
  func recur(_ projected: Tensor, from state: State) -> (hidden: Tensor, state: State)
}

/// A value with one row per sequence, whose rows can be picked and repeated.
public protocol RowSelectable: Sendable {
  func rows(_ indices: [Int]) -> Self
}

extension Tensor: RowSelectable {}

extension RecurrentCell {
  /// Reads `inputs`, `[T, B, I]`, and returns the outputs, `[T, B, H]`, and the state after them.
  public func callAsFunction(_ inputs: Tensor, from state: State) -> (hidden: Tensor, state: State)
  {
    recur(project(inputs), from: state)
  }

  /// `±1/√H`, PyTorch's choice for every recurrent weight.
  var initialWeight: Initialization { .uniform(bound: 1 / Float(hiddenSize).squareRoot()) }
}
