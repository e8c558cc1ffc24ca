import Tensors

/// The gradient of a loss at a model's parameters.
package struct ModelGradient: Sendable {
  /// Gradients by the parameters' names; parameters that the loss does not depend on are absent.
  package private(set) var tensors: [String: Tensor]

  package init(tensors: [String: Tensor]) { self.tensors = tensors }

  /// The Euclidean norm over all parameters together.
  package var norm: Double {
    // Summed in the order of names, because a dictionary's own order changes from run to run.
    tensors.keys.sorted().reduce(0) { $0 + (tensors[$1]?.sumOfSquares ?? 0) }.squareRoot()
  }

  /// Returns the gradient of a sum of losses; a parameter may be absent in one of the two.
  package static func + (a: Self, b: Self) -> Self {
    ModelGradient(tensors: a.tensors.merging(b.tensors) { $0 + $1 })
  }

  package static func * (gradient: Self, factor: Float) -> Self {
    if factor == 1 { return gradient }
    return ModelGradient(tensors: gradient.tensors.mapValues { $0 * factor })
  }

  /// Clips every number to `-limit...limit`.
  ///
  /// - Returns: The number of those beyond.
  package mutating func clip(toValue limit: Float) -> Int {
    var count = 0
    for name in tensors.keys.sorted() {
      count += tensors[name]?.clip(to: limit) ?? 0
    }
    return count
  }
}

/// Returns the loss that `function` gives for `model`, and its gradient at the chosen parameters.
///
/// Parameters that are not chosen record nothing: a frozen encoder costs no more than in inference.
package func valueWithGradient<Model: Module>(
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
