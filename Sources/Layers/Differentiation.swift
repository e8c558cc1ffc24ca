import Tensors

/// The gradient of a loss at a model's parameters.
public struct ModelGradient: Sendable {
  /// Gradients by the parameters' names; what the loss does not depend on is absent.
  public let tensors: [String: Tensor]

  /// The Euclidean norm over all parameters together.
  public var norm: Double {
    // Summed in the order of names, because a dictionary's own order changes from run to run.
    tensors.keys.sorted().reduce(0) { $0 + (tensors[$1]?.sumOfSquares ?? 0) }.squareRoot()
  }
}

/// Returns the loss that `function` gives for `model`, and its gradient at the chosen parameters.
///
/// What is not chosen records nothing: a frozen encoder costs what it costs in use.
public func valueWithGradient<Model: Module>(
  at model: Model, where isChosen: (Parameter) -> Bool = { $0.role == .learned },
  of loss: (Model) throws -> Tensor
) rethrows -> (loss: Tensor, gradient: ModelGradient) {
  let chosen = model.parameters.filter { isChosen($0.parameter) }
  let (value, gradients) = try valueWithGradient(at: chosen.map(\.value)) { watched in
    var copy = model
    var next = watched.makeIterator()
    copy.updateParameters { parameter, value in
      if isChosen(parameter), let watched = next.next() { value = watched }
    }
    return try loss(copy)
  }
  let named = zip(chosen, gradients).compactMap { entry, gradient in
    gradient.map { (entry.parameter.name, $0) }
  }
  return (value, ModelGradient(tensors: Dictionary(uniqueKeysWithValues: named)))
}
