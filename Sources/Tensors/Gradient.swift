/// Returns what `function` makes of the tensors, and its gradient at each of them.
///
/// `function` must return a single number. Where it does not depend on a tensor, the gradient is nil.
package func valueWithGradient<Failure: Error>(
  at tensors: [Tensor], of function: ([Tensor]) throws(Failure) -> Tensor
) throws(Failure) -> (value: Tensor, gradients: [Tensor?]) {
  let leaves = tensors.map { _ in Operation(inputs: []) { _ in [] } }
  let watched = zip(tensors, leaves).map { tensor, leaf in
    tensor.withHistory(History(operation: leaf, output: 0))
  }
  let value = try function(watched)
  precondition(
    value.elementCount == 1, "gradient: the function returned \(value.shape), not one number")
  guard let history = value.history else { return (value, tensors.map { _ in nil }) }
  let one = Tensor(repeating: 1, shape: value.shape, on: value.device)
  var reverse = ReversePass(from: history, gradient: one)
  return (value.withoutGradient(), reverse.gradients(at: leaves))
}

/// Walks from a result back to the leaves, deepest operation first.
private struct ReversePass {
  /// Operations that have a gradient and wait for their turn, by depth.
  private var waiting: [[Operation]]
  private var gradients: [ObjectIdentifier: [Tensor?]] = [:]

  init(from history: History, gradient: Tensor) {
    waiting = Array(repeating: [], count: history.operation.depth + 1)
    add(gradient, to: history)
  }

  mutating func gradients(at leaves: [Operation]) -> [Tensor?] {
    for depth in waiting.indices.dropFirst().reversed() {
      for operation in waiting[depth] {
        guard let received = gradients.removeValue(forKey: ObjectIdentifier(operation)) else {
          continue
        }
        for (input, gradient) in zip(operation.inputs, operation.pull(received)) {
          if let gradient { add(gradient, to: input) }
        }
      }
      waiting[depth] = []
    }
    return leaves.map { gradients[ObjectIdentifier($0)]?[0] }
  }

  private mutating func add(_ gradient: Tensor, to history: History) {
    let key = ObjectIdentifier(history.operation)
    guard var slots = gradients[key] else {
      var slots = [Tensor?](repeating: nil, count: history.operation.outputCount)
      slots[history.output] = gradient
      gradients[key] = slots
      waiting[history.operation.depth].append(history.operation)
      return
    }
    slots[history.output] = slots[history.output].map { $0 + gradient } ?? gradient
    gradients[key] = slots
  }
}
