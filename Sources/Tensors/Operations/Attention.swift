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
  let results = recordedJointly(
    [context, weights], from: [queries, keys, values, scoring]
  ) { gradients in
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
  private let wantsValues: Bool

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
    wantsValues = values.history != nil
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
  ) -> [Tensor?] {
    let device = queries.device
    let dqueries = Tensor(uninitialized: queries.shape, on: device)
    let dkeys = Tensor(zeros: keys.shape, on: device)
    let dvalues = wantsValues ? Tensor(zeros: values.shape, on: device) : nil
    let dscoring = Tensor(uninitialized: queries.shape, on: device)
    device.backend.attendGradient(
      inputs, shape, weights: weights.region, dcontext: dcontext?.region,
      dweights: dweights?.region, into: dqueries.region, dkeys.region, dvalues?.region,
      dscoring.region)
    return [dqueries, dkeys, dvalues, dscoring.sum(over: [0])]
  }
}
