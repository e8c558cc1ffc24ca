import ArgumentParser
import Captioning
import Files
import Reports
import Training

/// `cutline train DATASET -o RUN`: trains a model on images with captions.
struct TrainCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a captioner on images or clips with captions, or a classifier of clips.",
    discussion: """
      DATASET is a folder of images with captions in one of many formats (datasets/README.md), or a file \
      of captions. RUN/best is the best model so far, RUN/last the newest. To resume a run that was \
      stopped, even killed, type the same command again: it ends with the same model.

        cutline train data/flickr8k --encoder-model models/mobilenet -o runs/first
        cutline train data/msvd --encoder-model models/mobilenet --decoder s2vt -o runs/clips
        cutline train data/actions --encoder-model models/mobilenet --task classify -o runs/actions
        cutline train data/mine --start-from default --min-count 1 -o runs/mine
      """)

  @Argument(
    help: "A folder of images or clips with captions, or a file of captions.",
    completion: .file())
  var dataset: String
  @OptionGroup(title: "Data set") var reading: ReadingOptions
  @Option(
    name: .shortAndLong, help: "The folder for checkpoints and reports.", completion: .directory)
  var output: String?
  @OptionGroup(title: "Model") var captioner: CaptionerOptions
  @OptionGroup(title: "Learning") var learning: LearningOptions
  @Option(help: ArgumentHelp("The number of steps between checkpoints.", valueName: "n"))
  var saveEvery = 500
  @Option(
    help: ArgumentHelp(
      "The number of newest checkpoints to keep, besides the best one.", valueName: "n"))
  var keep = 3
  @OptionGroup var threads: ThreadOptions
  @Flag(help: "Skip records and images that cannot be read, and list them.")
  var skipBad = false
  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Cache the features of a frozen encoder for the next run.",
      discussion: "In $CUTLINE_CACHE, by default ~/.cache/cutline."))
  var cacheFeatures = true
  @Flag(help: "Estimate time and memory from a few steps, and write nothing.")
  var dryRun = false
  @Option(
    help: ArgumentHelp(
      "Memorize n images, to check that the model can learn at all.",
      discussion: "Without dropout and augmentation; the scores are those of the same images.",
      valueName: "n"))
  var overfit: Int?
  @OptionGroup(title: "Reports") var reporting: TrainingReportOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    try check("--save-every", saveEvery, in: 1...1_000_000_000)
    try check("--keep", keep, in: 1...1_000_000)
    if let overfit { try check("--overfit", overfit, in: 1...1_000_000) }
    do {
      try learning.choices.check(for: captioner.task)
    } catch {
      throw ValidationError(error.description)
    }
    guard output != nil || dryRun else {
      throw ValidationError("--output is missing: the folder to write.")
    }
  }

  func run() throws {
    let progress = talk.makeProgress()
    defer { progress.clear() }
    let stop = StopSignal(reportingTo: progress)
    let threadCount = try threads.apply()
    try learning.choices.elementType.requireMultiplying()
    let run = try trainingRun(threadCount: threadCount)
    let shouldStop = { stop.number != nil }
    do {
      if dryRun {
        let rehearsal = try run.rehearse(shouldStop: shouldStop, report: progress.report)
        return try StandardStream.output.write(rehearsal.text)
      }
      let outcome = try run.run(
        writingRows: { row in
          if reporting.json { try StandardStream.output.write(row.json.compactText + "\n") }
        }, shouldStop: shouldStop, report: progress.report)
      switch outcome {
      case .stopped(let step):
        progress.say(
          "saved \(output ?? "")/last at step \(step). To resume, run the same command again.")
        stop.end()
      case .ranOutOfPatience(let count, let model):
        progress.say("ended by --patience: no better validation in the last \(count)")
        report(model, progress)
      case .finished(let model): report(model, progress)
      }
    } catch is CancellationError {
      stop.end()
    }
  }

  private func report(_ model: String, _ progress: Progress) {
    let usage = captioner.task.usage(model).map { " Use it:  \($0)" }
    progress.say("wrote \(model)." + (usage ?? ""))
  }

  /// The run that the options describe.
  private func trainingRun(threadCount: Int) throws -> TrainingRun {
    let trained = try captioner.trainedCaptioner()
    let options = try trained.map(captioner.completed) ?? captioner
    if let note = try captioner.noteOnEncoder() { talk.messages.note(note) }
    var run = TrainingRun(on: dataset, into: output)
    (run.reading, run.learning) = (try reading.choices(), learning.choices)
    run.model = try options.choices(startingFrom: trained)
    (run.skipsBad, run.overfitCount) = (skipBad, overfit)
    (run.checkpointInterval, run.keptCheckpointCount) = (saveEvery, keep)
    run.featureFolder = cacheFeatures ? FeatureCache.usualFolder(by: Variable.value(of:)) : nil
    (run.threadCount, run.hasLogarithmicLoss) = (threadCount, reporting.logLoss)
    (run.version, run.execution) = (Cutline.configuration.version, execution)
    return run
  }

  /// The settings that the outcome does not depend on, or depends on only through other settings.
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
}

/// The options of a training's reports.
struct TrainingReportOptions: ParsableArguments {
  @Flag(help: "Print a JSON object for each logged step and validation on standard output.")
  var json = false
  @Flag(help: "Draw losses on a logarithmic axis.")
  var logLoss = false
}
