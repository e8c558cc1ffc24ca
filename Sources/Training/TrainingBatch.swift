import Captioning
import Layers
import Tensors

/// What one step learns from: pictures with all their captions.
package struct TrainingBatch: Sendable {
  /// What is known of the pictures.
  package enum Pictures: Sendable {
    /// `[P, H, W, 3]`.
    case pixels(Tensor)
    /// What a frozen encoder sees in them, `[P, F]`.
    case features(Tensor)
  }
  package let pictures: Pictures
  package let captions: PaddedCaptions
  /// Which picture each caption describes.
  package let pictureOfRow: [Int]
  /// What each caption's random draws are keyed by.
  package let captionNumbers: [Int]

  package init(_ examples: [TrainingExample], _ pictures: Pictures) {
    self.pictures = pictures
    captions = PaddedCaptions(examples.flatMap(\.captions))
    pictureOfRow = examples.enumerated().flatMap { row, example in
      example.captions.map { _ in row }
    }
    captionNumbers = examples.flatMap { example in
      example.captions.indices.map { example.number * Self.captionsPerPicture + $0 }
    }
  }

  /// More than any picture has, so that two captions never share a number.
  private static let captionsPerPicture = 1 << 16
}

extension CaptionModel {
  /// The mean of `-log p` over all words of a batch, in nats per word.
  package func loss(_ batch: TrainingBatch, dropout: SequenceDropout? = nil) -> Tensor {
    let features =
      switch batch.pictures {
      case .pixels(let pixels): encoder.features(pixels)
      case .features(let features): features
      }
    let logits = decoder.logits(
      for: batch.captions, describing: features, pictureOfRow: batch.pictureOfRow,
      dropout: dropout)
    return crossEntropy(
      logits, batch.captions.targets.joined().map { Int32($0.index) }, ignoring: 0)
  }
}
