import Tensors

/// Group normalization, which normalizes each picture by itself (Wu & He, 2018).
///
/// Encoders that are trained from scratch use it: it needs no statistics of other pictures.
package struct GroupNorm: Module {
  /// `[C]`.
  package var weight: Tensor
  /// `[C]`.
  package var bias: Tensor
  package let groups: Int

  package init(channels: Int, groups: Int) {
    weight = Tensor(zeros: [channels])
    bias = weight
    self.groups = groups
  }

  /// Normalizes `[B, H, W, C]`, to the same shape.
  package func callAsFunction(_ x: Tensor) -> Tensor {
    groupNorm(x, weight: weight, bias: bias, groups: groups)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("weight", &weight, initially: .ones)
    visitor.visit("bias", &bias)
  }
}
