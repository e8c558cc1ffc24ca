import Captioning
import Datasets
import ImageEncoders
import Layers
import Media
import Tensors
import TestSupport
import Text

@testable import Training

/// Pictures of one colour each, in several shades, with captions that name it.
struct ColourSet {
  struct Colour {
    let name: String
    let channel: Int

    func picture(brightness: UInt8) -> Image {
      let pixel = (0..<3).map { $0 == channel ? brightness : brightness / 6 }
      return Image(
        width: 64, height: 64, pixels: (0..<64 * 64).flatMap { _ in pixel })
    }
  }
  static let colours = ["red", "green", "blue"].enumerated().map {
    Colour(name: $1, channel: $0)
  }

  let folder: TemporaryFolder
  let dataset: CaptionDataset
  var configuration = ModelConfiguration(
    encoder: EncoderConfiguration(.smallCNN),
    decoder: DecoderConfiguration(embeddingSize: 64, hiddenSize: 64))

  init() throws {
    folder = try TemporaryFolder()
    var examples: [CaptionedImage] = []
    for brightness in stride(from: 120, through: 240, by: 20) {
      for colour in Self.colours {
        let image = colour.picture(brightness: UInt8(brightness))
        let path = try folder.write(
          storedPNG(image), to: "\(colour.name)-\(brightness).png")
        examples.append(
          CaptionedImage(
            id: examples.count, path: path,
            captions: ["A \(colour.name) picture.", "a \(colour.name) picture"]))
      }
    }
    dataset = CaptionDataset(split: .train, examples: examples)
  }

  func contents(
    _ state: TrainingState<CaptionModel>, _ vocabulary: Vocabulary
  ) -> ModelDirectory.Contents {
    .init(
      configuration: configuration,
      parameters: state.model.parameters.map { ($0.parameter.name, $0.value) },
      words: (vocabulary, WordCounts()), card: "# A test\n")
  }

  func trainer(
    _ plan: TrainingPlan, extra path: String? = nil,
    resuming state: TrainingState<CaptionModel>? = nil
  ) -> Trainer<CaptioningTask> {
    var examples = dataset.examples
    if let path {
      examples.append(CaptionedImage(id: 999, path: path, captions: ["nothing to see"]))
    }
    let tokenized = TokenizedDataset(
      CaptionDataset(split: .train, examples: examples), maximumWords: 20)
    let vocabulary = Vocabulary(tokenized.counts, minimumCount: plan.minimumWordCount)
    let encoder = configuration.encoder.makeEncoder()
    let decoder = configuration.decoder ?? DecoderConfiguration()
    var model = CaptionModel(
      encoder: encoder,
      decoder: decoder.makeDecoder(
        featureSize: encoder.pooledSize, vocabularySize: vocabulary.count))
    var random = SeededGenerator(seed: plan.seed)
    model.initialize(using: &random)
    let numbered = tokenized.examples(with: vocabulary)
    return Trainer(
      CaptioningTask(
        training: ReferencedExamples(numbered, references: tokenized.references),
        validation: ReferencedExamples(
          Array(numbered.prefix(6)), references: tokenized.references),
        vocabulary, PictureInput(configuration.encoder, model.decoder.featureKind)),
      model, plan, resuming: state)
  }
}

/// A PNG whose pixels are stored, not compressed.
private func storedPNG(_ image: Image) -> [UInt8] {
  var rows: [UInt8] = []
  for y in 0..<image.height {
    rows.append(0)
    rows += image.pixels[y * image.width * 3..<(y + 1) * image.width * 3]
  }
  var (a, b): (UInt32, UInt32) = (1, 0)
  for byte in rows {
    a = (a + UInt32(byte)) % 65521
    b = (b + a) % 65521
  }
  let length = [UInt8(rows.count & 255), UInt8(rows.count >> 8)]
  var zlib: [UInt8] = [0x78, 0x01, 1]
  zlib += length
  zlib += length.map { ~$0 }
  zlib += rows
  zlib += bigEndian(b << 16 | a)
  var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  let sizes = bigEndian(UInt32(image.width)) + bigEndian(UInt32(image.height))
  file += pngChunk("IHDR", sizes + [8, 2, 0, 0, 0])
  file += pngChunk("IDAT", zlib)
  file += pngChunk("IEND", [])
  return file
}

private func pngChunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
  let body = Array(name.utf8) + data
  var crc = UInt32.max
  for byte in body {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
  }
  return bigEndian(UInt32(data.count)) + body + bigEndian(~crc)
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}
