import Tensors

/// Layer normalization, which normalizes the features of each position by themselves (Ba et al., 2016).
package struct LayerNorm: Module {
  /// `[F]`.
  package var weight: Tensor
  /// `[F]`.
  package var bias: Tensor
  package let epsilon: Float

  package init(size: Int, epsilon: Float = 1e-6) {
    weight = Tensor(zeros: [size])
    (bias, self.epsilon) = (weight, epsilon)
  }

  /// Normalizes `[…, F]`, to the same shape.
  package func callAsFunction(_ x: Tensor) -> Tensor {
    layerNorm(x, weight: weight, bias: bias, epsilon: epsilon)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("weight", &weight, initially: .ones)
    visitor.visit("bias", &bias)
  }
}
