/// The origin of a tensor: the operation that it is a result of.
///
/// The tensors themselves hold their history. An operation records only if one of its inputs has a history, and the
/// first ones come from `valueWithGradient`, so inference records nothing.
package struct History: Sendable {
  package let operation: Operation
  /// The index of the tensor among the results of the operation.
  package let output: Int
}

/// A differentiable operation: the history of its inputs and the function that computes their gradients.
///
/// It is a class because results share it and because gradients accumulate by its identity. It is immutable, except
/// that `deinit` empties its inputs.
package final class Operation: @unchecked Sendable {
  private(set) var inputs: [History]
  /// Computes the gradients of `inputs` from those of the results; the gradient of an unused result is nil.
  let pull: @Sendable ([Tensor?]) -> [Contribution?]
  /// The length of the longest path to a leaf; operations are differentiated in descending order of it.
  let depth: Int
  let outputCount: Int

  package init(
    inputs: [History], outputCount: Int = 1,
    pull: @escaping @Sendable ([Tensor?]) -> [Contribution?]
  ) {
    self.inputs = inputs
    self.outputCount = outputCount
    self.pull = pull
    depth = (inputs.map(\.operation.depth).max() ?? -1) + 1
  }

  // A chain of thousands of operations must not be released by as many nested calls.
  deinit {
    var released = inputs.map(\.operation)
    inputs = []
    while var operation = released.popLast() {
      guard isKnownUniquelyReferenced(&operation) else { continue }
      released += operation.inputs.map(\.operation)
      operation.inputs = []
    }
  }
}

/// The contribution of an operation to the gradient of one of its inputs.
package enum Contribution: Sendable {
  case gradient(Tensor)
  /// A gradient that is computed together with those of the same input from other operations.
  case deferred(any DeferredGradient)

  /// The gradient itself.
  var result: Tensor {
    switch self {
    case .gradient(let gradient): gradient
    case .deferred(let gradient): gradient.sum
    }
  }
}

/// A function that computes the gradient of one input of an operation from that of the result.
package struct Pullback: Sendable {
  let history: History?
  let gradient: @Sendable (Tensor) -> Tensor

  package init(to input: Tensor, _ gradient: @escaping @Sendable (Tensor) -> Tensor) {
    history = input.history
    self.gradient = gradient
  }
}

extension Tensor {
  /// Returns this result with a history of the inputs that have one themselves.
  ///
  /// A pullback must not hold a tensor with history, because releasing a long chain would then recurse.
  package func recorded(_ pullbacks: Pullback...) -> Tensor {
    let wanted = pullbacks.filter { $0.history != nil }
    guard !wanted.isEmpty else { return self }
    let pulls = wanted.map(\.gradient)
    let operation = Operation(inputs: wanted.compactMap(\.history)) { gradients in
      pulls.map { pull in gradients[0].map { .gradient(pull($0)) } }
    }
    return withHistory(History(operation: operation, output: 0))
  }

  package func withHistory(_ history: History) -> Tensor {
    Tensor(shape: shape, region: region, device: device, history: history)
  }
}

/// Records `results` as made from `inputs` by one operation that computes all gradients at once.
///
/// - Parameters:
///   - results: The results of the operation.
///   - inputs: The inputs; those without history are skipped.
///   - pull: Computes the gradients of `inputs`, in their order, from those of `results`, which are nil for unused
///     results. As in `recorded`, it must not hold a tensor with history.
/// - Returns: `results`, with their history.
package func recordedJointly(
  _ results: [Tensor], from inputs: [Tensor],
  pull: @escaping @Sendable ([Tensor?]) -> [Tensor?]
) -> [Tensor] {
  recordedJointly(results, from: inputs.map(\.history)) { gradients in
    pull(gradients).map { $0.map(Contribution.gradient) }
  }
}

/// Records results like the function above, for inputs whose memory has been taken over and gradients that may be
/// deferred.
func recordedJointly(
  _ results: [Tensor], from histories: [History?],
  contribute pull: @escaping @Sendable ([Tensor?]) -> [Contribution?]
) -> [Tensor] {
  let kept = histories.indices.filter { histories[$0] != nil }
  guard !kept.isEmpty else { return results }
  let operation = Operation(
    inputs: histories.compactMap { $0 }, outputCount: results.count
  ) { gradients in
    let all = pull(gradients)
    return kept.map { all[$0] }
  }
  return results.enumerated().map { index, result in
    result.withHistory(History(operation: operation, output: index))
  }
}
