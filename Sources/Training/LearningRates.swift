import Layers

/// How fast each part of a model learns.
package struct LearningRates: Sendable, Equatable {
  /// Of the decoder, per step.
  package var decoder: Float = 4e-4
  /// Of the encoder; 0 leaves it as it is.
  package var encoder: Float = 0

  package init(decoder: Float = 4e-4, encoder: Float = 0) {
    (self.decoder, self.encoder) = (decoder, encoder)
  }
}
