import Tensors

/// A linear map of the last axis, `y = W x + b`.
package struct Linear: Module {
  /// `[O, I]`, as PyTorch stores it.
  package var weight: Tensor
  /// `[O]`.
  package var bias: Tensor

  package init(from inputSize: Int, to outputSize: Int) {
    weight = Tensor(zeros: [outputSize, inputSize])
    bias = Tensor(zeros: [outputSize])
  }

  /// - Parameters:
  ///   - weight: `[O, I]`.
  ///   - bias: `[O]`.
  package init(weight: Tensor, bias: Tensor) { (self.weight, self.bias) = (weight, bias) }

  /// Maps `[…, I]` to `[…, O]`.
  package func callAsFunction(_ x: Tensor) -> Tensor { linear(x, weight, bias: bias) }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    // PyTorch's default, `±1/√I`.
    let bound = 1 / Float(weight.shape[1]).squareRoot()
    visitor.visit("weight", &weight, initially: .uniform(bound: bound))
    visitor.visit("bias", &bias)
  }
}

/// An embedding table with one row per word, which may be stored in bfloat16.
package struct Embedding: Module {
  /// `[V, E]`.
  package var weight: Tensor

  package init(count: Int, size: Int) { weight = Tensor(zeros: [count, size]) }

  /// Returns the rows of the given words, `[words.count, E]`.
  package func callAsFunction(_ words: [Int]) -> Tensor {
    weight.rows(words).converted(to: .float32)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    // As in Show and Tell's published code; PyTorch's unit normal drowns the image at first.
    visitor.visit("weight", &weight, initially: .uniform(bound: 0.08))
  }
}
