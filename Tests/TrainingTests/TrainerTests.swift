import Captioning
import Datasets
import ImageEncoders
import Layers
import Media
import Tensors
import TestSupport
import Testing
import Text

@testable import Training

@Suite("Trainer", .serialized)
struct TrainerTests {
  @Test("a small encoder and decoder learn to name colours, from nothing, and caption with them")
  func learnsColours() throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    (plan.epochCount, plan.batchSize, plan.dropoutRate) = (70, 7, 0)
    (plan.learningRate, plan.encoderLearningRate) = (5e-3, 1e-3)
    (plan.warmupStepCount, plan.minimumWordCount) = (5, 1)
    var trainer = set.trainer(plan)
    var losses: [Double] = []
    for _ in 0..<plan.epochCount { losses.append(try trainer.learnEpoch { _, _ in }.trainingLoss) }
    let last = try #require(losses.last)
    #expect(last < 0.1, "losses \(losses)")

    let captioner = Captioner(trainer.state.model, set.configuration, trainer.vocabulary)
    // Shades that no training picture has.
    for colour in ColourSet.colours {
      let caption = try captioner.captions(for: [colour.picture(brightness: 173)])[0][0]
      #expect(caption.text == "a \(colour.name) picture")
    }
  }

  @Test("the same seed ends at the same bits, another does not")
  func reproducible() throws {
    let set = try ColourSet()
    func weights(seed: UInt64) throws -> [[Float]] {
      var plan = TrainingPlan()
      (plan.epochCount, plan.batchSize, plan.seed, plan.minimumWordCount) = (1, 6, seed, 1)
      plan.encoderLearningRate = 1e-3
      var trainer = set.trainer(plan)
      _ = try trainer.learnEpoch { _, _ in }
      return trainer.state.model.parameters.map(\.value.floats)
    }
    let first = try weights(seed: 1)
    #expect(try weights(seed: 1) == first)
    #expect(try weights(seed: 2) != first)
  }

  @Test("a frozen encoder stays as it was and is run once per picture")
  func frozen() throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    (plan.epochCount, plan.batchSize, plan.minimumWordCount) = (2, 6, 1)
    var trainer = set.trainer(plan)
    let before = trainer.state.model.parameters
    for _ in 0..<2 { _ = try trainer.learnEpoch { _, _ in } }
    for (old, new) in zip(before, trainer.state.model.parameters) {
      let isEncoder = old.parameter.name.hasPrefix("encoder.")
      #expect((old.value.floats == new.value.floats) == isEncoder, "\(old.parameter.name)")
    }
  }

  @Test("the decoder takes the measure of the features before its first step, and once")
  func measures() throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    (plan.epochCount, plan.batchSize, plan.minimumWordCount) = (2, 6, 1)
    plan.encoderLearningRate = 1e-3
    var trainer = set.trainer(plan)
    let pixels = try PictureLoader(set.configuration.encoder.preprocessing)
      .pixels(of: trainer.trainingExamples, epoch: 0)
    let expected = trainer.state.model.encoder.features(pixels).mean(over: [0])
    for _ in 0..<2 {
      _ = try trainer.learnEpoch { _, _ in }
      let measured = try #require(
        trainer.state.model.parameters.first { $0.parameter.name == "image_norm.running_mean" })
      expectClose(measured.value, expected, within: 1e-5)
    }
  }

  @Test("an encoder that was trained before moves by shares of its own size")
  func relativeSteps() throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    (plan.epochCount, plan.batchSize, plan.minimumWordCount) = (1, 21, 1)
    (plan.warmupStepCount, plan.encoderLearningRate) = (1, 1e-2)
    plan.encoderStepsAreRelative = true
    var trainer = set.trainer(plan)
    let before = trainer.state.model.encoder.parameters
    _ = try trainer.learnEpoch { _, _ in }
    #expect(trainer.state.step == 1)
    for (old, new) in zip(before, trainer.state.model.encoder.parameters) {
      let floats = old.value.floats
      let scale = (floats.reduce(0) { $0 + $1 * $1 } / Float(floats.count)).squareRoot()
      let moved = zip(floats, new.value.floats).map { abs($0 - $1) }.max() ?? 0
      // Adam's first step is as long as the step size.
      let expected = 1e-2 * max(scale, 1e-3)
      #expect(abs(moved - expected) < 0.01 * expected, "\(old.parameter.name)")
    }
  }

  @Test("a picture that cannot be read ends the run with its name")
  func missingPicture() throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    plan.minimumWordCount = 1
    var trainer = set.trainer(plan, extra: "missing.jpg")
    #expect(throws: MediaError.self) { try trainer.learnEpoch { _, _ in } }
  }
}

/// Pictures of one colour each, in several shades, with captions that name it.
private struct ColourSet {
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

  func trainer(_ plan: TrainingPlan, extra path: String? = nil) -> Trainer {
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
      model, configuration.encoder, training: numbered, validation: Array(numbered.prefix(6)),
      vocabulary: vocabulary, plan: plan)
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
