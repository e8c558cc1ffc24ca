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

    init(_ name: String, _ type: Configured<DecoderType>) {
      description = name
      configuration = DecoderConfiguration(
        type, cell: Configured(.gru), embeddingSize: 8, hiddenSize: 8)
    }

    var saysLabels: Bool { !configuration.writesSentences }
  }

  static let decoders = [
    Decoder("show-and-tell", Configured(.showAndTell)),
    Decoder(
      "show-attend-tell", DecoderType.showAttendTell.with(annotationSize: 6, attentionSize: 5)),
    Decoder("lrcn", Configured(.lrcn)),
    Decoder("s2vt", Configured(.s2vt)),
    Decoder(
      "temporal-attention", DecoderType.temporalAttention.with(annotationSize: 6, attentionSize: 5)),
    Decoder("classify", Configured(.frameClassifier)),
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

  /// Makes a trainer of a decoder that writes captions.
  func captioner(
    _ decoder: Decoder, _ plan: TrainingPlan, resuming state: TrainingState<CaptionModel>? = nil
  ) -> Trainer<CaptioningTask> {
    let (training, vocabulary, model) = parts(decoder)
    return Trainer(
      CaptioningTask(training: training, vocabulary, input(decoder)), model, plan, resuming: state)
  }

  /// Makes a trainer of a decoder that scores labels.
  func classifier(
    _ decoder: Decoder, _ plan: TrainingPlan, resuming state: TrainingState<CaptionModel>? = nil
  ) -> Trainer<ClassificationTask> {
    let (training, vocabulary, model) = parts(decoder)
    return Trainer(
      ClassificationTask(training: training, vocabulary, input(decoder)), model, plan,
      resuming: state)
  }

  private func input(_ decoder: Decoder) -> PictureInput {
    PictureInput(
      EncoderConfiguration(.smallCNN), decoder.configuration.featureKind,
      frames: .every(1, atMost: 20))
  }

  private func parts(_ decoder: Decoder) -> (ReferencedExamples, Vocabulary, CaptionModel) {
    let dataset = CaptionDataset(split: .train, examples: images)
    let tokenized =
      decoder.saysLabels
      ? TokenizedDataset(labels: dataset) : TokenizedDataset(dataset, maximumWords: 4)
    let vocabulary = Vocabulary(tokenized.counts, minimumCount: 1)
    let blank = EncoderConfiguration(.smallCNN).makeEncoder()
    var model = CaptionModel(
      encoder: blank,
      decoder: decoder.configuration.makeDecoder(
        reading: blank, vocabularySize: vocabulary.count))
    var random = SeededGenerator(seed: 1)
    model.initialize(using: &random)
    return (ReferencedExamples(tokenized, vocabulary), vocabulary, model)
  }
}
