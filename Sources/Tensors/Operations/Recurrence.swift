// The recurrent part of recurrent cells. Their inputs have been multiplied for all time steps at once.
//
// Each is one operation over the whole sequence with its own gradient. At each step the recurrent product is computed
// and one fused kernel applies the gates; the gradient of the recurrent weights is a single product over all steps.

/// Runs a long short-term memory over projected inputs (Hochreiter & Schmidhuber, 1997).
///
///     i, f, o = σ(x + U h)      c' = f ∘ c + i ∘ g
///           g = tanh(x + U h)   h' = o ∘ tanh(c')
///
/// - Parameters:
///   - projected: `W x + b` for all steps, `[N, 4H]`, with the gates in PyTorch's order i, f, g, o. Its memory is
///     taken over if nothing else refers to it.
///   - layout: The layout of the sequences in the `N` rows.
///   - hidden: The initial hidden state, `[B, H]`.
///   - cell: The initial cell, `[B, H]`.
///   - weight: `U`, `[4H, H]`.
///   - precision: The precision of the product `U h` and of the hidden states.
///   - dropout: The dropout on `h` in `U h`, or nil for none.
/// - Returns: The hidden states and the cells of all steps, `[N, H]` each.
package func lstm(
  _ projected: consuming Tensor, _ layout: SequenceLayout, hidden: Tensor, cell: Tensor,
  weight: Tensor, in precision: ElementType = .float32, dropout: StateDropout? = nil
) -> (hidden: Tensor, cells: Tensor) {
  let run = Recurrence(projected, layout, hidden, weight, gateCount: 4, precision, dropout)
  precondition(
    cell.shape == hidden.shape, "lstm: a cell \(cell.shape) beside a state \(hidden.shape)")
  let (backend, size) = (run.device.backend, run.size)
  let first = hidden.withoutGradient().converted(to: precision)
  let histories = [projected.history, hidden.history, cell.history, weight.history]
  let gates = projected.takenOver()
  let cells = run.tensor([layout.rowCount, size])
  let hiddens = run.tensor([layout.rowCount, size], precision)
  for t in 0..<layout.stepCount {
    let gate = run.step(t, of: gates)
    backend.multiply(
      run.thinned(run.before(t, hiddens, first), t), weight.region, nil,
      run.recurrentProduct(t, adds: true),
      into: gate)
    backend.lstmGates(
      gate, previousCell: run.before(t, cells, cell), cell: run.step(t, of: cells),
      hidden: run.step(t, of: hiddens), rows: layout.rowCounts[t], size: size)
  }
  let saved = LSTMGradient(
    run: run, weight: weight.withoutGradient(), hidden: first, cell: cell.withoutGradient(),
    gates: gates, cells: cells, hiddens: hiddens)
  let results = recordedJointly([hiddens, cells], from: histories) { gradients in
    saved(hiddens: gradients[0], cells: gradients[1])
  }
  return (results[0], results[1])
}

/// The backward pass of an LSTM, with the values that it needs from the forward pass.
private struct LSTMGradient: Sendable {
  let run: Recurrence
  let weight: Tensor
  let hidden: Tensor
  let cell: Tensor
  /// The gates' activations, `[N, 4H]`.
  let gates: Tensor
  let cells: Tensor
  let hiddens: Tensor

  /// Returns the gradients of the projected inputs, the initial hidden state, the initial cell and the weight.
  func callAsFunction(hiddens dhiddens: Tensor?, cells dcells: Tensor?) -> [Contribution?] {
    let (backend, layout) = (run.device.backend, run.layout)
    let dgates = run.tensor(gates.shape, run.precision)
    let dhidden = Tensor(zeros: hidden.shape, on: run.device)
    let dcell = Tensor(zeros: hidden.shape, on: run.device)
    for t in (0..<layout.stepCount).reversed() {
      run.add(dhiddens, ofStep: t, to: dhidden)
      run.add(dcells, ofStep: t, to: dcell)
      let dgate = run.step(t, of: dgates)
      let (dh, dc) = (run.rows(t, of: dhidden), run.rows(t, of: dcell))
      backend.lstmGatesGradient(
        run.step(t, of: gates), previousCell: run.before(t, cells, cell),
        cell: run.step(t, of: cells), dhidden: dh, dcell: dc, into: dgate,
        rows: layout.rowCounts[t], size: run.size)
      backend.multiply(dgate, weight.region, nil, run.backwardProduct(t), into: dh)
      run.thin(dh, t)
    }
    return [
      .gradient(dgates), .gradient(dhidden), .gradient(dcell),
      .deferred(run.weightGradient(dgates, weight, from: hidden, hiddens)),
    ]
  }
}

/// Runs a gated recurrent unit over projected inputs (Cho et al., 2014), in PyTorch's form.
///
///     r, z = σ(x + U h + b)     n = tanh(x + r ∘ (U h + b))     h' = (1 - z) ∘ n + z ∘ h
///
/// - Parameters:
///   - projected: `W x + b` for all steps, `[N, 3H]`, with the gates in PyTorch's order r, z, n. Its memory is taken
///     over if nothing else refers to it.
///   - layout: The layout of the sequences in the `N` rows.
///   - hidden: The initial hidden state, `[B, H]`.
///   - weight: `U`, `[3H, H]`.
///   - bias: The recurrent bias, `[3H]`; it is inside the product with `r`.
///   - precision: The precision of the product `U h`. The hidden states stay in float32, because every step adds to
///     them.
///   - dropout: The dropout on `h` in `U h`, or nil for none.
/// - Returns: The hidden states of all steps, `[N, H]`.
package func gru(
  _ projected: consuming Tensor, _ layout: SequenceLayout, hidden: Tensor, weight: Tensor,
  bias: Tensor, in precision: ElementType = .float32, dropout: StateDropout? = nil
) -> Tensor {
  let run = Recurrence(projected, layout, hidden, weight, gateCount: 3, precision, dropout)
  precondition(bias.shape == [3 * run.size], "gru: a bias \(bias.shape) for \(run.size) units")
  let (backend, size) = (run.device.backend, run.size)
  let histories = [projected.history, hidden.history, weight.history, bias.history]
  let gates = projected.takenOver()
  let recurrent = run.tensor([layout.rowCount, 3 * size])
  let states = GRUStates(first: hidden.withoutGradient(), run)
  for t in 0..<layout.stepCount {
    backend.multiply(
      run.thinned(run.before(t, states.factors, states.firstFactor), t), weight.region,
      bias.region, run.recurrentProduct(t, adds: false), into: run.step(t, of: recurrent))
    backend.gruGates(
      run.step(t, of: gates), recurrent: run.step(t, of: recurrent),
      previous: run.before(t, states.hiddens, states.first),
      hidden: run.step(t, of: states.hiddens),
      rounded: states.areRounded ? run.step(t, of: states.factors) : nil,
      rows: layout.rowCounts[t], size: size)
  }
  let saved = GRUGradient(
    run: run, weight: weight.withoutGradient(), gates: gates, recurrent: recurrent, states: states)
  return recordedJointly([states.hiddens], from: histories) { gradients in
    gradients[0].map { saved(hiddens: $0) } ?? [nil, nil, nil, nil]
  }[0]
}

/// The hidden states of a gated recurrent unit, with a rounded copy if products are not in float32.
///
/// The state itself stays in float32, because every step adds to it; `U h` reads the copy.
private struct GRUStates: Sendable {
  /// The initial state, `[B, H]`.
  let first: Tensor
  /// The states of all steps, `[N, H]`.
  let hiddens: Tensor
  /// The initial state in the precision of the products.
  let firstFactor: Tensor
  /// The states of all steps in the precision of the products; it is `hiddens` itself if that is float32.
  let factors: Tensor
  /// A Boolean value that is true if `factors` has memory of its own.
  let areRounded: Bool

  init(first: Tensor, _ run: Recurrence) {
    self.first = first
    let shape = [run.layout.rowCount, run.size]
    hiddens = run.tensor(shape)
    firstFactor = first.converted(to: run.precision)
    switch run.precision {
    case .float32: (factors, areRounded) = (hiddens, false)
    case .bfloat16: (factors, areRounded) = (run.tensor(shape, .bfloat16), true)
    case .int8, .uint8: preconditionFailure("recurrence: states of 8-bit numbers")
    }
  }
}

/// The backward pass of a gated recurrent unit, with the values that it needs from the forward pass.
private struct GRUGradient: Sendable {
  let run: Recurrence
  let weight: Tensor
  /// The gates' activations, `[N, 3H]`.
  let gates: Tensor
  /// `U h + b` of all steps, `[N, 3H]`.
  let recurrent: Tensor
  let states: GRUStates

  /// Returns the gradients of the projected inputs, the initial hidden state, the weight and the bias.
  func callAsFunction(hiddens dhiddens: Tensor) -> [Contribution?] {
    let (backend, layout) = (run.device.backend, run.layout)
    let dgates = run.tensor(gates.shape, run.precision)
    let drecurrent = run.tensor(gates.shape, run.precision)
    let dhidden = Tensor(zeros: states.first.shape, on: run.device)
    for t in (0..<layout.stepCount).reversed() {
      run.add(dhiddens, ofStep: t, to: dhidden)
      let (du, dh) = (run.step(t, of: drecurrent), run.rows(t, of: dhidden))
      backend.gruGatesGradient(
        run.step(t, of: gates), recurrent: run.step(t, of: recurrent),
        previous: run.before(t, states.hiddens, states.first), dhidden: dh,
        into: run.step(t, of: dgates), du, rows: layout.rowCounts[t], size: run.size)
      let product = run.tensor([dh.count])
      backend.multiply(du, weight.region, nil, run.backwardProduct(t), into: product.region)
      run.thin(product.region, t)
      backend.accumulate(product.region, into: dh)
    }
    return [
      .gradient(dgates), .gradient(dhidden),
      .deferred(run.weightGradient(drecurrent, weight, from: states.firstFactor, states.factors)),
      .gradient(drecurrent.columnSums),
    ]
  }
}

/// The sizes of a recurrence and the products that every gated cell needs.
private struct Recurrence: Sendable {
  let layout: SequenceLayout
  let size: Int
  let gateCount: Int
  let precision: ElementType
  let dropout: StateDropout?
  let device: Device

  init(
    _ projected: borrowing Tensor, _ layout: SequenceLayout, _ hidden: Tensor, _ weight: Tensor,
    gateCount: Int, _ precision: ElementType, _ dropout: StateDropout?
  ) {
    (self.layout, size) = (layout, hidden.shape[1])
    (self.gateCount, self.precision, device) = (gateCount, precision, projected.device)
    self.dropout = dropout
    precondition(
      dropout.map { $0.keys.count == layout.sequenceCount } ?? true,
      "recurrence: \(dropout?.keys.count ?? 0) keys for \(layout.sequenceCount) sequences")
    precondition(
      projected.shape == [layout.rowCount, gateCount * size]
        && weight.shape == [gateCount * size, size]
        && hidden.shape[0] == layout.sequenceCount,
      "recurrence: inputs \(projected.shape), state \(hidden.shape) and weight \(weight.shape)")
  }

  /// Returns the product `h Uᵀ`, from the previous hidden states to the gates.
  func recurrentProduct(_ t: Int, adds: Bool) -> Product {
    Product(
      rows: layout.rowCounts[t], columns: gateCount * size, inner: size, transposeRight: true,
      accumulates: adds, reusesRight: true)
  }

  /// Returns the product `dgates U`, from the gradient of the gates to that of the previous hidden states.
  func backwardProduct(_ t: Int) -> Product {
    Product(
      rows: layout.rowCounts[t], columns: size, inner: gateCount * size, reusesRight: true)
  }

  /// Returns the hidden states before step `t` after dropout.
  func thinned(_ x: Region, _ t: Int) -> Region {
    guard let dropout else { return x }
    let y = tensor([x.count], x.type)
    device.backend.dropout(
      x, keys: Array(dropout.keys.prefix(layout.rowCounts[t])), dropout.rate, into: y.region)
    return y.region
  }

  /// Applies the same dropout to their gradient, in place.
  func thin(_ x: Region, _ t: Int) {
    if dropout != nil { device.backend.convert(thinned(x, t), into: x) }
  }

  func tensor(_ shape: Shape, _ type: ElementType = .float32) -> Tensor {
    Tensor(uninitialized: shape, type: type, on: device)
  }

  /// Returns the rows of step `t` of a tensor `[N, ·]`.
  func step(_ t: Int, of x: Tensor) -> Region { part(layout.rows(ofStep: t), of: x) }

  /// Returns the rows of a tensor `[B, ·]` whose sequences have a step `t`.
  func rows(_ t: Int, of x: Tensor) -> Region { part(0..<layout.rowCounts[t], of: x) }

  /// Returns the state of the sequences of step `t` before it: rows of `x`, `[N, ·]`, or of `first`, `[B, ·]`.
  func before(_ t: Int, _ x: Tensor, _ first: Tensor) -> Region {
    guard t > 0 else { return first.region }
    return part(layout.offsets[t - 1]..<layout.offsets[t - 1] + layout.rowCounts[t], of: x)
  }

  private func part(_ rows: Range<Int>, of x: Tensor) -> Region {
    let columns = x.shape[1]
    return Region(
      x.region.buffer, offset: x.region.offset + rows.lowerBound * columns,
      count: rows.count * columns)
  }

  /// Adds step `t` of `dx`, `[N, H]`, to the gradient from later steps, `[B, H]`.
  func add(_ dx: Tensor?, ofStep t: Int, to sum: Tensor) {
    guard let dx else { return }
    let part = step(t, of: dx)
    switch part.type {
    case .float32: device.backend.accumulate(part, into: rows(t, of: sum))
    case .bfloat16:
      let floats = tensor([part.count])
      device.backend.convert(part, into: floats.region)
      device.backend.accumulate(floats.region, into: rows(t, of: sum))
    case .int8, .uint8: preconditionFailure("recurrence: gradients of 8-bit numbers")
    }
  }

  /// Returns `Σₜ dgatesₜᵀ hₜ₋₁` as one product over all steps.
  func weightGradient(
    _ dgates: Tensor, _ weight: Tensor, from first: Tensor, _ hiddens: Tensor
  ) -> MatrixProduct {
    let before = tensor(hiddens.shape, hiddens.elementType)
    for t in 0..<layout.stepCount {
      device.backend.convert(
        thinned(self.before(t, hiddens, first), t), into: step(t, of: before))
    }
    return MatrixProduct(
      transposed: dgates.converted(to: precision), before.converted(to: precision),
      type: weight.elementType)
  }
}
