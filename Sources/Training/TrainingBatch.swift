import Captioning
import Tensors

/// What one step learns from: pictures with captions.
package struct TrainingBatch: Sendable {
  /// What is known of the pictures.
  package enum Pictures: Sendable {
    /// The frames of all, `[N, H, W, 3]`, and how many each has: 1 for a picture.
    case pixels(Tensor, frameCounts: [Int])
    /// What a frozen encoder sees in them.
    case features(VisualFeatures)
  }
  package let pictures: Pictures
  package let captions: PackedCaptions
  /// What the random draws of each sequence of `captions` are keyed by.
  package let captionNumbers: [Int]
  /// The pictures' places in the data set.
  package let pictureNumbers: [Int]

  package init(_ examples: [TrainingExample], _ pictures: Pictures) {
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

  /// How many words there are to say, each caption's end among them.
  package var wordCount: Int { captions.layout.rowCount }
}

extension CaptionModel {
  /// What the decoder is told of a batch's pictures, multiplied in `precision`.
  package func features(
    of pictures: TrainingBatch.Pictures, in precision: ElementType
  ) -> VisualFeatures {
    switch pictures {
    case .pixels(let pixels, let frameCounts):
      VisualFeatures(
        encoder.features(pixels.converted(to: precision), decoder.featureKind)
          .converted(to: .float32)
      ).joined(intoClipsOf: frameCounts, for: decoder.featureKind)
    case .features(let features): features
    }
  }
}
