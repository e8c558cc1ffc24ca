import Tensors

/// A stack of recurrent layers (El Hihi & Bengio, 1996): each reads the outputs of the one below.
///
///     hₗ = cellₗ(yₗ₋₁)      yₗ = hₗ, or with residual connections hₗ + yₗ₋₁ above the first layer
///
/// The first layer's input may have another size, so no connection leads around it (as in Wu et al.,
/// 2016). Parameters have the names of PyTorch's `LSTM`, `GRU` or `RNN` with `num_layers`.
package struct Stacked<Layer: RecurrentLayer>: RecurrentCell {
  /// The lowest first.
  package var layers: [Layer]
  package let isResidual: Bool

  package var inputSize: Int { layers[0].inputSize }
  package var hiddenSize: Int { layers[0].hiddenSize }

  package init(_ layers: [Layer], isResidual: Bool = false) {
    precondition(
      !layers.isEmpty
        && layers.dropFirst().allSatisfy {
          $0.inputSize == layers[0].hiddenSize && $0.hiddenSize == layers[0].hiddenSize
        }, "stacked: layers \(layers.map { [$0.inputSize, $0.hiddenSize] }) do not fit together")
    (self.layers, self.isResidual) = (layers, isResidual)
  }

  /// The initial state of each layer.
  package func initialState(rows: Int, on device: Device) -> [Layer.State] {
    layers.map { $0.initialState(rows: rows, on: device) }
  }

  package var statePartCount: Int { layers.reduce(0) { $0 + $1.statePartCount } }

  /// The parts of the lowest layer come first.
  package func state(of parts: [Tensor]) -> [Layer.State] {
    var rest = parts[...]
    return layers.map { layer in
      defer { rest = rest.dropFirst(layer.statePartCount) }
      return layer.state(of: Array(rest.prefix(layer.statePartCount)))
    }
  }

  /// The hidden state of the top layer.
  package func hidden(of state: [Layer.State]) -> Tensor {
    let top = layers.count - 1
    return layers[top].hidden(of: state[top])
  }

  package func project(_ inputs: Tensor) -> Tensor { layers[0].project(inputs) }

  package func recur(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: [Layer.State],
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (hidden: Tensor, state: [Layer.State]) {
    let read = recurShowingHidden(
      projected, layout, from: state, in: precision, dropout: dropout)
    return (read.output, read.state)
  }

  package func recurShowingHidden(
    _ projected: consuming Tensor, _ layout: SequenceLayout, from state: [Layer.State],
    in precision: ElementType, dropout: SequenceDropout?
  ) -> (output: Tensor, hidden: Tensor, state: [Layer.State]) {
    let lowest = layers[0].recur(projected, layout, from: state[0], in: precision, dropout: dropout)
    var hidden = lowest.hidden.converted(to: precision)
    var output = hidden
    var states = [lowest.state]
    for (index, layer) in layers.enumerated().dropFirst() {
      let dropout = dropout?.inLayer(index)
      let input = dropout?(output, layout, at: .input) ?? output
      let read = layer(input, layout, from: state[index], dropout: dropout)
      hidden = read.hidden
      output = isResidual ? hidden + output : hidden
      states.append(read.state)
    }
    return (output, hidden, states)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    for index in layers.indices { layers[index].visitParameters(&visitor, of: "l\(index)") }
  }
}
