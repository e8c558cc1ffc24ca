import Captioning
import Datasets
import ImageEncoders
import Layers
import Media
import Tensors
import TestSupport
import Text

@testable import Training

/// Clips of unequal lengths, as folders of plain frames, and tiny models that learn from them.
struct ClipSet {
  /// The number of frames that each clip has, and the number that it states: the last is damaged.
  static let frameCounts = [3, 8, 1, 6, 2, 7, 5, 2]
  static let statedCounts = [3, 8, 1, 6, 2, 7, 5, 4]

  /// A decoder of a kind, under the name that users type.
  struct Decoder: Sendable, CustomStringConvertible {
    let description: String
    let configuration: DecoderConfiguration

    init(_ name: String, _ reading: DecoderConfiguration.Reading, layers: Int = 1) {
      description = name
      var configuration = DecoderConfiguration(
        cell: .gru, embeddingSize: 8, hiddenSize: 8, reading: reading)
      configuration.layerCount = layers
      self.configuration = configuration
    }

    var saysLabels: Bool { configuration.reading == .labels }
  }

  static let decoders = [
    Decoder("show-and-tell", .first),
    Decoder("show-attend-tell", .attention(.positions, annotationSize: 6, attentionSize: 5)),
    Decoder("lrcn", .everyWord(isFactored: true), layers: 2),
    Decoder("s2vt", .frames, layers: 2),
    Decoder("temporal-attention", .attention(.frames, annotationSize: 6, attentionSize: 5)),
    Decoder("classify", .labels),
  ]

  private let folder: TemporaryFolder
  private let images: [CaptionedImage]

  init() throws {
    folder = try TemporaryFolder()
    var images: [CaptionedImage] = []
    for (clip, count) in Self.frameCounts.enumerated() {
      try folder.makeFolder("clip\(clip)")
      for frame in 0..<count {
        let brightness = UInt8(20 + 25 * clip + 5 * frame)
        let pixels = (0..<16 * 16).flatMap { [brightness, UInt8($0 / 2), 255 - brightness] }
        let image = Image(width: 16, height: 16, pixels: pixels)
        try folder.write(image.pngBytes, to: "clip\(clip)/\(frame).png")
      }
      var example = CaptionedImage(
        id: clip, folder: folder.path, name: "clip\(clip)", kind: .frames,
        captions: [clip % 2 == 0 ? "day" : "night"])
      example.extent = .folder(frameCount: Self.statedCounts[clip])
      images.append(example)
    }
    self.images = images
  }

  func trainer(
    _ decoder: Decoder, _ plan: TrainingPlan, resuming state: TrainingState? = nil
  ) -> Trainer {
    let dataset = CaptionDataset(split: .train, examples: images)
    let tokenized =
      decoder.saysLabels
      ? TokenizedDataset(labels: dataset) : TokenizedDataset(dataset, maximumWords: 4)
    let vocabulary = Vocabulary(tokenized.counts, minimumCount: 1)
    let encoder = EncoderConfiguration(.smallCNN)
    let blank = encoder.makeEncoder()
    var model = CaptionModel(
      encoder: blank,
      decoder: decoder.configuration.makeDecoder(
        reading: blank, vocabularySize: vocabulary.count))
    var random = SeededGenerator(seed: 1)
    model.initialize(using: &random)
    return Trainer(
      model, encoder, frames: .every(1, atMost: 20),
      training: tokenized.examples(with: vocabulary), validation: [], references: [],
      vocabulary: vocabulary, plan: plan, resuming: state)
  }
}
