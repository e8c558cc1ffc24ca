import ImageEncoders
import Layers

/// The types of decoder.
///
/// To add one, write the decoder in a file of its own with an entry for it, as `ShowAndTell.swift` has, and
/// name the entry in `all`.
package struct DecoderType: RegistryEntry {
  package static let noun = "decoder"
  package static let all: [DecoderType] = [
    .showAndTell, .showAttendTell, .lrcn, .s2vt, .temporalAttention, .frameClassifier,
  ]

  package let name: String
  package let aliases: [String]
  package let options: [any ComponentOption]
  /// The kind of features that it reads.
  package let featureKind: FeatureKind
  /// True if it writes sentences, false if it labels clips.
  package let writesSentences: Bool
  /// The name of its last layer in weight files, whose bias has a number for each word or label.
  package let outputLayer: String
  /// The default number of recurrent layers.
  package let usualLayerCount: Int
  /// True if connections can lead around its layers.
  package let canBeResidual: Bool
  package let tying: Tying
  /// Returns a text such as "must be 2" if the decoder cannot have so many layers, and nil if it can.
  package let layerProblem: @Sendable (DecoderConfiguration) -> String?
  /// Returns the decoder with all parameters zero.
  package let make: @Sendable (Blueprint) -> any VisualDecoder

  /// The sizes at which words can be scored by the rows of the word embedding.
  package enum Tying: Sendable {
    /// None: it reads no words, or scores them by what is no hidden state.
    case never
    /// Sizes at which a row of the embedding is as long as a hidden state.
    case equalSizes
    case always
  }

  package init(
    _ name: String, aliases: [String] = [], options: [any ComponentOption] = [],
    reading featureKind: FeatureKind, writesSentences: Bool = true,
    outputLayer: String = "word_logits", usualLayerCount: Int = 1, canBeResidual: Bool = true,
    tying: Tying = .equalSizes,
    layerProblem: @escaping @Sendable (DecoderConfiguration) -> String? = { _ in nil },
    make: @escaping @Sendable (Blueprint) -> any VisualDecoder
  ) {
    (self.name, self.aliases, self.options, self.featureKind) = (
      name, aliases, options, featureKind
    )
    (self.writesSentences, self.outputLayer) = (writesSentences, outputLayer)
    (self.usualLayerCount, self.canBeResidual) = (usualLayerCount, canBeResidual)
    (self.tying, self.layerProblem, self.make) = (tying, layerProblem, make)
  }

  /// A configuration, and the sizes that features and vocabulary add to it.
  package struct Blueprint: Sendable {
    package let configuration: DecoderConfiguration
    /// The number of features of a picture, or of each of its positions or frames.
    package let featureSize: Int
    /// The number of words, special ones included.
    package let vocabularySize: Int

    /// The name of the cell in weight files.
    package var cellName: String { configuration.cell.entry.name }

    /// The maker of single layers.
    package var layers: any LayerMaking { configuration.cell.entry.layers(configuration.cell) }

    /// Returns a cell of as many layers as the configuration has.
    package func cell(inputSize: Int) -> any RecurrentCell {
      layers.cell(
        inputSize: inputSize, hiddenSize: configuration.hiddenSize,
        layerCount: configuration.layerCount, isResidual: configuration.isResidual)
    }
  }
}
