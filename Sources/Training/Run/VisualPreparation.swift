import Captioning
import Datasets
import Files
import ImageEncoders
import Reports
import Text

/// A visual task that is ready for its first step: data, words, a model and a plan.
package struct VisualPreparation<Task: VisualTask>: PreparedTraining {
  package let task: Task
  package let model: CaptionModel
  package let plan: TrainingPlan
  package let settings: Checkpoint.Settings
  let configuration: ModelConfiguration
  /// The vectors that the word embedding starts with; nil if it starts at random.
  let wordVectors: WordVectors?
  /// The words that are learned from but not in the vocabulary.
  let wordLoss: WordLoss
  /// The number of training captions that are cut at the maximum number of words, and of all of them.
  let cutCaptions: (count: Int, total: Int)
  /// The choices that made the model.
  let choices: ModelChoices
  let cache: FeatureCache?
  /// The classes of the encoder's classifier; nil if it has none.
  private let classes: PictureClasses?
  private let counts: WordCounts
  private let dataset: String

  package var vocabulary: Vocabulary { task.vocabulary }

  /// Reads the data set of a run, and makes the model and the plan.
  ///
  /// - Parameters:
  ///   - run: The choices of the run.
  ///   - shouldStop: Returns true to stop.
  ///   - report: Receives messages and progress.
  /// - Throws: `CancellationError` if it was stopped; an error of the data set or the choices.
  init(
    _ run: TrainingRun, shouldStop: () -> Bool, report: @escaping (TrainingEvent) -> Void
  ) throws {
    if let captioner = run.model.captioner,
      let message = run.model.task.refusal(of: captioner)
    {
      throw TrainingError(.choice, message)
    }
    let collection = try TrainingCollection(
      run.dataset, run.reading, ofLabels: Task.learnsLabels, skippingBad: run.skipsBad,
      threadCount: run.threadCount, report: report, shouldStop: shouldStop)
    if shouldStop() { throw CancellationError() }
    try self.init(collection, run)
  }

  private init(_ collection: TrainingCollection, _ run: TrainingRun) throws {
    let (choices, overfitCount) = (run.model, run.overfitCount)
    let learning = run.learning.resolved(
      for: choices.task, startsFromEncoder: choices.startsFromEncoder)
    let trained = choices.captioner
    let tokenizer = trained?.vocabulary.tokenizer ?? choices.tokenizer
    func tokenized(_ part: CaptionDataset) -> TokenizedDataset {
      Self.tokenized(part, tokenizer, choosing: overfitCount, maximumWords: choices.maximumWords)
    }
    let training = tokenized(collection.training)
    guard !training.references.isEmpty else {
      throw TrainingError(
        .data, "\(run.dataset): has no captions to learn from. Is it the right folder?")
    }
    // Memorized pictures are evaluated on themselves.
    let validation = overfitCount == nil ? collection.validation.map(tokenized) : training
    (counts, dataset, self.choices) = (training.counts, run.dataset, choices)
    let vocabulary = choices.vocabulary(of: counts)
    // Pieces spell every word.
    wordLoss = WordLoss(
      counts, minimumCount: vocabulary.pieces == nil ? choices.minimumWordCount : 1,
      known: trained?.vocabulary)
    cutCaptions = (training.cutCaptionCount(with: vocabulary), training.captionCount)
    guard vocabulary.count > Vocabulary.specialWords.count else {
      throw TrainingError(
        .choice,
        "\(dataset): no word occurs \(wordLoss.minimumCount) times, so there is none to learn. "
          + wordLoss.advice)
    }
    if let trained { try Self.check(wordLoss, startingFrom: trained) }
    let examples = ReferencedExamples(training, vocabulary)
    var model: CaptionModel
    (model, configuration) = try choices.makeModel(
      vocabulary, seed: learning.plan.seed, trainedOn: dataset,
      isOfClips: examples.examples.contains { $0.kind != .picture })
    classes = try choices.classes()
    wordVectors = try choices.wordVectors(of: vocabulary)
    if let wordVectors { model.decoder.begin(with: wordVectors) }
    self.model = model

    var plan = learning.makePlan()
    choices.adapt(&plan)
    // Words for left and right are known in English only.
    if tokenizer.kind != .english { plan.mirrorsPictures = false }
    if overfitCount != nil { plan.turnOffRegularization() }
    cache = run.featureFolder.flatMap { [configuration] folder in
      plan.learnsEncoder(in: 0)
        ? nil
        : FeatureCache(
          of: model.encoder, configuration.encoder, model.decoder.featureKind, in: folder)
    }
    task = Task(
      training: examples,
      validation: validation.map { ReferencedExamples($0, vocabulary) } ?? ReferencedExamples(),
      vocabulary,
      PictureInput(
        configuration.encoder, model.decoder.featureKind,
        frames: configuration.frames ?? .evenly(16), threadCount: run.threadCount,
        keeping: plan.encoderLearningRate > 0 ? KeptClassifier(of: model.encoder) : nil,
        keepingFeaturesIn: cache))
    // Only epochs of teacher forcing sample by the schedule.
    let stepCount = task.stepCounts(plan).prefix(plan.teacherForcedEpochCount).reduce(0, +)
    plan.sampling = learning.scheduledSampling(stepCount: stepCount)
    plan.selfCritical?.firstStep = stepCount
    self.plan = plan
    try Self.check(plan.encoderStart, in: model.encoder)
    settings =
      [
        (SettingName.trainingFingerprint, training.fingerprint),
        (SettingName.validationFingerprint, validation?.fingerprint ?? "none"),
      ] + (trained.map { [("CAPTIONER's checksum", $0.fingerprint)] } ?? [])
      + choices.settings(of: configuration)
      + learning.settings
      + [("--overfit", overfitCount.map { "\($0)" } ?? "none")]
  }

  /// Returns a part of the data set as words, or only some of its pictures, to memorize.
  ///
  /// Of captions the first pictures are chosen. Labels are chosen from all over the data set, because clips
  /// of one label often stand together.
  private static func tokenized(
    _ part: CaptionDataset, _ tokenizer: CaptionTokenizer, choosing count: Int?,
    maximumWords: Int
  ) -> TokenizedDataset {
    let all = part.examples
    let chosen = min(count ?? all.count, all.count)
    let examples = (0..<chosen).map { all[Task.learnsLabels ? $0 * all.count / chosen : $0] }
    let kept = CaptionDataset(split: part.split, examples: examples)
    return Task.learnsLabels
      ? TokenizedDataset(labels: kept)
      : TokenizedDataset(kept, maximumWords: maximumWords, tokenizer: tokenizer)
  }

  /// Throws if a captioner lacks most words of the new captions: it would only forget its own.
  private static func check(
    _ loss: WordLoss, startingFrom captioner: TrainedCaptioner
  ) throws(TrainingError) {
    guard loss.share > 0.5 else { return }
    throw TrainingError(
      .choice,
      "\(captioner.path): lacks \(percent(loss.share)) of the words of these captions, which occur fewer than "
        + "\(loss.minimumCount) times and so are not added. \(loss.advice)")
  }

  private static func check(_ start: String?, in encoder: any ImageEncoder) throws {
    let fixed = Set((encoder as? ClassifyingEncoder)?.classifierParameterNames ?? [])
    let names = encoder.parameters.map(\.parameter.name).filter { !fixed.contains($0) }
    guard let start, !names.contains(where: { $0.hasPrefix(start) }) else { return }
    let parts = names.reduce(into: [String]()) { parts, name in
      let words = name.split(separator: ".")
      // Numbered parts are distinguished by their numbers.
      let isNumbered = words.dropFirst().first.map { Int($0) != nil } ?? false
      let part = words.prefix(isNumbered ? 2 : 1).joined(separator: ".")
      if parts.last != part { parts.append(part) }
    }
    throw TrainingError(
      .choice,
      "--encoder-from: the encoder has no part '\(start)'. It has "
        + "\(parts.joined(separator: ", ")).")
  }

  /// The share of the training words that are too rare for the vocabulary, in `0...1`.
  package var unknownFraction: Double { vocabulary.unknownFraction(of: counts) }

  /// Checks the first validation for a model that writes nothing.
  ///
  /// Where many words are `<unk>`, which is never written, that is an error: the end of a caption stays
  /// likelier than the few words that are left. A model with all its words may write later.
  package func check(
    _ summary: TrainingSummary<Task.Evaluation>, _ say: (RunMessage) -> Void
  ) throws(TrainingError) {
    guard let validation = summary.validation, summary.standing?.isFirst ?? false,
      validation.isBlank
    else { return }
    guard wordLoss.isSevere else {
      return say(
        .remark(
          "every caption of this validation is empty. If that does not change, train longer, or "
            + "raise --lr.", .warning))
    }
    throw TrainingError(
      .choice,
      "every caption of the first validation is empty: \(percent(wordLoss.share)) of the words occur "
        + "fewer than \(wordLoss.minimumCount) times and cannot be written. \(wordLoss.advice) That needs "
        + "another -o. To resume as it is, run the same command again.")
  }

  /// The counts of all words, including those of the captioner that it started from.
  private var allCounts: WordCounts {
    var all = choices.captioner?.counts ?? WordCounts()
    all.add(counts)
    return all
  }

  package func writeModel(
    of state: TrainingState<CaptionModel>, into folder: String
  ) throws(FileError) {
    try ModelDirectory.write(contents(of: state), into: folder, precision: .float32)
  }

  /// Returns the contents of the model folder of a state.
  private func contents(of state: TrainingState<CaptionModel>) -> ModelDirectory.Contents {
    let kind = Task.modelKind
    let card = """
      # A \(kind) trained on \(configuration.provenance.trainedOn ?? dataset)

      Written by `cutline train` at step \(state.step), in epoch \(state.epoch) of \(plan.epochCount).

      """
    return .init(
      configuration: configuration,
      parameters: state.result.parameters.map { ($0.parameter.name, $0.value) },
      words: (vocabulary, allCounts), classes: classes, card: card)
  }
}

extension TrainingPlan {
  /// Turns off regularization and augmentation, so that the model can memorize its pictures.
  fileprivate mutating func turnOffRegularization() {
    (dropoutRate, wordDropoutRate, labelSmoothing, weightDecay) = (0, 0, 0, 0)
    (coverageWeight, normWeight, mirrorsPictures, leastCropArea) = (0, 0, false, 1)
  }
}
