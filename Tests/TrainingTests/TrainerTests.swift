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

    let captioner = Captioner(trainer.state.model, set.configuration, trainer.task.vocabulary)
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
      .pixels(of: trainer.task.training.examples, epoch: 0)
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
    var kept: TrainingState<CaptionModel>?
    while kept == nil {
      _ = try stopped.learnEpoch { _, state in
        if state.step == stop { kept = state }
        return kept == nil
      }
    }
    let folder = try TemporaryFolder()
    let state = try #require(kept)
    let written = try Checkpoint.write(
      state, as: set.contents(state, stopped.task.vocabulary), [("--lr", "1")], into: folder.path)
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
    for (name, kept) in straight.state.optimizer.states {
      let found = resumed.state.optimizer.states[name]
      #expect(found?.step == kept.step)
      #expect(found?.tensors.map(\.floats) == kept.tensors.map(\.floats))
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
    let examples = Array(trainer.task.training.examples.prefix(4))
    let size = state.model.encoder.pooledSize
    for injection in 0..<200 {
      let before = state
      var features = (0..<examples.count * size).map { _ in random.uniform() }
      let poison: [Float] = [.nan, .infinity, -.infinity]
      features[random.below(features.count)] = poison[injection % poison.count]
      let batch = CaptionBatch(
        examples, .features(PackedSequence(Tensor(features, shape: [examples.count, size]))))
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
      state, as: set.contents(state, trainer.task.vocabulary), [], into: folder.path)
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
      trainer.state, as: set.contents(trainer.state, trainer.task.vocabulary), [], into: folder.path
    )
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
