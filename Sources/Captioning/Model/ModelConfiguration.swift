import Files
import ImageEncoders
import Layers
import Media

/// The contents of a model folder's `config.json`: everything but the weights and the vocabulary.
package struct ModelConfiguration: Sendable, Equatable {
  package var encoder: EncoderConfiguration
  /// The decoder; nil for an imported encoder that has learned no captions yet.
  package var decoder: DecoderConfiguration?
  /// The frames of clips that it was trained on; nil if it was trained on pictures.
  package var frames: ClipSampling.Frames?
  /// The default beam width.
  package var beamWidth = 3
  package var maximumWords = 20
  package var lengthPenalty = LengthPenalty.none
  /// The default rules for words.
  package var rules = WordRules()
  /// The default reward, in nats, of a word that a tag of probability 1 suggests; 0 rewards none.
  package var tagGuidance: Float = 0
  /// The model's licence, and what it was made from.
  package var provenance = Provenance()
  /// Scores by name, such as `cider`.
  package var metrics: [String: Double] = [:]

  package init(encoder: EncoderConfiguration, decoder: DecoderConfiguration? = nil) {
    (self.encoder, self.decoder) = (encoder, decoder)
  }

  /// The default search for captions.
  package var search: CaptionSearch {
    var search = BeamSearch(width: beamWidth, maximumWords: maximumWords)
    search.lengthPenalty = lengthPenalty
    search.rules = rules
    return .beam(search)
  }
}

package struct Provenance: Sendable, Equatable {
  package var license: String?
  package var startedFrom: String?
  package var trainedOn: String?

  package init(license: String? = nil, startedFrom: String? = nil, trainedOn: String? = nil) {
    (self.license, self.startedFrom, self.trainedOn) = (license, startedFrom, trainedOn)
  }
}

/// A model's encoder, and the preprocessing of its pictures.
package struct EncoderConfiguration: Sendable, Equatable {
  package var architecture: EncoderArchitecture
  package var padding: PaddingStyle
  package var preprocessing: ImagePreprocessing
  /// The number of classes of its classifier; nil if it has none.
  package var classCount: Int?
  /// The number of parts that each side of its map is cut into for pooling; 1 pools the whole map.
  package var grid = 1

  package init(
    _ architecture: EncoderArchitecture, padding: PaddingStyle? = nil,
    preprocessing: ImagePreprocessing? = nil
  ) {
    self.architecture = architecture
    self.padding = padding ?? architecture.publishedPadding
    self.preprocessing = preprocessing ?? architecture.publishedPreprocessing
  }

  package func makeEncoder() -> any ImageEncoder {
    let encoder = architecture.makeEncoder(padding: padding, classCount: classCount)
    return grid == 1 ? encoder : GridPooling(encoder, side: grid)
  }
}
