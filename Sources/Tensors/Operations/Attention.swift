/// Looks at the positions of pictures, or at the frames of clips (Bahdanau et al., 2015; soft attention of
/// Xu et al., 2015, and Yao et al., 2015).
///
///     eₗ = v · tanh(keyₗ + query)     α = softmax(e)     context = Σₗ αₗ valueₗ
///
/// The positions of all pictures lie one after the other, so that pictures may have different numbers of
/// them and nothing is computed for padding.
///
/// - Parameters:
///   - queries: What is looked for, `[B, A]`.
///   - keys: What there is to be found at each position, `[N, A]`.
///   - values: What is there, `[N, F]`.
///   - positionCounts: How many of the `N` positions each picture has, from 1 to 4,096.
///   - scoring: `v`, `[A]`.
///   - pictureOfRow: Which of the pictures each query looks at.
/// - Returns: What was seen, `[B, F]`, and how much of it at each position, `[B, L]`, for the most positions
///   `L` that a picture has; each row of these weights adds up to 1, and is 0 behind its picture's last.
public func additiveAttention(
  _ queries: Tensor, keys: Tensor, values: Tensor, positionCounts: [Int], scoring: Tensor,
  pictureOfRow: [Int]
) -> (context: Tensor, weights: Tensor) {
  let attention = AdditiveAttention(queries, keys, values, positionCounts, scoring, pictureOfRow)
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
  private let scoring: Tensor
  private let inputs: AttentionInputs
  private let shape: AttentionShape
  /// Keeps the memory of the regions in `inputs`.
  private let values: Tensor

  init(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ positionCounts: [Int],
    _ scoring: Tensor, _ pictureOfRow: [Int]
  ) {
    precondition(
      keys.rank == 2 && values.rank == 2 && keys.shape[0] == values.shape[0]
        && positionCounts.reduce(0, +) == keys.shape[0]
        && positionCounts.allSatisfy { (1...4096).contains($0) }
        && queries.shape == [pictureOfRow.count, keys.shape[1]] && scoring.shape == [keys.shape[1]]
        && pictureOfRow.allSatisfy { positionCounts.indices.contains($0) },
      "attention: \(pictureOfRow.count) queries \(queries.shape), scored by \(scoring.shape), to "
        + "keys \(keys.shape) and values \(values.shape) of \(positionCounts.count) pictures")
    requireOneType(queries, [keys, values, scoring], "attention")
    (self.queries, self.keys) = (queries.withoutGradient(), keys.withoutGradient())
    (self.values, self.scoring) = (values.withoutGradient(), scoring.withoutGradient())
    inputs = AttentionInputs(
      queries: queries.region, keys: keys.region, values: values.region, scoring: scoring.region,
      pictures: pictureOfRow.map(Int32.init))
    shape = AttentionShape(
      rows: pictureOfRow.count, size: keys.shape[1], channels: values.shape[1],
      positionCounts: positionCounts)
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
      .look(Look(.keys(keys, scoring: scoring), shape, inputs.pictures, queries, dscores)),
      dcontext.map { .look(Look(.values, shape, inputs.pictures, weights, $0)) },
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
    case values
  }
  private let target: Target
  /// That of the look; of several together all but the number of rows.
  private let shape: AttentionShape
  private let pictureOfRow: [Int32]
  /// Of each row: its query and the gradients of its scores, or its weights and the gradient of what it saw.
  private let rows: Tensor
  private let gradients: Tensor

  fileprivate init(
    _ target: Target, _ shape: AttentionShape, _ pictureOfRow: [Int32], _ rows: Tensor,
    _ gradients: Tensor
  ) {
    (self.target, self.shape, self.pictureOfRow) = (target, shape, pictureOfRow)
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
    let shape = shape.with(rows: rows.shape[0])
    switch target {
    case .keys(let keys, let scoring):
      let dkeys = Tensor(uninitialized: keys.shape, on: device)
      device.backend.attendGradient(
        ofKeys: AttentionInputs(
          queries: rows.region, keys: keys.region, values: keys.region, scoring: scoring.region,
          pictures: pictures),
        shape, dscores: gradients.region, into: dkeys.region)
      return dkeys
    case .values:
      let dvalues = Tensor(
        uninitialized: [Int(shape.starts[shape.pictures]), shape.channels], on: device)
      device.backend.attendGradient(
        ofValues: pictures, shape, weights: rows.region, dcontext: gradients.region,
        into: dvalues.region)
      return dvalues
    }
  }
}
