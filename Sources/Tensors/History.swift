/// How a tensor came about: the operation it is a result of.
///
/// History hangs on the tensors themselves. Nothing records unless an input already has a history,
/// and the first ones come from `valueWithGradient`; inference therefore remembers nothing.
package struct History: Sendable {
  package let operation: Operation
  /// Which of the operation's results the tensor is.
  package let output: Int
}

/// One operation that can be differentiated: where its inputs came from and how a gradient returns.
///
/// A class, because results share it and because its identity is what gradients accumulate under.
/// Immutable once made, except that `deinit` takes its inputs apart.
package final class Operation: @unchecked Sendable {
  private(set) var inputs: [History]
  /// Turns the gradients of the results into those of `inputs`; a result nobody used has none.
  let pull: @Sendable ([Tensor?]) -> [Contribution?]
  /// Longest way to a leaf; operations are differentiated in falling order of it.
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

  /// A chain of thousands of operations must not be released by as many nested calls.
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

/// What an operation adds to the gradient of an input.
package enum Contribution: Sendable {
  case gradient(Tensor)
  /// Not multiplied yet: weights that every step of a recurrence uses get a product from each.
  case product(MatrixProduct)
  /// Not computed yet: pictures that every step of a decoder looks at get a part of it from each.
  case look(Look)

  /// The gradient itself.
  var result: Tensor {
    switch self {
    case .gradient(let gradient): gradient
    case .product(let product): product.result
    case .look(let look): look.result
    }
  }
}

/// The way back to one input of an operation: what its gradient is, given the result's.
package struct Pullback: Sendable {
  let history: History?
  let gradient: @Sendable (Tensor) -> Tensor

  package init(to input: Tensor, _ gradient: @escaping @Sendable (Tensor) -> Tensor) {
    history = input.history
    self.gradient = gradient
  }
}

extension Tensor {
  /// This result, remembering the ways back to those inputs that have a history.
  ///
  /// A pullback must not hold a tensor with history, or releasing a long chain would recurse.
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

/// Remembers `results` as made from `inputs` by one operation whose gradients come all at once.
///
/// - Parameters:
///   - results: What the operation returned.
///   - inputs: Those that matter; ones without history are skipped.
///   - pull: The gradients of `results` (nil where unused) to those of `inputs`, in their order. As
///     in `recorded`, it must not hold a tensor with history.
/// - Returns: `results`, with their history.
package func recordedJointly(
  _ results: [Tensor], from inputs: [Tensor],
  pull: @escaping @Sendable ([Tensor?]) -> [Tensor?]
) -> [Tensor] {
  recordedJointly(results, from: inputs.map(\.history)) { gradients in
    pull(gradients).map { $0.map(Contribution.gradient) }
  }
}

/// The same, for inputs whose numbers have been used up, and gradients that are products.
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
