import Tensors

/// Normalises channels in groups, each picture by itself (Wu & He, 2018).
///
/// What encoders use that are trained from scratch: it needs no statistics of other pictures.
public struct GroupNorm: Module {
  /// `[C]`.
  public var weight: Tensor
  /// `[C]`.
  public var bias: Tensor
  public let groups: Int

  public init(channels: Int, groups: Int) {
    weight = Tensor(zeros: [channels])
    bias = weight
    self.groups = groups
  }

  /// `[B, H, W, C]` to the same shape.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    groupNorm(x, weight: weight, bias: bias, groups: groups)
  }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("weight", &weight, initially: .ones)
    visitor.visit("bias", &bias)
  }
}
