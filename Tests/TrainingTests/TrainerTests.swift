import Captioning
import Datasets
import Files
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
    (plan.epochCount, plan.batchBudget, plan.dropoutRate) = (70, .captions(14), 0)
    (plan.learningRate, plan.encoderLearningRate) = (5e-3, 1e-3)
    (plan.warmupStepCount, plan.minimumWordCount) = (5, 1)
    var trainer = set.trainer(plan)
    var losses: [Double] = []
    for _ in 0..<plan.epochCount {
      losses.append(try #require(try trainer.learnEpoch()).trainingLoss)
    }
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
      (plan.epochCount, plan.batchBudget, plan.seed, plan.minimumWordCount) = (
        1, .captions(12), seed, 1
      )
      plan.encoderLearningRate = 1e-3
      var trainer = set.trainer(plan)
      _ = try trainer.learnEpoch()
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
    (plan.epochCount, plan.batchBudget, plan.minimumWordCount) = (2, .captions(12), 1)
    var trainer = set.trainer(plan)
    let before = trainer.state.model.parameters
    for _ in 0..<2 { _ = try trainer.learnEpoch() }
    for (old, new) in zip(before, trainer.state.model.parameters) {
      let isEncoder = old.parameter.name.hasPrefix("encoder.")
      #expect((old.value.floats == new.value.floats) == isEncoder, "\(old.parameter.name)")
    }
  }

  @Test("the decoder takes the measure of the features before its first step, and once")
  func measures() throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    (plan.epochCount, plan.batchBudget, plan.minimumWordCount) = (2, .captions(12), 1)
    plan.encoderLearningRate = 1e-3
    var trainer = set.trainer(plan)
    let pixels = try PictureLoader(set.configuration.encoder.preprocessing)
      .pixels(of: trainer.training, epoch: 0)
    let seen = trainer.state.model.features(of: pixels, in: .float32).values
    // Kept in bfloat16; a number that lies between two of its may be rounded either way.
    let expected = seen.converted(to: .bfloat16).converted(to: .float32).mean(over: [0])
    for _ in 0..<2 {
      _ = try trainer.learnEpoch()
      let measured = try #require(
        trainer.state.model.parameters.first { $0.parameter.name == "image_norm.running_mean" })
      expectClose(measured.value, expected, within: 2e-4)
    }
  }

  @Test("an encoder that was trained before moves by shares of its own size")
  func relativeSteps() throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    (plan.epochCount, plan.batchBudget, plan.minimumWordCount) = (1, .captions(42), 1)
    (plan.warmupStepCount, plan.encoderLearningRate) = (1, 1e-2)
    plan.encoderStepsAreRelative = true
    var trainer = set.trainer(plan)
    let before = trainer.state.model.encoder.parameters
    _ = try trainer.learnEpoch()
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

  @Test(
    "stopped after any step and gone on from its checkpoint, a run ends at the same bits",
    arguments: [1, 3, 4, 7, 8])
  func resumes(stoppingAfter stop: Int) throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    // Four batches an epoch: frozen, frozen, learning.
    (plan.epochCount, plan.batchBudget, plan.minimumWordCount) = (3, .captions(12), 1)
    (plan.frozenEpochCount, plan.encoderLearningRate) = (2, 1e-3)
    var straight = set.trainer(plan)
    var losses: [Double] = []
    while straight.state.epoch < 3 {
      losses.append(try #require(try straight.learnEpoch()).trainingLoss)
    }

    var stopped = set.trainer(plan)
    var kept: TrainingState?
    while kept == nil {
      _ = try stopped.learnEpoch { _, state in
        if state.step == stop { kept = state }
        return kept == nil
      }
    }
    let folder = try TemporaryFolder()
    let state = try #require(kept)
    let written = try Checkpoint.write(
      state, as: set.contents(state, stopped.vocabulary), [("--lr", "1")], into: folder.path)
    #expect(try Checkpoint.all(in: folder.path).map(\.path) == [written.path])
    try written.verify()
    let fresh = set.trainer(plan)
    var resumed = set.trainer(plan, resuming: try written.state(of: fresh.state.model, plan))
    #expect(resumed.state.step == stop)
    var last = 0.0
    while resumed.state.epoch < 3 {
      last = try #require(try resumed.learnEpoch()).trainingLoss
    }
    #expect(last == losses[2])
    for (found, expected) in zip(resumed.state.model.parameters, straight.state.model.parameters) {
      #expect(found.value.floats == expected.value.floats, "\(found.parameter.name)")
    }
    for (name, memory) in straight.state.optimizer.memories {
      let found = resumed.state.optimizer.memories[name]
      #expect(found?.step == memory.step)
      #expect(found?.tensors.map(\.floats) == memory.tensors.map(\.floats))
    }
  }

  @Test(
    "an epoch ended while features are computed or captions are written goes on to the same bits")
  func interruptedPasses() throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    (plan.epochCount, plan.batchBudget, plan.minimumWordCount) = (1, .captions(12), 1)
    var straight = set.trainer(plan)
    let expected = try #require(try straight.learnEpoch())
    var interrupted = set.trainer(plan)
    for pass in [PassProgress.Pass.features, .validation] {
      let report = try interrupted.learnEpoch(duringPass: { progress in
        if progress.pass == pass { throw PassInterrupted() }
      })
      #expect(report == nil)
      #expect((interrupted.state.step == 0) == (pass == .features))
      #expect(interrupted.state.epoch == 0)
    }
    let resumed = try #require(try interrupted.learnEpoch())
    #expect(resumed.trainingLoss == expected.trainingLoss)
    #expect(resumed.validation?.loss == expected.validation?.loss)
    for (found, expected) in zip(
      interrupted.state.model.parameters, straight.state.model.parameters)
    {
      #expect(found.value.floats == expected.value.floats, "\(found.parameter.name)")
    }
  }

  @Test(
    "a step whose loss or gradient is not finite teaches nothing, is counted, and spoils no checkpoint",
    arguments: [nil, 1] as [Float?])
  func skips(valueLimit: Float?) throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    (plan.epochCount, plan.batchBudget, plan.minimumWordCount) = (1, .captions(12), 1)
    (plan.gradientValueLimit, plan.averageDecay) = (valueLimit, 0.9)
    var trainer = set.trainer(plan)
    _ = try trainer.learnEpoch { _, _ in false }
    var state = trainer.state
    var random = SeededGenerator(seed: 7)
    let examples = Array(trainer.training.prefix(4))
    let size = state.model.encoder.pooledSize
    for injection in 0..<200 {
      let before = state
      var features = (0..<examples.count * size).map { _ in random.uniform() }
      let poison: [Float] = [.nan, .infinity, -.infinity]
      features[random.below(features.count)] = poison[injection % poison.count]
      let batch = TrainingBatch(
        examples, .features(VisualFeatures(Tensor(features, shape: [examples.count, size]))))
      let report = state.learn(from: [batch], plan, epochProgress: 0)
      #expect(report.wasSkipped, "\(injection): \(report)")
      #expect(state.step == before.step + 1)
      #expect(state.skippedBatchCount == injection + 1)
      #expect(state.lossSum == before.lossSum)
      for (old, new) in zip(before.model.parameters, state.model.parameters) {
        #expect(old.value.floats == new.value.floats, "\(old.parameter.name)")
      }
    }
    let folder = try TemporaryFolder()
    let written = try Checkpoint.write(
      state, as: set.contents(state, trainer.vocabulary), [], into: folder.path)
    let read = try written.state(of: set.trainer(plan).state.model, plan)
    #expect(read.skippedBatchCount == 200)
    #expect(read.lossSum == state.lossSum)
  }

  @Test("a checkpoint in which anything has changed is not gone on from")
  func damagedCheckpoint() throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    (plan.batchBudget, plan.minimumWordCount) = (.captions(42), 1)
    var trainer = set.trainer(plan)
    _ = try trainer.learnEpoch()
    let folder = try TemporaryFolder()
    let checkpoint = try Checkpoint.write(
      trainer.state, as: set.contents(trainer.state, trainer.vocabulary), [], into: folder.path)
    for name in try namesInFolder(checkpoint.path) where name != "counts.tsv" {
      let path = "\(checkpoint.path)/\(name)"
      let bytes = try MappedFile(path).withBytes { Array($0) }
      var changed = bytes
      changed[changed.count / 2] ^= 1
      try write(changed, to: path)
      #expect(throws: CheckpointError.self, "\(name)") { try checkpoint.verify() }
      try write(bytes, to: path)
    }
    try checkpoint.verify()
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let file = try AtomicFile(path, overwriting: true)
    try file.write(bytes)
    try file.commit()
  }

  @Test("a picture that cannot be read ends the run with its name")
  func missingPicture() throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    plan.minimumWordCount = 1
    var trainer = set.trainer(plan, extra: "missing.jpg")
    #expect(throws: MediaError.self) { try trainer.learnEpoch() }
  }
}

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

  func contents(_ state: TrainingState, _ vocabulary: Vocabulary) -> ModelDirectory.Contents {
    .init(
      configuration: configuration,
      parameters: state.model.parameters.map { ($0.parameter.name, $0.value) },
      words: (vocabulary, WordCounts()), card: "# A test\n")
  }

  func trainer(
    _ plan: TrainingPlan, extra path: String? = nil, resuming state: TrainingState? = nil
  ) -> Trainer {
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
      references: tokenized.references, rewardReferences: tokenized.references,
      vocabulary: vocabulary, plan: plan, resuming: state)
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
