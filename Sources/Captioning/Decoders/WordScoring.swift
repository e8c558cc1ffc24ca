import Layers
import Tensors

/// The last layer of a decoder, `[H] → [V]`: a score for each word that may follow.
///
/// Its weights may be the rows of the word embedding, which are then read and written with the same
/// numbers (Press & Wolf, 2017), and learn from both.
public struct WordScoring: Module {
  /// `[V, H]`; nil where they are the word embedding's.
  public var weight: Tensor?
  /// `[V]`.
  public var bias: Tensor

  init(from size: Int, vocabularySize: Int, isTied: Bool) {
    weight = isTied ? nil : Tensor(zeros: [vocabularySize, size])
    bias = Tensor(zeros: [vocabularySize])
  }

  /// The layer, beside an embedding that it may share its weights with.
  func layer(beside embedding: Embedding) -> Linear {
    Linear(weight: weight ?? embedding.weight, bias: bias)
  }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    let size = weight?.shape[1] ?? 1
    visitor.visit("weight", &weight, initially: .uniform(bound: 1 / Float(size).squareRoot()))
    visitor.visit("bias", &bias)
  }
}
