/// Computes additive attention over the positions of pictures or the frames of clips (Bahdanau et al., 2015; the
/// soft attention of Xu et al., 2015, and Yao et al., 2015).
///
///     eₗ = v · tanh(keyₗ + query)     α = softmax(e)     context = Σₗ αₗ valueₗ
///
/// The positions of all pictures lie one after the other, so pictures may have different numbers of positions and
/// nothing is computed for padding.
///
/// - Parameters:
///   - queries: The queries, `[B, A]`.
///   - keys: The key of each position, `[N, A]`.
///   - values: The value of each position, `[N, F]`.
///   - positionCounts: The number of positions of each picture, from 1 to 4,096; `N` in all.
///   - scoring: `v`, `[A]`.
///   - pictureOfRow: The index of the picture that each query attends to.
/// - Returns: The context, `[B, F]`, and the attention weights, `[B, L]`, where `L` is the largest number of positions
///   of a picture. Each row of weights adds up to 1 and is 0 after the last position of its picture.
package func additiveAttention(
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
  /// The values, which keep the memory of a region in `inputs` valid.
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

  /// Returns the gradients of the queries, the keys, the values and the scoring.
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
      .deferred(
        AttentionGradient(
          .keys(keys, scoring: scoring), shape, inputs.pictures, queries, dscores)),
      dcontext.map {
        .deferred(AttentionGradient(.values, shape, inputs.pictures, weights, $0))
      },
      .gradient(dscoring.sum(over: [0])),
    ]
  }
}

/// The deferred gradient of the keys or the values of one attention.
///
/// A decoder attends to the same pictures at every step. The gradients of all steps are computed together and
/// written once.
private struct AttentionGradient: DeferredGradient {
  /// The tensor that the gradient belongs to.
  enum Target: Sendable {
    case keys(Tensor, scoring: Tensor)
    case values
  }
  private let target: Target
  /// The shape of the attention; the number of rows is replaced when several are computed together.
  private let shape: AttentionShape
  private let pictureOfRow: [Int32]
  /// For the keys, the query of each row; for the values, its weights.
  private let rows: Tensor
  /// For the keys, the gradients of each row's scores; for the values, that of its context.
  private let gradients: Tensor

  init(
    _ target: Target, _ shape: AttentionShape, _ pictureOfRow: [Int32], _ rows: Tensor,
    _ gradients: Tensor
  ) {
    (self.target, self.shape, self.pictureOfRow) = (target, shape, pictureOfRow)
    (self.rows, self.gradients) = (rows, gradients)
  }

  func sum(with others: [AttentionGradient]) -> Tensor {
    if others.isEmpty { return gradient(from: rows, gradients, pictureOfRow) }
    let all = [self] + others
    return gradient(
      from: Tensor(concatenating: all.map(\.rows), along: 0),
      Tensor(concatenating: all.map(\.gradients), along: 0), all.flatMap(\.pictureOfRow))
  }

  func goesWith(_ other: AttentionGradient) -> Bool {
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
