import Layers

/// The zero padding of the framework that an encoder was trained with.
package enum PaddingStyle: String, Sendable, Codable, CaseIterable {
  /// Equal on opposite sides (PyTorch).
  case symmetric
  /// The odd one below and right (TensorFlow's "SAME").
  case same

  func rule(forKernel size: Int) -> PaddingRule {
    self == .same ? .same : .symmetric(size / 2)
  }
}
