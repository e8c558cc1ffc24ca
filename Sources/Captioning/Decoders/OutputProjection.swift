import Layers
import Tensors

/// The last layer of a decoder, `[H] → [V]`: a score for each word that may follow.
///
/// Its weights may be the rows of the word embedding (weight tying; Press & Wolf, 2017), which then learn
/// from both uses.
package struct OutputProjection: Module {
  /// `[V, H]`; nil where they are the word embedding's.
  package var weight: Tensor?
  /// `[V]`.
  package var bias: Tensor

  init(from size: Int, vocabularySize: Int, isTied: Bool) {
    weight = isTied ? nil : Tensor(zeros: [vocabularySize, size])
    bias = Tensor(zeros: [vocabularySize])
  }

  /// Returns the layer; `embedding` has its weights if they are tied.
  func layer(beside embedding: Embedding) -> Linear {
    Linear(weight: weight ?? embedding.weight, bias: bias)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    let size = weight?.shape[1] ?? 1
    visitor.visit("weight", &weight, initially: .uniform(bound: 1 / Float(size).squareRoot()))
    visitor.visit("bias", &bias)
  }
}
