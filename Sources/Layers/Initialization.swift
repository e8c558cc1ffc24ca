import Tensors

/// The values of a parameter before training.
package enum Initialization: Sendable, Hashable {
  case zeros
  case ones
  case constant(Float)
  /// Uniform within `-bound...bound`.
  case uniform(bound: Float)
  /// Equal blocks along the first axis, each filled with one value.
  case blocks([Float])

  /// Keeps the variance of what passes through a ReLU, forwards (He et al., 2015).
  ///
  /// The uniform form: its bound is `√(6 / fanIn)`.
  package static func he(fanIn: Int) -> Initialization {
    .uniform(bound: (6 / Float(max(fanIn, 1))).squareRoot())
  }

  package func tensor(of shape: Shape, using random: inout SeededGenerator) -> Tensor {
    switch self {
    case .zeros: return Tensor(zeros: shape)
    case .ones: return Tensor(repeating: 1, shape: shape)
    case .constant(let value): return Tensor(repeating: value, shape: shape)
    case .uniform(let bound):
      let count = shape.reduce(1, *)
      return Tensor((0..<count).map { _ in (2 * random.uniform() - 1) * bound }, shape: shape)
    case .blocks(let values):
      let size = shape.reduce(1, *) / values.count
      return Tensor(values.flatMap { Array(repeating: $0, count: size) }, shape: shape)
    }
  }
}
