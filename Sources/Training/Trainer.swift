import Captioning
import Datasets
import ImageEncoders
import Layers
import Media
import Tensors
import Text

/// Teaches a model to caption, epoch by epoch.
package struct Trainer: Sendable {
  package let plan: TrainingPlan
  package let vocabulary: Vocabulary
  package private(set) var state: TrainingState
  private let training: PictureBatches
  private let validation: PictureBatches
  private let preprocessing: ImagePreprocessing
  /// What the frozen encoder sees in each picture, by the picture's path; filled when first needed.
  private var features: [String: Tensor] = [:]

  /// What an epoch has to tell.
  package struct EpochReport: Sendable {
    /// Counts from 1.
    package let epoch: Int
    /// Means over all steps, and over the validation set without dropout; nats per word.
    package let trainingLoss: Double
    package let validationLoss: Double?
  }

  /// - Parameters:
  ///   - model: What learns.
  ///   - configuration: How pictures are prepared for it.
  ///   - training: What it learns from.
  ///   - validation: What it is measured on; may be empty.
  ///   - vocabulary: The words both were numbered by.
  ///   - plan: How it learns.
  ///   - state: Where an earlier run of the same plan stopped; nil begins with `model`.
  package init(
    _ model: CaptionModel, _ configuration: EncoderConfiguration, training: [TrainingExample],
    validation: [TrainingExample], vocabulary: Vocabulary, plan: TrainingPlan,
    resuming state: TrainingState? = nil
  ) {
    (self.plan, self.vocabulary) = (plan, vocabulary)
    let random = SeededRandom(plan.seed)
    self.training = PictureBatches(
      training, batchSize: plan.batchSize, order: plan.batchOrder, random: random)
    self.validation = PictureBatches(validation, batchSize: plan.batchSize, random: random)
    preprocessing = configuration.preprocessing
    self.state = state ?? TrainingState(model)
  }

  package var trainingExamples: [TrainingExample] { training.examples }

  /// How many steps an epoch has.
  package var stepsPerEpoch: Int { training.count }

  /// Learns from every picture once, or from those that this epoch has left.
  ///
  /// - Parameter afterStep: Is shown the state after each step, to keep it if it likes, and says whether
  ///   to go on.
  /// - Returns: Mean losses; nil if the epoch was not finished.
  /// - Throws: What is wrong with a picture that cannot be read; what `afterStep` throws.
  package mutating func learnEpoch(
    afterStep: (TrainingState.Report, TrainingState) throws -> Bool = { _, _ in true }
  ) throws -> EpochReport? {
    let learnsEncoder = plan.learnsEncoder(in: state.epoch)
    try prepareFeatures(learnsEncoder: learnsEncoder)
    for examples in training.epoch(state.epoch).dropFirst(state.position) {
      let batch = try batch(examples, asPixels: learnsEncoder, isLearning: true)
      let result = state.learn(from: batch, plan, stepCount: plan.epochCount * training.count)
      guard try afterStep(result, state) else { return nil }
    }
    // Learning has made them obsolete.
    if learnsEncoder { features = [:] }
    let report = EpochReport(
      epoch: state.epoch + 1, trainingLoss: state.lossSum / Double(max(training.count, 1)),
      validationLoss: try validationLoss(asPixels: learnsEncoder))
    state.epoch += 1
    (state.position, state.lossSum) = (0, 0)
    return report
  }

  /// The mean of `-log p` over all words of the validation set, in nats.
  private func validationLoss(asPixels: Bool) throws(MediaError) -> Double? {
    guard !validation.examples.isEmpty else { return nil }
    var (total, words) = (0.0, 0)
    for examples in validation.epoch(0) {
      let batch = try batch(examples, asPixels: asPixels, isLearning: false)
      let count = batch.captions.targetCount
      total += Double(state.model.loss(batch).scalar) * Double(count)
      words += count
    }
    return total / Double(words)
  }

  private func batch(
    _ examples: [TrainingExample], asPixels: Bool, isLearning: Bool
  ) throws(MediaError) -> TrainingBatch {
    guard asPixels else {
      let rows = examples.compactMap { features[$0.path] }
      return TrainingBatch(examples, .features(Tensor(concatenating: rows, along: 0)))
    }
    let mirrors = isLearning && plan.mirrorsPictures
    let loader = PictureLoader(preprocessing, mirroring: mirrors ? SeededRandom(plan.seed) : nil)
    return TrainingBatch(examples, .pixels(try loader.pixels(of: examples, epoch: state.epoch)))
  }

  /// Computes the features an epoch needs, and before the first step shows some to the decoder.
  ///
  /// In the same batches whether the run is fresh or resumed: a picture's company might change the last
  /// bits of what is seen in it.
  private mutating func prepareFeatures(learnsEncoder: Bool) throws(MediaError) {
    guard !learnsEncoder || state.step == 0 else { return }
    let interval = max(1, training.examples.count / Self.measuredPictureCount)
    let chosen = stride(from: 0, to: training.examples.count, by: interval)
      .map { training.examples[$0] }
    try computeFeatures(of: chosen)
    if state.step == 0 {
      let rows = chosen.compactMap { features[$0.path] }
      state.model.decoder.measure(Tensor(concatenating: rows, along: 0))
    }
    if !learnsEncoder { try computeFeatures(of: training.examples + validation.examples) }
  }

  /// Enough for a mean and a variance; more would cost a training from pixels a noticeable start.
  private static let measuredPictureCount = 1000

  /// Runs the encoder once over pictures whose features are not known yet.
  private mutating func computeFeatures(of examples: [TrainingExample]) throws(MediaError) {
    let missing = examples.filter { features[$0.path] == nil }
    guard !missing.isEmpty else { return }
    let encoder = state.model.encoder.foldingNorms()
    let loader = PictureLoader(preprocessing)
    for start in stride(from: 0, to: missing.count, by: plan.batchSize) {
      let part = Array(missing[start..<min(start + plan.batchSize, missing.count)])
      let rows = encoder.features(try loader.pixels(of: part, epoch: 0))
      for (example, row) in zip(part, rows.split(into: part.count, along: 0)) {
        features[example.path] = row
      }
    }
  }
}
