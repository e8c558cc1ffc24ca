import ImageEncoders
import Layers
import Tensors

/// An encoder and a decoder: everything that learns.
public struct CaptionModel: Module {
  public var encoder: any ImageEncoder
  public var decoder: any CaptionDecoder

  public init(encoder: any ImageEncoder, decoder: any CaptionDecoder) {
    precondition(
      encoder.featureSize(decoder.featureKind) == decoder.featureSize,
      "caption model: the encoder gives \(encoder.featureSize(decoder.featureKind)) features, the "
        + "decoder reads \(decoder.featureSize)")
    (self.encoder, self.decoder) = (encoder, decoder)
  }

  /// What precedes the encoder's published names in a model's weights.
  package static let encoderPrefix = "encoder."

  /// What decoders call their table of words.
  package static let wordEmbeddingName = "word_embedding.weight"

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("encoder", &encoder)
    decoder.visitParameters(&visitor)
  }
}
