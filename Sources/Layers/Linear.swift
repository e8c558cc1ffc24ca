import Tensors

/// A linear map of the last axis, `y = W x + b`.
public struct Linear: Module {
  /// `[O, I]`, as PyTorch stores it.
  public var weight: Tensor
  /// `[O]`.
  public var bias: Tensor

  public init(from inputSize: Int, to outputSize: Int) {
    weight = Tensor(zeros: [outputSize, inputSize])
    bias = Tensor(zeros: [outputSize])
  }

  /// - Parameters:
  ///   - weight: `[O, I]`.
  ///   - bias: `[O]`.
  public init(weight: Tensor, bias: Tensor) { (self.weight, self.bias) = (weight, bias) }

  /// `[…, I]` to `[…, O]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { linear(x, weight, bias: bias) }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    // PyTorch's default, `±1/√I`.
    let bound = 1 / Float(weight.shape[1]).squareRoot()
    visitor.visit("weight", &weight, initially: .uniform(bound: bound))
    visitor.visit("bias", &bias)
  }
}

/// A table with one row of numbers per word, which may be stored in bfloat16.
public struct Embedding: Module {
  /// `[V, E]`.
  public var weight: Tensor

  public init(count: Int, size: Int) { weight = Tensor(zeros: [count, size]) }

  /// The rows of the given words, `[words.count, E]`.
  public func callAsFunction(_ words: [Int]) -> Tensor {
    weight.rows(words).converted(to: .float32)
  }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    // As in Show and Tell's published code; PyTorch's unit normal drowns the image at first.
    visitor.visit("weight", &weight, initially: .uniform(bound: 0.08))
  }
}
