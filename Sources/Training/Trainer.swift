import Captioning
import Datasets
import ImageEncoders
import Layers
import Media
import Metrics
import Tensors
import Text

/// Teaches a model to caption, epoch by epoch.
package struct Trainer: Sendable {
  package let plan: TrainingPlan
  package let vocabulary: Vocabulary
  package private(set) var state: TrainingState
  package let training: [TrainingExample]
  package let validation: [TrainingExample]
  /// What people wrote about the validation pictures, by their numbers.
  package let references: [[[String]]]
  /// The whole captions of the training pictures, by their numbers, which drawn captions are compared with.
  private let rewardReferences: [[[String]]]
  private let loader: PictureLoader
  /// What the frozen encoder sees in each picture; filled when first needed.
  private var features: PictureFeatures

  /// - Parameters:
  ///   - model: What learns.
  ///   - configuration: How pictures are prepared for it.
  ///   - frames: Which frames of clips are looked at.
  ///   - training: What it learns from.
  ///   - validation: What it is measured on; may be empty.
  ///   - references: What people wrote about the pictures of `validation`, by their numbers.
  ///   - rewardReferences: The whole captions of the pictures of `training`, by their numbers; needed where
  ///     the plan learns from captions that are drawn.
  ///   - vocabulary: The words both were numbered by.
  ///   - plan: How it learns.
  ///   - threadCount: The number of pictures that are decoded at once.
  ///   - cache: Where what the frozen encoder sees is kept between runs; nil keeps it nowhere.
  ///   - state: Where an earlier run of the same plan stopped; nil begins with `model`.
  package init(
    _ model: CaptionModel, _ configuration: EncoderConfiguration,
    frames: ClipSampling.Frames = .evenly(16), training: [TrainingExample],
    validation: [TrainingExample], references: [[[String]]],
    rewardReferences: [[[String]]] = [], vocabulary: Vocabulary,
    plan: TrainingPlan, threadCount: Int = Device.coreCount,
    keepingFeaturesIn cache: FeatureCache? = nil, resuming state: TrainingState? = nil
  ) {
    precondition(
      plan.selfCritical == nil || training.allSatisfy { $0.number < rewardReferences.count },
      "trainer: \(rewardReferences.count) references for \(training.count) pictures to be rewarded")
    (self.plan, self.vocabulary, self.references) = (plan, vocabulary, references)
    self.rewardReferences = rewardReferences
    (self.training, self.validation) = (training, validation)
    var loader = PictureLoader(configuration.preprocessing, frames: frames)
    loader.threadCount = threadCount
    self.loader = loader
    features = PictureFeatures(model.decoder.featureKind, cache: cache)
    self.state = state ?? TrainingState(model, plan)
  }

  /// Whether there is nothing more to do: all epochs are over, or too many validations since the best.
  package var isFinished: Bool {
    state.epoch >= plan.epochCount
      || plan.patience.map { state.progress.validationsSinceBest >= $0 } ?? false
  }

  /// Takes one step after another from the first batch, the longest, to see what they cost.
  ///
  /// - Returns: What each step had to tell.
  package mutating func rehearse(stepCount: Int) throws -> [TrainingState.Report] {
    let learnsEncoder = plan.learnsEncoder(in: state.epoch)
    let examples = Array(batches(ofEpoch: state.epoch).prefix(plan.batchesPerStep))
    try features.prepare(
      Array(examples.joined()), by: state.model.encoder, loader)
    let loader = augmentingLoader
    return try (0..<stepCount).map { _ in
      let step = try examples.map { part in
        learnsEncoder
          ? TrainingBatch(part, try loader.pixels(of: part, epoch: state.epoch))
          : batch(part)
      }
      return state.learn(from: step, plan, epochProgress: 0)
    }
  }

  /// The batches of one epoch.
  ///
  /// While the encoder learns they are of pictures with all their captions, so that each is seen once, and
  /// while the decoder learns from captions that it draws; else of single captions, which can be sorted
  /// better.
  ///
  /// They are a function of the data, the plan and the epoch alone, so that a resumed run has the same: the
  /// frames of clips are those that the collection states, not those that were decoded.
  package func batches(ofEpoch epoch: Int) -> [[TrainingExample]] {
    Self.batches(of: training, epoch: epoch, plan, frameCount: frameCount)
  }

  private var frameCount: (TrainingExample) -> Int {
    Self.frameCount(readBy: state.model.decoder, loader.frames)
  }

  /// The number of frames that a decoder reads of an example, as the collection states it.
  package static func frameCount(
    readBy decoder: any CaptionDecoder, _ frames: ClipSampling.Frames
  ) -> (TrainingExample) -> Int {
    // A decoder of another kind reads the mean of a clip's frames.
    let readsFrames = decoder.featureKind == .frames
    return { readsFrames ? $0.extent?.frameCount(frames) ?? 1 : 1 }
  }

  /// The batches of one epoch of `examples`.
  ///
  /// - Parameters:
  ///   - examples: What is learned from.
  ///   - epoch: Counts from 0.
  ///   - plan: In what order, and how large.
  ///   - frameCount: The number of frames that the decoder reads of an example.
  /// - Returns: Batches, each of which has examples of nearly equal lengths.
  package static func batches(
    of examples: [TrainingExample], epoch: Int, _ plan: TrainingPlan,
    frameCount: (TrainingExample) -> Int = { _ in 1 }
  ) -> [[TrainingExample]] {
    let members = plan.learnsByPicture(in: epoch) ? examples : examples.flatMap(\.oneByOne)
    let builder = MinibatchBuilder(
      members.map { $0.length(frameCount: frameCount($0)) }, order: plan.batchOrder,
      budget: plan.batchBudget,
      random: SeededRandom(plan.seed))
    return builder.epoch(epoch).map { $0.map { members[$0] } }
  }

  /// How many steps each epoch has.
  ///
  /// Where a batch is full at a number of words, epochs may differ by a step or so from what is said here.
  package var stepCounts: [Int] {
    Self.stepCounts(of: training, plan, frameCount: frameCount)
  }

  /// How many steps each epoch has that learns from `examples`.
  package static func stepCounts(
    of examples: [TrainingExample], _ plan: TrainingPlan,
    frameCount: (TrainingExample) -> Int = { _ in 1 }
  ) -> [Int] {
    var counts: [Bool: Int] = [:]
    return (0..<plan.epochCount).map { epoch in
      let learnsByPicture = plan.learnsByPicture(in: epoch)
      if let count = counts[learnsByPicture] { return count }
      let batches = batches(of: examples, epoch: epoch, plan, frameCount: frameCount)
      let count = (batches.count + plan.batchesPerStep - 1) / plan.batchesPerStep
      counts[learnsByPicture] = count
      return count
    }
  }

  /// Learns up to the next summary: until a validation is due or the epoch ends.
  ///
  /// - Parameters:
  ///   - afterStep: Is shown the state after each step, to keep it if it likes, and says whether to go on.
  ///   - duringPass: Is told how far the rounds before and after the learning are; throws
  ///     `PassInterrupted` to end them.
  /// - Returns: The summary; nil if learning was ended before.
  /// - Throws: What is wrong with a picture that cannot be read; what `afterStep` throws.
  package mutating func learn(
    afterStep: (TrainingState.Report, TrainingState) throws -> Bool = { _, _ in true },
    duringPass: (PassProgress) throws -> Void = { _ in }
  ) throws -> Summary? {
    let learnsEncoder = plan.learnsEncoder(in: state.epoch)
    do {
      try prepareFeatures(learnsEncoder: learnsEncoder, duringPass)
    } catch is PassInterrupted {
      return nil
    }
    let batches = batches(ofEpoch: state.epoch)
    let pictures = PicturesAhead(augmentingLoader)
    var rewards = plan.selfCritical(in: state.epoch).map { _ in
      CaptionRewards(references: rewardReferences)
    }
    while state.position < batches.count, !isValidationDue(endingEpoch: false) {
      let end = min(state.position + plan.batchesPerStep, batches.count)
      let step = try (state.position..<end).map { place in
        guard learnsEncoder else { return batch(batches[place]) }
        let following = place + 1 < batches.count ? batches[place + 1] : nil
        return TrainingBatch(
          batches[place],
          try pictures.pixels(of: batches[place], thenOf: following, epoch: state.epoch))
      }
      let report = state.learn(
        from: step, plan, epochProgress: Double(state.position) / Double(batches.count),
        reward: { [vocabulary] words, picture in
          rewards?.reward(
            of: words.filter { $0 != .end }.map(vocabulary.word), isFinished: words.last == .end,
            picture: picture) ?? 0
        })
      guard try afterStep(report, state) else { return nil }
    }
    // Learning has made them obsolete.
    if learnsEncoder { features.removeAll() }
    let endsEpoch = state.position >= batches.count
    var validation: Validation?
    do {
      if isValidationDue(endingEpoch: endsEpoch) {
        validation = try validate(asPixels: learnsEncoder, duringPass)
      }
    } catch is PassInterrupted {
      return nil
    }
    return summarize(validation, endsEpoch: endsEpoch)
  }

  /// Whether the validation set is to be looked at before the next step.
  private func isValidationDue(endingEpoch endsEpoch: Bool) -> Bool {
    guard !validation.isEmpty, state.progress.validatedStep != state.step else { return false }
    let epoch = state.epoch + 1
    if endsEpoch, epoch >= plan.epochCount { return true }
    return switch plan.validationInterval {
    case .steps(let count): state.step.isMultiple(of: count)
    case .epochs(let count): endsEpoch && epoch.isMultiple(of: count)
    }
  }

  private mutating func summarize(_ validation: Validation?, endsEpoch: Bool) -> Summary {
    let standing = validation.map {
      state.note(score: plan.selection.score(of: $0), loss: $0.loss, plan)
    }
    let batchCount = state.position - state.summarized.position - state.skippedBatchCount
    defer { state.passSummary(endingEpoch: endsEpoch) }
    return Summary(
      step: state.step, epoch: state.epoch + 1, endsEpoch: endsEpoch,
      trainingLoss: state.lossSum / Double(max(batchCount, 1)),
      skippedBatchCount: state.skippedBatchCount, clippedShare: state.clippedShare,
      validation: validation, standing: standing)
  }

  /// Shows the model the validation set, and lets it write.
  private func validate(
    asPixels: Bool, _ progress: (PassProgress) throws -> Void
  ) throws -> Validation {
    let model = state.result
    let watching = CaptionModel(encoder: model.encoder.foldingNorms(), decoder: model.decoder)
    var (loss, lossCount) = (0.0, 0)
    var accuracy = LabelAccuracy()
    var captions = [String](repeating: "", count: references.count)
    for start in stride(from: 0, to: validation.count, by: Self.validationBatchSize) {
      try progress(.init(pass: .validation, done: start, total: validation.count))
      let examples = Array(
        validation[start..<min(start + Self.validationBatchSize, validation.count)])
      let features =
        asPixels
        ? watching.features(of: try loader.pixels(of: examples, epoch: 0), in: .float32)
        : self.features(examples)
      let batch = TrainingBatch(examples, .features(features))
      let labels = (model.decoder as? any FrameLabelling)?.labels(of: features)
      let losses = model.decoder.losses(of: batch.captions, describing: features)
      loss += Double(losses.words.scalar) * Double(losses.count)
      lossCount += losses.count
      if let labels { accuracy.count(labels, of: examples, frameCounts: features.counts) }
      let found = labels?.ofClips.map(vocabulary.word) ?? sentences(about: features)
      for (example, caption) in zip(examples, found) { captions[example.number] = caption }
    }
    let saysLabels = model.decoder is any FrameLabelling
    return Validation(
      loss: loss / Double(max(lossCount, 1)), scores: saysLabels ? nil : scores(of: captions),
      accuracy: saysLabels ? accuracy : nil, captions: captions,
      sample: (captions[0], references[0][0].joined(separator: " ")))
  }

  /// Compares captions, by the pictures' numbers, with what people wrote.
  private func scores(of captions: [String]) -> CaptionScores {
    let tokenizer = CaptionTokenizer()
    return CaptionScores(
      scoring: validation.map { example in
        ScoredCaption(
          candidate: tokenizer.words(of: captions[example.number]),
          references: references[example.number])
      })
  }

  private static let validationBatchSize = 32

  /// The likeliest sentence about each picture.
  private func sentences(about features: VisualFeatures) -> [String] {
    func likeliest(_ decoder: some CaptionDecoder) -> [[Hypothesis]] {
      plan.search.captions(of: features, by: decoder)
    }
    return likeliest(state.result.decoder).map { vocabulary.sentence($0[0].words) }
  }

  /// A batch of pictures whose features are known.
  private func batch(_ examples: [TrainingExample]) -> TrainingBatch {
    TrainingBatch(examples, .features(features(examples)))
  }

  /// Shows a learning encoder the pictures a little differently in every epoch.
  private var augmentingLoader: PictureLoader {
    var loader = loader
    loader.augmentation = Augmentation(
      SeededRandom(plan.seed), mirrors: plan.mirrorsPictures, leastArea: plan.leastCropArea)
    return loader
  }

  /// Computes the features an epoch needs, and before the first step shows some to the decoder.
  private mutating func prepareFeatures(
    learnsEncoder: Bool, _ report: (PassProgress) throws -> Void
  ) throws {
    let measures = plan.measuresFeatures && state.step == 0
    guard !learnsEncoder || measures else { return }
    let interval = max(1, training.count / Self.measuredPictureCount)
    let chosen = stride(from: 0, to: training.count, by: interval).map { training[$0] }
    try features.prepare(
      learnsEncoder ? chosen : training + validation, by: state.model.encoder, loader,
      reporting: report)
    if measures {
      state.model.decoder.measure(features(chosen))
      if state.average != nil { state.average = state.model }
    }
  }

  /// Enough for a mean and a variance; more would cost a training from pixels a noticeable start.
  private static let measuredPictureCount = 1000
}
