import ImageEncoders
import Layers
import Tensors

/// The part of a model that reads the features of pictures or clips.
///
/// A `CaptionDecoder` writes sentences, a `FrameScorer` labels frames.
package protocol VisualDecoder: Module {
  /// The kind of features that the decoder reads.
  var featureKind: FeatureKind { get }
  /// The number of features of a picture, or of each of its positions.
  var featureSize: Int { get }

  /// Sets the mean and variance that features are standardised by to those of `features`.
  mutating func fitNormalization(_ features: PackedSequence)

  /// Returns an empty caption of each picture or clip, for a search to extend, which multiplies in `precision`.
  func emptyCaptions(
    of features: PackedSequence, in precision: ElementType
  ) -> any CaptionsInProgress
}

extension VisualDecoder {
  /// Returns an empty caption of each picture or clip, for a search to extend in float32.
  package func emptyCaptions(of features: PackedSequence) -> any CaptionsInProgress {
    emptyCaptions(of: features, in: .float32)
  }

  /// This decoder, which must be one that writes captions word by word.
  ///
  /// A decoder of another kind traps. Callers check the kind of a model first where a user chose it.
  package var captionDecoder: any CaptionDecoder {
    guard let decoder = self as? any CaptionDecoder else {
      preconditionFailure("a \(type(of: self)) writes no captions")
    }
    return decoder
  }
}
