/// Returns the value of `function` for the given tensors, and its gradient with respect to each of them.
///
/// `function` must return a single number. The gradient of a tensor that it does not depend on is nil.
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

/// A backward pass from a result to the leaves, deepest operation first.
private struct ReversePass {
  /// The operations that have a gradient and have not been differentiated yet, by depth.
  private var waiting: [[Operation]]
  private var sums: [ObjectIdentifier: [GradientSum]] = [:]

  init(from history: History, gradient: Tensor) {
    waiting = Array(repeating: [], count: history.operation.depth + 1)
    add(.gradient(gradient), to: history)
  }

  mutating func gradients(at leaves: [Operation]) -> [Tensor?] {
    for depth in waiting.indices.dropFirst().reversed() {
      for operation in waiting[depth] {
        guard let received = sums.removeValue(forKey: ObjectIdentifier(operation)) else { continue }
        let contributions = operation.pull(received.map(\.total))
        for (input, contribution) in zip(operation.inputs, contributions) {
          if let contribution { add(contribution, to: input) }
        }
      }
      waiting[depth] = []
    }
    return leaves.map { sums[ObjectIdentifier($0)]?[0].total }
  }

  private mutating func add(_ contribution: Contribution, to history: History) {
    let key = ObjectIdentifier(history.operation)
    if sums[key] == nil {
      sums[key] = Array(repeating: GradientSum(), count: history.operation.outputCount)
      waiting[history.operation.depth].append(history.operation)
    }
    sums[key]?[history.output].add(contribution)
  }
}

/// The sum of the gradients that a result has received so far.
private struct GradientSum {
  private var gradient: Tensor?
  private var deferred: [any DeferredGradient] = []

  mutating func add(_ contribution: Contribution) {
    switch contribution {
    case .gradient(let tensor):
      guard let sum = gradient.take() else { return gradient = tensor }
      // Consumed, so that the sum can be written in its memory if nothing else refers to that.
      gradient = (consume sum).adding(tensor)
    case .deferred(let gradient): deferred.append(gradient)
    }
  }

  /// The gradient, or nil if none was received.
  var total: Tensor? {
    let parts = deferred.sums + (gradient.map { [$0] } ?? [])
    return parts.dropFirst().reduce(parts.first) { $0?.adding($1) }
  }
}

extension Tensor {
  /// Returns the sum, in the memory of this tensor if nothing else refers to it.
  fileprivate consuming func adding(_ other: Tensor) -> Tensor {
    guard elementType == .float32, other.elementType == .float32 else { return self + other }
    let (shape, device) = (shape, device)
    precondition(shape == other.shape, "gradient: \(shape) and \(other.shape) of one tensor")
    let sum = takenOver()
    device.backend.accumulate(other.region, into: sum.region)
    return sum
  }
}
