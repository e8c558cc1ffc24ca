import ArgumentParser
import Captioning
import Datasets
import Files
import Reports
import Training

/// `cutline train DATASET -o RUN` learns to caption from pictures with captions.
struct TrainCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Learn to caption from pictures or clips with captions, or to label clips.",
    discussion: """
      DATASET is a folder with captions and pictures in one of many forms (datasets/README.md), or a \
      file of captions. RUN/last is the model so far. A run that was stopped, even killed, goes on where \
      it was when the same command is typed again, and ends with the same model.

        cutline train data/flickr8k --encoder-model models/mobilenet -o runs/first
        cutline train data/msvd --encoder-model models/mobilenet --decoder s2vt -o runs/clips
        cutline train data/actions --encoder-model models/mobilenet --task classify -o runs/actions
        cutline train data/mine --start-from default --min-count 1 -o runs/mine
      """)

  @Argument(
    help: "A folder with pictures or clips and captions, or a file of captions.",
    completion: .file())
  var dataset: String
  @OptionGroup(title: "Data set") var reading: ReadingOptions
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String?
  @OptionGroup(title: "Model") var captioner: CaptionerOptions
  @OptionGroup(title: "Learning") var learning: LearningOptions
  @Option(help: ArgumentHelp("Steps between checkpoints.", valueName: "n"))
  var saveEvery = 500
  @Option(
    help: ArgumentHelp(
      "The number of newest checkpoints that stay; the best one stays besides.", valueName: "n"))
  var keep = 3
  @OptionGroup var threads: ThreadOptions
  @Flag(help: "Leave out records and pictures that cannot be read, and say which.")
  var skipBad = false
  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Keep what a frozen encoder sees in pictures for the next run.",
      discussion: "In $CUTLINE_CACHE, by default ~/.cache/cutline."))
  var cacheFeatures = true
  @Flag(help: "Take a few steps, say what the training would cost, and write nothing.")
  var dryRun = false
  @Option(
    help: ArgumentHelp(
      "Learn so many pictures by heart, to see whether anything is learned at all.",
      discussion: "Without dropout or augmentation; the scores are those of the same pictures.",
      valueName: "n"))
  var overfit: Int?
  @OptionGroup(title: "Reports") var reporting: TrainingReportOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    try check("--save-every", saveEvery, in: 1...1_000_000_000)
    try check("--keep", keep, in: 1...1_000_000)
    if let overfit { try check("--overfit", overfit, in: 1...1_000_000) }
    try learning.checkTask(captioner.task)
    guard output != nil || dryRun else {
      throw ValidationError("--output is missing: the folder to write.")
    }
  }

  func run() throws {
    let progress = talk.makeProgress()
    defer { progress.clear() }
    let stop = StopSignal(reportingTo: progress)
    let threadCount = try threads.apply()
    try learning.elementType.requireMultiplying()
    guard let output, !dryRun else {
      return try StandardStream.output.write(
        TrainingRehearsal(prepare(stop, threadCount, progress)).text)
    }
    // At once, not after the first epoch: where nothing can be written nothing need be learned.
    let run = try RunFolder(output, keeping: keep)
    let preparation = try prepare(stop, threadCount, progress)
    let settings = preparation.settings
    let checkpoint = try run.newestCheckpoint(of: settings, talk.messages)
    let cache =
      cacheFeatures && !preparation.plan.learnsEncoder(in: 0)
      ? FeatureCache(
        of: preparation.model.encoder, preparation.configuration.encoder,
        preparation.model.decoder.featureKind) : nil
    var trainer = try preparation.trainer(from: checkpoint, keepingFeaturesIn: cache)
    try RunConfiguration(dataset: dataset, settings: settings, execution: execution)
      .write(into: output)
    introduce(preparation, trainer, cache, progress)
    if let checkpoint {
      progress.say("going on from \(checkpoint.path)")
      try run.goOn(from: checkpoint, trainer.state)
    }
    let reports = try TrainingReport(in: output, of: trainer, reporting, progress)

    let save = { (state: TrainingState, isBest: Bool) in
      try TrainingHealth.check(state)
      try reports.synchronize()
      let start = ContinuousClock.now
      let checkpoint = try run.save(
        state, as: preparation.contents(of: state), settings, isBest: isBest)
      reports.saved(checkpoint, in: start.duration(to: .now))
    }
    var health = TrainingHealth { progress.say($0, at: .warn) }
    var saves = ForgivingSaves<TrainingState> { progress.say($0, at: .warn) }
    while !trainer.isFinished {
      let summary = try trainer.learn(
        afterStep: { report, state in
          try reports.step(report, state)
          try health.check(report)
          if stop.number != nil { return false }
          if state.step % saveEvery == 0 { try saves.save(state, by: save) }
          return true
        },
        duringPass: { pass in
          reports.pass(pass)
          if stop.number != nil { throw PassInterrupted() }
        })
      guard let summary else {
        try saves.save(trainer.state, isLast: true, by: save)
        progress.say(
          "saved \(output)/last at step \(trainer.state.step). To go on, type the same again.")
        stop.end()
      }
      try reports.summary(summary, of: trainer)
      try saves.save(
        trainer.state, isBest: summary.isBest, isLast: trainer.isFinished, by: save)
      try preparation.checkCaptions(of: summary) { progress.say($0, at: .warn) }
    }
    if trainer.state.epoch < preparation.plan.epochCount {
      let count = trainer.state.progress.validationsSinceBest
      progress.say("ended by --patience: no better validation in the last \(count)")
    }
    let result = "\(output)/\(trainer.state.progress.bestScore == nil ? "last" : "best")"
    progress.say("wrote \(result). Use it:  cutline caption -m \(result) PHOTO")
  }

  /// What the outcome does not depend on, or depends on by what is in `settings`.
  private var execution: Checkpoint.Settings {
    func text(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "none" }
    var execution: Checkpoint.Settings = [
      ("--encoder-model", text(captioner.encoderModel)), ("--save-every", "\(saveEvery)"),
      ("--keep", "\(keep)"),
      ("--threads", text(threads.threads)), ("--frame-step", text(captioner.frames.frameStep)),
      ("--frames", text(captioner.frames.frames)),
      ("--caption-column", text(reading.captionColumn)), ("--images", text(reading.images)),
      ("--follow-links", "\(reading.followLinks)"),
    ]
    if let captioner = captioner.startFrom { execution.append(("--start-from", captioner)) }
    return execution
  }

  private func prepare(
    _ stop: StopSignal, _ threadCount: Int, _ progress: Progress
  ) throws -> TrainingPreparation {
    let trained = try captioner.trainedCaptioner()
    let options = try trained.map(captioner.completed) ?? captioner
    if let note = try captioner.noteOnEncoder() { talk.messages.note(note) }
    let collection = try TrainingCollection(
      dataset, reading.choices(), for: captioner.task, skippingBad: skipBad,
      threadCount: threadCount, talk.messages, progress, shouldStop: { stop.number != nil })
    if stop.number != nil { stop.end() }
    return try TrainingPreparation(
      collection, of: dataset, options, startingFrom: trained, learning, threadCount: threadCount,
      overfitting: overfit)
  }

  private func introduce(
    _ preparation: TrainingPreparation, _ trainer: Trainer, _ cache: FeatureCache?,
    _ progress: Progress
  ) {
    if captioner.task == .classify {
      let labels = preparation.labels
      let few = labels.prefix(10).joined(separator: ", ")
      progress.say("labels  \(labels.count.grouped): \(few)\(labels.count > 10 ? ", …" : "")")
    } else {
      let unknown = percent(preparation.unknownFraction)
      progress.say("vocabulary  \(preparation.vocabulary.count.grouped) words (\(unknown) <unk>)")
      preparation.losses.forEach { progress.say($0, at: .warn) }
    }
    if let captioner = preparation.captioner {
      let kept = captioner.vocabulary.count
      progress.say(
        "starting from \(captioner.path): \(kept.grouped) words kept, "
          + "\((preparation.vocabulary.count - kept).grouped) new")
    }
    if let vectors = preparation.wordVectors, let path = captioner.wordVectors {
      let (found, wanted) = (vectors.rows.count.grouped, vectors.wantedCount.grouped)
      progress.say("word vectors  \(found) of \(wanted) words found in \(path)")
      vectors.warnings.forEach { progress.say("cutline: \($0)", at: .warn) }
    }
    let model = preparation.model
    progress.say(
      "model  \(model.parameterCount.grouped) parameters, "
        + "\(trainer.batches(ofEpoch: 0).count.grouped) batches an epoch")
    if let cache {
      progress.say(
        "features  of \(preparation.pictureCount.grouped) pictures or clips in \(cache.folder)")
    }
  }
}
