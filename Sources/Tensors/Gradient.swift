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

/// What has come back to a result so far.
private struct GradientSum {
  private var gradient: Tensor?
  private var products: [MatrixProduct] = []
  private var looks: [Look] = []

  mutating func add(_ contribution: Contribution) {
    switch contribution {
    case .gradient(let tensor):
      guard let sum = gradient.take() else { return gradient = tensor }
      // Consumed, so that its memory may turn out to be nobody else's.
      gradient = (consume sum).adding(tensor)
    case .product(let product): products.append(product)
    case .look(let look): looks.append(look)
    }
  }

  /// The gradient; nil if nothing has come back.
  var total: Tensor? {
    let parts =
      MatrixProduct.sums(products) + Look.sums(looks) + (gradient.map { [$0] } ?? [])
    return parts.dropFirst().reduce(parts.first) { $0?.adding($1) }
  }
}

extension Tensor {
  /// The sum, in this tensor's place if nobody else can see it.
  fileprivate consuming func adding(_ other: Tensor) -> Tensor {
    guard elementType == .float32, other.elementType == .float32 else { return self + other }
    let (shape, device) = (shape, device)
    precondition(shape == other.shape, "gradient: \(shape) and \(other.shape) of one tensor")
    let sum = takenOver()
    device.backend.accumulate(other.region, into: sum.region)
    return sum
  }
}
