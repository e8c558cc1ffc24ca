import Captioning
import Datasets
import Files
import ImageEncoders
import Text
import Training

/// All that a training needs before its first step: data, words, a model and a plan.
struct TrainingPreparation {
  let vocabulary: Vocabulary
  let model: CaptionModel
  let configuration: ModelConfiguration
  let plan: TrainingPlan
  /// What its words begin with; nil where they begin at random.
  let wordVectors: WordVectors?
  /// What must be the same for a run to go on: everything its outcome depends on.
  let settings: Checkpoint.Settings
  /// What is lost of the words that are learned from.
  let wordLoss: WordLoss
  /// How many of the captions that are learned from are cut at the most words.
  let cutCaptions: (count: Int, total: Int)
  /// The captioner that it starts from; nil where the decoder begins at random.
  let captioner: TrainedCaptioner?
  private let counts: WordCounts
  private let training: [TrainingExample]
  private let validation: [TrainingExample]
  private let references: [[[String]]]
  /// The whole captions of what is learned from.
  private let trainingReferences: [[[String]]]
  private let dataset: String
  private let threadCount: Int

  /// - Parameters:
  ///   - collection: What it learns from and is measured on.
  ///   - dataset: How the user called it.
  ///   - captioner: What is made.
  ///   - trained: What it starts from, whose options `captioner` has taken over.
  ///   - learning: How it learns.
  ///   - threadCount: The number of pictures that are decoded at once.
  ///   - overfitCount: How many pictures to learn by heart; nil learns from all.
  /// - Throws: What does not fit together.
  init(
    _ collection: TrainingCollection, of dataset: String, _ captioner: CaptionerOptions,
    startingFrom trained: TrainedCaptioner?, _ learning: LearningOptions, threadCount: Int,
    overfitting overfitCount: Int?
  ) throws {
    func tokenized(_ part: CaptionDataset) -> TokenizedDataset {
      let kept = CaptionDataset(
        split: part.split,
        examples: overfitCount.map { Self.choice($0, of: part, for: captioner.task) }
          ?? part.examples)
      return captioner.task == .classify
        ? TokenizedDataset(labels: kept)
        : TokenizedDataset(kept, maximumWords: captioner.maximumWords)
    }
    let training = tokenized(collection.training)
    guard !training.references.isEmpty else {
      throw Failure("\(dataset): has no captions to learn from. Is it the right folder?", .badData)
    }
    // What is learned by heart is measured on itself.
    let validation = overfitCount == nil ? collection.validation.map(tokenized) : training
    (counts, self.dataset, self.captioner) = (training.counts, dataset, trained)
    self.threadCount = threadCount
    vocabulary =
      trained?.vocabulary.growing(by: counts, minimumCount: captioner.minimumWordCount)
      ?? Vocabulary(counts, minimumCount: captioner.minimumWordCount)
    wordLoss = WordLoss(
      counts, minimumCount: captioner.minimumWordCount, known: trained?.vocabulary)
    cutCaptions = (training.cutCaptionCount, training.captionCount)
    guard vocabulary.count > Vocabulary.specialWords.count else {
      throw Failure(
        "\(dataset): no word occurs \(wordLoss.minimumCount) times, so there is none to learn. "
          + wordLoss.advice, .configuration)
    }
    if let trained { try Self.check(wordLoss, startingFrom: trained) }
    self.training = training.examples(with: vocabulary)
    self.validation = validation?.examples(with: vocabulary) ?? []
    references = validation?.references ?? []
    trainingReferences = training.references
    var model: CaptionModel
    (model, configuration) = try captioner.makeModel(
      vocabulary, startingFrom: trained, seed: learning.seed, trainedOn: dataset,
      isOfClips: self.training.contains { $0.kind != .picture })
    wordVectors = try captioner.wordVectors(of: vocabulary)
    if let wordVectors { model.decoder.begin(with: wordVectors) }
    self.model = model

    var plan = learning.plan(
      for: captioner.task, startsFromEncoder: captioner.encoderModel != nil || trained != nil)
    plan.measuresFeatures = trained == nil
    (plan.minimumWordCount, plan.maximumWords) = (
      captioner.minimumWordCount, captioner.maximumWords
    )
    (plan.lengthPenalty, plan.unrepeatedCount) = (captioner.rankingPenalty, captioner.noRepeat)
    plan.freezesWords = captioner.freezeWordVectors
    if overfitCount != nil { plan.leaveNothingOut() }
    // Only epochs that learn from given captions sample by the schedule.
    let stepCounts = Trainer.stepCounts(
      of: self.training, plan,
      frameCount: Trainer.frameCount(readBy: model.decoder, configuration.frames ?? .evenly(16))
    ).prefix(plan.toldEpochCount)
    let toldStepCount = stepCounts.reduce(0, +)
    plan.sampling = learning.scheduledSampling(stepCount: toldStepCount)
    plan.selfCritical?.firstStep = toldStepCount
    self.plan = plan
    try Self.check(plan.encoderStart, in: model.encoder)
    settings =
      [
        (Self.trainingFingerprint, training.fingerprint),
        (Self.validationFingerprint, validation?.fingerprint ?? "none"),
      ] + (trained.map { [("CAPTIONER's checksum", $0.fingerprint)] } ?? [])
      + captioner.settings(of: configuration)
      + learning.settings(of: plan)
      + [("--overfit", overfitCount.map { "\($0)" } ?? "none")]
  }

  private static let trainingFingerprint = "DATASET's fingerprint"
  /// Of the validation set, by which `best` was chosen; older checkpoints lack it.
  static let validationFingerprint = "VALIDATION's fingerprint"

  /// So many pictures to learn by heart: the first, but of labels from all over, for those of one label
  /// often stand together.
  private static func choice(
    _ count: Int, of part: CaptionDataset, for task: TaskName
  ) -> [CaptionedImage] {
    let all = part.examples
    let chosen = min(count, all.count)
    return (0..<chosen).map { all[task == .classify ? $0 * all.count / chosen : $0] }
  }

  /// A captioner that lacks most words of the new captions would only unlearn its own.
  private static func check(
    _ loss: WordLoss, startingFrom captioner: TrainedCaptioner
  ) throws(Failure) {
    guard loss.share > 0.5 else { return }
    throw Failure(
      "\(captioner.path): lacks \(percent(loss.share)) of the words of these captions, which occur fewer than "
        + "\(loss.minimumCount) times and so are not added. \(loss.advice)", .configuration)
  }

  private static func check(_ start: String?, in encoder: any ImageEncoder) throws {
    let names = encoder.parameters.map(\.parameter.name)
    guard let start, !names.contains(where: { $0.hasPrefix(start) }) else { return }
    let parts = names.reduce(into: [String]()) { parts, name in
      let words = name.split(separator: ".")
      // Numbered parts are told by their numbers.
      let isNumbered = words.dropFirst().first.map { Int($0) != nil } ?? false
      let part = words.prefix(isNumbered ? 2 : 1).joined(separator: ".")
      if parts.last != part { parts.append(part) }
    }
    throw Failure(
      "--encoder-from: the encoder has no part '\(start)'. It has "
        + "\(parts.joined(separator: ", ")).", .configuration)
  }

  /// How much of what was written is words that are too rare.
  var unknownFraction: Double { vocabulary.unknownFraction(of: counts) }

  /// Looks at the first validation for a model that writes nothing.
  ///
  /// Where many words are `<unk>`, which is never written, that is an error: the end of a caption stays
  /// likelier than the few words that are left. A model with all its words may only have begun, and write
  /// later.
  ///
  /// - Parameters:
  ///   - summary: What was written.
  ///   - say: Takes a warning.
  /// - Throws: What the likely cause is, and the remedy.
  func checkCaptions(of summary: Trainer.Summary, _ say: (String) -> Void) throws(Failure) {
    guard let validation = summary.validation, summary.standing?.isFirst ?? false,
      validation.captions.allSatisfy(\.isEmpty)
    else { return }
    guard wordLoss.isSevere else {
      return say(
        "cutline: every caption of this validation is empty. If that does not change, train longer, or "
          + "raise --lr.")
    }
    throw Failure(
      "every caption of the first validation is empty: \(percent(wordLoss.share)) of the words occur "
        + "fewer than \(wordLoss.minimumCount) times and cannot be written. \(wordLoss.advice) That needs "
        + "another -o. To go on as it is, type the same again.", .configuration)
  }

  /// All words but the special ones: the labels, where those are learned.
  var labels: [String] {
    (Vocabulary.specialWords.count..<vocabulary.count).map { vocabulary.word(TokenID($0)) }
  }

  /// How many pictures are looked at.
  var pictureCount: Int { training.count + validation.count }

  /// Begins, or goes on from `checkpoint`.
  func trainer(
    from checkpoint: Checkpoint?, keepingFeaturesIn cache: FeatureCache?
  ) throws -> Trainer {
    Trainer(
      model, configuration.encoder, frames: configuration.frames ?? .evenly(16),
      training: training, validation: validation,
      references: references,
      rewardReferences: plan.selfCritical == nil ? [] : trainingReferences,
      vocabulary: vocabulary, plan: plan, threadCount: threadCount, keepingFeaturesIn: cache,
      resuming: try checkpoint?.state(of: model, plan))
  }

  /// How often each word was seen, by the captioner that it started from, too.
  private var allCounts: WordCounts {
    var all = captioner?.counts ?? WordCounts()
    all.add(counts)
    return all
  }

  /// The model folder that a state makes.
  func contents(of state: TrainingState) -> ModelDirectory.Contents {
    let kind = configuration.decoder?.reading == .labels ? "classifier of clips" : "captioner"
    let card = """
      # A \(kind) trained on \(configuration.provenance.trainedOn ?? dataset)

      Written by `cutline train` at step \(state.step), in epoch \(state.epoch) of \(plan.epochCount).

      """
    return .init(
      configuration: configuration,
      parameters: state.result.parameters.map { ($0.parameter.name, $0.value) },
      words: (vocabulary, allCounts), card: card)
  }
}

extension TrainingPlan {
  /// Nothing that keeps a model from learning its pictures by heart.
  fileprivate mutating func leaveNothingOut() {
    (dropoutRate, wordDropoutRate, labelSmoothing, weightDecay) = (0, 0, 0, 0)
    (coverageWeight, normWeight, mirrorsPictures, leastCropArea) = (0, 0, false, 1)
  }
}
