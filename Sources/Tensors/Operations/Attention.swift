/// Looks at the positions of pictures (Bahdanau et al., 2015; soft attention of Xu et al., 2015).
///
///     eₗ = v · tanh(keyₗ + query)     α = softmax(e)     context = Σₗ αₗ valueₗ
///
/// - Parameters:
///   - queries: What is looked for, `[B, A]`.
///   - keys: What there is to be found at each position, `[P, L, A]`, of at most 4,096 positions.
///   - values: What is there, `[P, L, F]`.
///   - scoring: `v`, `[A]`.
///   - pictureOfRow: Which of the `P` pictures each query looks at.
/// - Returns: What was seen, `[B, F]`, and how much of it at each position, `[B, L]`; each row of these
///   weights adds up to 1.
public func additiveAttention(
  _ queries: Tensor, keys: Tensor, values: Tensor, scoring: Tensor, pictureOfRow: [Int]
) -> (context: Tensor, weights: Tensor) {
  let attention = AdditiveAttention(queries, keys, values, scoring, pictureOfRow)
  let (context, weights) = attention.look()
  let histories = [queries, keys, values, scoring].map(\.history)
  let results = recordedJointly([context, weights], from: histories) { gradients in
    attention.gradients(context: gradients[0], weights: gradients[1], seen: weights)
  }
  return (results[0], results[1])
}

private struct AdditiveAttention: Sendable {
  private let queries: Tensor
  private let keys: Tensor
  private let values: Tensor
  private let scoring: Tensor
  private let inputs: AttentionInputs
  private let shape: AttentionShape

  init(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ scoring: Tensor, _ pictureOfRow: [Int]
  ) {
    precondition(
      keys.rank == 3 && values.rank == 3 && keys.shape.prefix(2) == values.shape.prefix(2)
        && (1...4096).contains(keys.shape[1])
        && queries.shape == [pictureOfRow.count, keys.shape[2]] && scoring.shape == [keys.shape[2]]
        && pictureOfRow.allSatisfy { (0..<keys.shape[0]).contains($0) },
      "attention: \(pictureOfRow.count) queries \(queries.shape), scored by \(scoring.shape), to "
        + "keys \(keys.shape) and values \(values.shape)")
    requireOneType(queries, [keys, values, scoring], "attention")
    (self.queries, self.keys) = (queries.withoutGradient(), keys.withoutGradient())
    (self.values, self.scoring) = (values.withoutGradient(), scoring.withoutGradient())
    inputs = AttentionInputs(
      queries: queries.region, keys: keys.region, values: values.region, scoring: scoring.region,
      pictures: pictureOfRow.map(Int32.init))
    shape = AttentionShape(
      rows: pictureOfRow.count, pictures: keys.shape[0], positions: keys.shape[1],
      size: keys.shape[2], channels: values.shape[2])
  }

  func look() -> (context: Tensor, weights: Tensor) {
    let context = Tensor(uninitialized: [shape.rows, shape.channels], on: queries.device)
    let weights = Tensor(uninitialized: [shape.rows, shape.positions], on: queries.device)
    queries.device.backend.attend(inputs, shape, context: context.region, weights: weights.region)
    return (context, weights)
  }

  /// Gradients to the queries, the keys, the values and the scoring.
  func gradients(
    context dcontext: Tensor?, weights dweights: Tensor?, seen weights: Tensor
  ) -> [Contribution?] {
    let device = queries.device
    let dqueries = Tensor(uninitialized: queries.shape, on: device)
    let dscores = Tensor(uninitialized: weights.shape, on: device)
    let dscoring = Tensor(uninitialized: queries.shape, on: device)
    device.backend.attendGradient(
      inputs, shape, weights: weights.region, dcontext: dcontext?.region,
      dweights: dweights?.region, into: dqueries.region, dscores.region, dscoring.region)
    return [
      .gradient(dqueries),
      .look(Look(.keys(keys, scoring: scoring), inputs.pictures, queries, dscores)),
      dcontext.map { .look(Look(.values(shape: values.shape), inputs.pictures, weights, $0)) },
      .gradient(dscoring.sum(over: [0])),
    ]
  }
}

/// What one look adds to the gradient of the keys, or of the values, not computed yet.
///
/// A decoder looks at the same pictures at every step; the gradients of all steps are made at once, and
/// written once.
package struct Look: Sendable {
  /// To what the gradient is.
  enum Target: Sendable {
    case keys(Tensor, scoring: Tensor)
    case values(shape: Shape)
  }
  private let target: Target
  private let pictureOfRow: [Int32]
  /// Of each row: its query and the gradients of its scores, or its weights and the gradient of what it saw.
  private let rows: Tensor
  private let gradients: Tensor

  fileprivate init(
    _ target: Target, _ pictureOfRow: [Int32], _ rows: Tensor, _ gradients: Tensor
  ) {
    (self.target, self.pictureOfRow) = (target, pictureOfRow)
    (self.rows, self.gradients) = (rows, gradients)
  }

  var result: Tensor { gradient(from: rows, gradients, pictureOfRow) }

  /// The gradient from all `looks` at the same tensor, in as few tensors as there are kinds of looks.
  static func sums(_ looks: [Look]) -> [Tensor] {
    guard let first = looks.first else { return [] }
    let alike = looks.filter { first.goesWith($0) }
    let gradient = first.gradient(
      from: Tensor(concatenating: alike.map(\.rows), along: 0),
      Tensor(concatenating: alike.map(\.gradients), along: 0), alike.flatMap(\.pictureOfRow))
    return [gradient] + sums(looks.filter { !first.goesWith($0) })
  }

  private func goesWith(_ other: Look) -> Bool {
    switch (target, other.target) {
    case (.keys(_, let scoring), .keys(_, let others)):
      scoring.region.buffer === others.region.buffer
        && scoring.region.offset == others.region.offset
    case (.values, .values): true
    default: false
    }
  }

  private func gradient(from rows: Tensor, _ gradients: Tensor, _ pictures: [Int32]) -> Tensor {
    let device = rows.device
    switch target {
    case .keys(let keys, let scoring):
      let dkeys = Tensor(uninitialized: keys.shape, on: device)
      device.backend.attendGradient(
        ofKeys: AttentionInputs(
          queries: rows.region, keys: keys.region, values: keys.region, scoring: scoring.region,
          pictures: pictures),
        AttentionShape(rows, of: keys.shape, channels: keys.shape[2]), dscores: gradients.region,
        into: dkeys.region)
      return dkeys
    case .values(let shape):
      let dvalues = Tensor(uninitialized: shape, on: device)
      device.backend.attendGradient(
        ofValues: pictures, AttentionShape(rows, of: shape, channels: shape[2]),
        weights: rows.region, dcontext: gradients.region, into: dvalues.region)
      return dvalues
    }
  }
}

extension AttentionShape {
  /// Of `rows` that look at pictures of the given shape, `[P, L, size]`.
  fileprivate init(_ rows: Tensor, of pictures: Shape, channels: Int) {
    self.init(
      rows: rows.shape[0], pictures: pictures[0], positions: pictures[1], size: pictures[2],
      channels: channels)
  }
}
