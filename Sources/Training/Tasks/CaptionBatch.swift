import Captioning
import ImageEncoders
import Layers
import Tensors

/// The pictures or clips of a batch.
package enum BatchPictures: Sendable {
  /// All frames, `[N, H, W, 3]`, and the number of frames of each clip: 1 for a picture.
  case pixels(Tensor, frameCounts: [Int])
  /// The features that a frozen encoder computed.
  case features(PackedSequence)
}

/// A batch of pictures or clips with captions.
package struct CaptionBatch: TaskBatch, Sendable {
  package let pictures: BatchPictures
  package let captions: PackedCaptions
  /// The numbers of the captions, in the order of `captions`; random draws are keyed by them.
  package let captionNumbers: [Int]
  /// The numbers of the pictures in the data set.
  package let pictureNumbers: [Int]

  package init(_ examples: [TrainingExample], _ pictures: BatchPictures) {
    self.pictures = pictures
    pictureNumbers = examples.map(\.number)
    let all = examples.flatMap(\.captions)
    captions = PackedCaptions(
      all.map(\.words),
      describing: examples.enumerated().flatMap { row, example in
        example.captions.map { _ in row }
      })
    captionNumbers = captions.order.map { all[$0].number }
  }

  package var captionCount: Int { captionNumbers.count }
  /// The number of words to predict, including the end of each caption.
  package var wordCount: Int { captions.layout.rowCount }
}

/// A batch of clips with one label each.
package struct LabelBatch: TaskBatch, Sendable {
  package let clips: BatchPictures
  /// The label of each clip, from 0; nil if it is not known.
  package let labels: [Int?]
  /// The number of each clip's label in the data set; random draws are keyed by them.
  package let numbers: [Int]

  package init(_ examples: [TrainingExample], _ clips: BatchPictures) {
    self.clips = clips
    labels = examples.map(\.label)
    numbers = examples.map { $0.captions[0].number }
  }

  package var captionCount: Int { numbers.count }
  package var wordCount: Int { numbers.count }
}

extension CaptionModel: TrainableModel {
  package static var encoderParameterPrefix: String? { encoderPrefix }
  package static var embeddingParameterName: String? { wordEmbeddingName }

  /// The parameters of the encoder's classifier.
  ///
  /// Their only loss compares the classes with what they were, so that at first its gradient is rounding noise. Adam
  /// would make full steps of it.
  package var fixedParameterNames: Set<String> {
    let names = (encoder as? ClassifyingEncoder)?.classifierParameterNames ?? []
    return Set(names.map { Self.encoderPrefix + $0 })
  }

  /// Encodes a batch's pictures, multiplying in `precision`; scores their classes unless nobody asks.
  package func seen(
    _ pictures: BatchPictures, in precision: ElementType, scoringClasses scoresClasses: Bool = true
  ) -> SeenPictures {
    switch pictures {
    case .pixels(let pixels, let frameCounts):
      let kind = decoder.featureKind
      let features = encoder.features(pixels.converted(to: precision), kind)
      return SeenPictures(
        features: PackedSequence(features.converted(to: .float32))
          .joined(intoClipsOf: frameCounts, for: kind),
        classScores: scoresClasses
          ? (encoder as? ClassifyingEncoder)?.classScores(features, kind) : nil)
    case .features(let features): return SeenPictures(features: features, classScores: nil)
    }
  }

  /// Returns the features that the decoder reads of a batch's pictures, multiplied in `precision`.
  package func features(
    of pictures: BatchPictures, in precision: ElementType
  ) -> PackedSequence {
    seen(pictures, in: precision, scoringClasses: false).features
  }
}

/// A batch's pictures or clips as the encoder sees them.
package struct SeenPictures {
  /// The features that the decoder reads.
  package let features: PackedSequence
  /// The scores of classes of each frame, `[N, K]`; nil for features of a frozen encoder, and without a classifier.
  package let classScores: Tensor?
}
