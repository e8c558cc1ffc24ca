import ImageEncoders
import Layers
import Tensors

/// An encoder and a decoder: all parameters that learn.
package struct CaptionModel: Module {
  package var encoder: any ImageEncoder
  package var decoder: any VisualDecoder

  package init(encoder: any ImageEncoder, decoder: any VisualDecoder) {
    precondition(
      encoder.featureSize(decoder.featureKind) == decoder.featureSize,
      "caption model: the encoder gives \(encoder.featureSize(decoder.featureKind)) features, the "
        + "decoder reads \(decoder.featureSize)")
    (self.encoder, self.decoder) = (encoder, decoder)
  }

  /// The prefix of the encoder's published names in a model's weights.
  package static let encoderPrefix = "encoder."

  /// The name of a decoder's word embedding.
  package static let wordEmbeddingName = "word_embedding.weight"

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("encoder", &encoder)
    decoder.visitParameters(&visitor)
  }
}
