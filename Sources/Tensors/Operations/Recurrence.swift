// What is left of a recurrent cell once its inputs have been multiplied for all time steps at once.
//
// Each is one operation over the whole sequence with its own gradient: the recurrent product is
// accumulated onto the projected inputs, one fused kernel applies the gates, and the gradient of the
// recurrent weights is a single product over all steps.

/// Runs a long short-term memory over projected inputs (Hochreiter & Schmidhuber, 1997).
///
///     i, f, o = σ(x + U h)      c' = f ∘ c + i ∘ g
///           g = tanh(x + U h)   h' = o ∘ tanh(c')
///
/// - Parameters:
///   - projected: `W x + b` for all steps, `[T, B, 4H]`, gates in PyTorch's order i, f, g, o.
///   - hidden: `[B, H]`.
///   - cell: `[B, H]`.
///   - weight: `U`, `[4H, H]`.
/// - Returns: The hidden states of all steps, `[T, B, H]`, and the last cell, `[B, H]`.
public func lstm(
  _ projected: Tensor, hidden: Tensor, cell: Tensor, weight: Tensor
) -> (hidden: Tensor, cell: Tensor) {
  let run = Recurrence(projected, hidden, weight, gateCount: 4)
  precondition(
    cell.shape == hidden.shape, "lstm: a cell \(cell.shape) beside a state \(hidden.shape)")
  let (backend, block) = (run.device.backend, run.rows * run.size)
  let gates = run.tensor([run.steps, run.rows, 4 * run.size])
  backend.convert(projected.region, into: gates.region)
  let cells = run.tensor([run.steps, run.rows, run.size])
  let hiddens = run.tensor([run.steps, run.rows, run.size])
  for t in 0..<run.steps {
    let before = t == 0 ? hidden.region : hiddens.region.part(t - 1, of: block)
    let gate = gates.region.part(t, of: 4 * block)
    backend.multiply(before, weight.region, nil, run.recurrentProduct(adds: true), into: gate)
    backend.lstmGates(
      gate, previousCell: t == 0 ? cell.region : cells.region.part(t - 1, of: block),
      cell: cells.region.part(t, of: block), hidden: hiddens.region.part(t, of: block),
      rows: run.rows, size: run.size)
  }
  let last = Tensor(
    shape: [run.rows, run.size], region: cells.region.part(run.steps - 1, of: block),
    device: run.device)
  let saved = LSTMGradient(
    run: run, weight: weight.withoutGradient(), hidden: hidden.withoutGradient(),
    cell: cell.withoutGradient(), gates: gates, cells: cells, hiddens: hiddens)
  let results = recordedJointly([hiddens, last], from: [projected, hidden, cell, weight]) {
    gradients in
    saved(hiddens: gradients[0], lastCell: gradients[1])
  }
  return (results[0], results[1])
}

/// What the way back through an LSTM needs, and that way.
private struct LSTMGradient: Sendable {
  let run: Recurrence
  let weight: Tensor
  let hidden: Tensor
  let cell: Tensor
  /// The gates' activations, `[T, B, 4H]`.
  let gates: Tensor
  let cells: Tensor
  let hiddens: Tensor

  /// Gradients to the projected inputs, the first hidden state, the first cell and the weight.
  func callAsFunction(hiddens dhiddens: Tensor?, lastCell: Tensor?) -> [Tensor?] {
    let (backend, block) = (run.device.backend, run.rows * run.size)
    let dgates = run.tensor([run.steps, run.rows, 4 * run.size])
    let dcell = run.copy(of: lastCell?.region)
    var dhidden = run.copy(of: dhiddens?.region.part(run.steps - 1, of: block))
    for t in (0..<run.steps).reversed() {
      let dgate = dgates.region.part(t, of: 4 * block)
      backend.lstmGatesGradient(
        gates.region.part(t, of: 4 * block),
        previousCell: t == 0 ? cell.region : cells.region.part(t - 1, of: block),
        cell: cells.region.part(t, of: block), dhidden: dhidden.region, dcell: dcell.region,
        into: dgate, rows: run.rows, size: run.size)
      dhidden = run.copy(of: t == 0 ? nil : dhiddens?.region.part(t - 1, of: block))
      backend.multiply(dgate, weight.region, nil, run.backwardProduct, into: dhidden.region)
    }
    return [dgates, dhidden, dcell, run.weightGradient(dgates, from: hidden, hiddens)]
  }
}

/// Runs a gated recurrent unit over projected inputs (Cho et al., 2014), in PyTorch's form.
///
///     r, z = σ(x + U h + b)     n = tanh(x + r ∘ (U h + b))     h' = (1 - z) ∘ n + z ∘ h
///
/// - Parameters:
///   - projected: `W x + b` for all steps, `[T, B, 3H]`, gates in PyTorch's order r, z, n.
///   - hidden: `[B, H]`.
///   - weight: `U`, `[3H, H]`.
///   - bias: The recurrent bias, `[3H]`: it stands inside the product with `r`.
/// - Returns: The hidden states of all steps, `[T, B, H]`.
public func gru(_ projected: Tensor, hidden: Tensor, weight: Tensor, bias: Tensor) -> Tensor {
  let run = Recurrence(projected, hidden, weight, gateCount: 3)
  precondition(bias.shape == [3 * run.size], "gru: a bias \(bias.shape) for \(run.size) units")
  let (backend, block) = (run.device.backend, run.rows * run.size)
  let gates = run.tensor([run.steps, run.rows, 3 * run.size])
  backend.convert(projected.region, into: gates.region)
  let recurrent = run.tensor([run.steps, run.rows, 3 * run.size])
  let hiddens = run.tensor([run.steps, run.rows, run.size])
  for t in 0..<run.steps {
    let before = t == 0 ? hidden.region : hiddens.region.part(t - 1, of: block)
    backend.multiply(
      before, weight.region, bias.region, run.recurrentProduct(adds: false),
      into: recurrent.region.part(t, of: 3 * block))
    backend.gruGates(
      gates.region.part(t, of: 3 * block), recurrent: recurrent.region.part(t, of: 3 * block),
      previous: before, hidden: hiddens.region.part(t, of: block), rows: run.rows, size: run.size)
  }
  let saved = GRUGradient(
    run: run, weight: weight.withoutGradient(), hidden: hidden.withoutGradient(), gates: gates,
    recurrent: recurrent, hiddens: hiddens)
  return recordedJointly([hiddens], from: [projected, hidden, weight, bias]) { gradients in
    gradients[0].map { saved(hiddens: $0) } ?? [nil, nil, nil, nil]
  }[0]
}

private struct GRUGradient: Sendable {
  let run: Recurrence
  let weight: Tensor
  let hidden: Tensor
  let gates: Tensor
  let recurrent: Tensor
  let hiddens: Tensor

  /// Gradients to the projected inputs, the first hidden state, the weight and the bias.
  func callAsFunction(hiddens dhiddens: Tensor) -> [Tensor?] {
    let (backend, block) = (run.device.backend, run.rows * run.size)
    let dgates = run.tensor(gates.shape)
    let drecurrent = run.tensor(gates.shape)
    let dhidden = run.copy(of: dhiddens.region.part(run.steps - 1, of: block))
    for t in (0..<run.steps).reversed() {
      backend.gruGatesGradient(
        gates.region.part(t, of: 3 * block), recurrent: recurrent.region.part(t, of: 3 * block),
        previous: t == 0 ? hidden.region : hiddens.region.part(t - 1, of: block),
        dhidden: dhidden.region, into: dgates.region.part(t, of: 3 * block),
        drecurrent.region.part(t, of: 3 * block), rows: run.rows, size: run.size)
      backend.multiply(
        drecurrent.region.part(t, of: 3 * block), weight.region, nil, run.backwardProduct,
        into: dhidden.region)
      if t > 0 { backend.accumulate(dhiddens.region.part(t - 1, of: block), into: dhidden.region) }
    }
    return [
      dgates, dhidden, run.weightGradient(drecurrent, from: hidden, hiddens),
      drecurrent.sum(over: [0, 1]),
    ]
  }
}

/// The sizes of a run through time and the products that every gated cell needs.
private struct Recurrence: Sendable {
  let steps: Int
  let rows: Int
  let size: Int
  let gateCount: Int
  let device: Device

  init(_ projected: Tensor, _ hidden: Tensor, _ weight: Tensor, gateCount: Int) {
    (steps, rows, size) = (projected.shape[0], projected.shape[1], hidden.shape[1])
    (self.gateCount, device) = (gateCount, projected.device)
    precondition(
      projected.rank == 3 && steps > 0 && projected.shape[2] == gateCount * size
        && weight.shape == [gateCount * size, size]
        && hidden.shape[0] == rows,
      "recurrence: inputs \(projected.shape), state \(hidden.shape) and weight \(weight.shape)")
  }

  /// `h Uᵀ`: previous hidden states to gates.
  func recurrentProduct(adds: Bool) -> Product {
    Product(
      rows: rows, columns: gateCount * size, inner: size, transposeRight: true, accumulates: adds,
      reusesRight: true)
  }

  /// `dgates U`, added to the gradient that the hidden state already has.
  var backwardProduct: Product {
    Product(
      rows: rows, columns: size, inner: gateCount * size, accumulates: true, reusesRight: true)
  }

  func tensor(_ shape: Shape) -> Tensor { Tensor(uninitialized: shape, on: device) }

  /// `[B, H]` that may be overwritten: a copy of `region`, or zeros.
  func copy(of region: Region?) -> Tensor {
    guard let region else { return Tensor(zeros: [rows, size], on: device) }
    let y = tensor([rows, size])
    device.backend.convert(region, into: y.region)
    return y
  }

  /// `Σₜ dgatesₜᵀ hₜ₋₁`, as one product over all steps.
  func weightGradient(_ dgates: Tensor, from first: Tensor, _ hiddens: Tensor) -> Tensor {
    let all = Tensor(
      concatenating: [first.reshaped(to: [1, rows, size]), hiddens.slice(0..<steps - 1)], along: 0)
    return product(
      dgates.reshaped(to: [steps * rows, gateCount * size]),
      all.reshaped(to: [steps * rows, size]), true, false)
  }
}
