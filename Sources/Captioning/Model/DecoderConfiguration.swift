import ImageEncoders
import Layers

/// The type and the sizes of a model's decoder.
package struct DecoderConfiguration: Sendable, Equatable {
  /// The type of decoder, with its options.
  package var type: Configured<DecoderType>
  /// The type of recurrent cell, with its options.
  package var cell: Configured<CellType>
  package var embeddingSize: Int
  package var hiddenSize: Int
  /// The number of recurrent layers, one on top of the other.
  package var layerCount: Int
  /// True if connections lead around each layer but the first.
  package var isResidual = false
  /// True if words are scored by the rows of the word embedding.
  package var isTied = false

  package init(
    _ type: Configured<DecoderType>, cell: Configured<CellType> = Configured(.lstm),
    embeddingSize: Int = 512,
    hiddenSize: Int = 512
  ) {
    (self.type, self.cell) = (type, cell)
    (self.embeddingSize, self.hiddenSize) = (embeddingSize, hiddenSize)
    layerCount = type.entry.usualLayerCount
  }

  /// A decoder and a cell with the defaults of their options.
  package init(
    _ type: DecoderType = .showAndTell, cell: CellType = .lstm, embeddingSize: Int = 512,
    hiddenSize: Int = 512
  ) {
    self.init(
      Configured(type), cell: Configured(cell), embeddingSize: embeddingSize,
      hiddenSize: hiddenSize)
  }

  /// True if the decoder attends to the frames of a clip before each word.
  package var attendsToFrames: Bool { type.entry == .temporalAttention }

  /// The kind of features that the decoder reads of a picture or clip.
  package var featureKind: FeatureKind { type.entry.featureKind }

  /// True if the decoder writes sentences, false if it labels clips.
  package var writesSentences: Bool { type.entry.writesSentences }

  /// Returns a decoder for the features of `encoder`, whose parameters are all zero, to be loaded or
  /// initialised.
  package func makeDecoder(
    reading encoder: any ImageEncoder, vocabularySize: Int
  ) -> any VisualDecoder {
    makeDecoder(featureSize: encoder.featureSize(featureKind), vocabularySize: vocabularySize)
  }

  /// Returns a decoder whose parameters are all zero, to be loaded or initialised.
  package func makeDecoder(featureSize: Int, vocabularySize: Int) -> any VisualDecoder {
    type.entry.make(
      DecoderType.Blueprint(
        configuration: self, featureSize: featureSize, vocabularySize: vocabularySize))
  }

  /// True if words can be tied: the vector that they are scored by is as long as a row of the embedding.
  package var canBeTied: Bool {
    switch type.entry.tying {
    case .never: false
    case .equalSizes: embeddingSize == hiddenSize
    case .always: true
    }
  }

  /// The first setting that does not fit the others, by its key in `config.json`; nil if all fit.
  package var problem: (key: String, problem: String)? {
    if let problem = type.entry.layerProblem(self) { return ("cell.layers", problem) }
    if isResidual, !type.entry.canBeResidual {
      return ("cell.residual", "is for decoders that read the picture first or with attention")
    }
    guard isTied, !canBeTied else { return nil }
    if !writesSentences {
      return ("tied", "is for decoders that read words; one that classifies reads none")
    }
    return type.entry.tying == .never
      ? ("tied", "is not for a decoder of type '\(type.entry.type)'")
      : (
        "tied", "needs 'embed' and 'hidden' to be the same, not \(embeddingSize) and \(hiddenSize)"
      )
  }
}
