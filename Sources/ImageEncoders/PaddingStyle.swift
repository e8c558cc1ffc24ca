import Layers

/// Where the framework that trained an encoder puts the zeros around a map.
public enum PaddingStyle: String, Sendable, Codable, CaseIterable {
  /// The same on opposite sides (PyTorch).
  case symmetric
  /// The odd one below and right (TensorFlow's "SAME").
  case same

  func rule(forKernel size: Int) -> PaddingRule {
    self == .same ? .same : .symmetric(size / 2)
  }
}
