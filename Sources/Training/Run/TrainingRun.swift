import Captioning
import Datasets
import Files
import Reports

/// A training of a model on a data set, with checkpoints and reports in a folder.
///
///     var run = TrainingRun(on: "photos", into: "runs/first")
///     run.epochs = 10
///     let outcome = try run.train { line in print(line) }
///
/// A run that was stopped, even killed, resumes when the same run is started again, and ends with the same
/// model.
public struct TrainingRun {
  /// The folder of pictures or clips with captions, or the file of captions.
  package var dataset: String
  /// The folder for checkpoints and reports; nil is for a rehearsal, which writes nothing.
  package var output: String?
  package var reading = ReadingChoices()
  package var model = ModelChoices()
  package var learning = LearningChoices()
  /// True if bad records and pictures are left out; false if they end the run.
  package var skipsBad = false
  /// The number of pictures to memorize; nil learns from all.
  package var overfitCount: Int?
  /// The number of steps between checkpoints.
  package var checkpointInterval = 500
  /// The number of newest checkpoints that stay; the best one stays besides.
  package var keptCheckpointCount = 3
  /// The folder that keeps the features of a frozen encoder from run to run; nil keeps none.
  package var featureFolder: String?
  /// The number of pictures that are decoded at once.
  package var threadCount = 1
  /// True if the curves of losses have a logarithmic axis.
  package var hasLogarithmicLoss = false
  /// The version of the program, for the run's `config.json`.
  package var version = ""
  /// Settings that do not change the outcome, for the run's `config.json`.
  package var execution: Checkpoint.Settings = []

  /// The end of a run; `model` is the folder of the model to use.
  public enum Outcome: Sendable, Equatable {
    /// The whole plan was carried out.
    case finished(model: String)
    /// This number of validations in a row were no better than the best.
    case ranOutOfPatience(validationCount: Int, model: String)
    /// It was stopped after this step, and can resume.
    case stopped(step: Int)
  }

  public init(on dataset: String, into output: String?) {
    (self.dataset, self.output) = (dataset, output)
  }

  /// Reads the data set and makes the model and the plan.
  ///
  /// - Parameters:
  ///   - shouldStop: Returns true to stop.
  ///   - report: Takes messages and progress.
  /// - Returns: A training that is ready for its first step.
  /// - Throws: `CancellationError` if it was stopped; an error of the data set or the choices.
  package func prepare(
    shouldStop: () -> Bool = { false }, report: @escaping (TrainingEvent) -> Void = { _ in }
  ) throws -> any PreparedTraining {
    try learning.check()
    try learning.check(for: model.task)
    return try model.task.prepare(self, shouldStop, report)
  }

  /// Takes a few steps to measure what the training costs, and writes nothing.
  ///
  /// - Parameters:
  ///   - shouldStop: Returns true to stop.
  ///   - report: Takes messages and progress.
  /// - Returns: The cost of the training.
  /// - Throws: `CancellationError` if it was stopped; an error of the data set or the choices.
  package func rehearse(
    shouldStop: () -> Bool = { false }, report: @escaping (TrainingEvent) -> Void = { _ in }
  ) throws -> TrainingRehearsal {
    var run = self
    run.featureFolder = nil
    return try TrainingRehearsal(run.prepare(shouldStop: shouldStop, report: report))
  }

  /// Trains, or resumes a training that was stopped.
  ///
  /// - Parameters:
  ///   - writeRow: Takes each row of `train.jsonl`.
  ///   - shouldStop: Returns true to stop after the step under way.
  ///   - report: Takes messages and progress.
  /// - Returns: The end of the run.
  /// - Throws: `CancellationError` if it was stopped before its first step; `TrainingError`, or an error of
  ///   the data set, the model or a file.
  @discardableResult
  package func run(
    writingRows writeRow: @escaping (TrainingRow) throws -> Void = { _ in },
    shouldStop: () -> Bool = { false }, report: @escaping (TrainingEvent) -> Void = { _ in }
  ) throws -> Outcome {
    guard let output else {
      throw TrainingError(.choice, "--output is missing: the folder to write.")
    }
    // Taken at once, not after the first epoch: without it nothing need be learned.
    let folder = try RunFolder(output, keeping: keptCheckpointCount)
    let preparation = try prepare(shouldStop: shouldStop, report: report)
    return try train(
      preparation, in: folder, writingRows: writeRow, shouldStop: shouldStop, report: report)
  }

  private func train<Preparation: PreparedTraining>(
    _ preparation: Preparation, in folder: borrowing RunFolder,
    writingRows writeRow: @escaping (TrainingRow) throws -> Void, shouldStop: () -> Bool,
    report: @escaping (TrainingEvent) -> Void
  ) throws -> Outcome {
    let say = { report(.message($0)) }
    let settings = preparation.settings
    let checkpoint = try folder.newestCheckpoint(of: settings, say)
    var trainer = try preparation.trainer(from: checkpoint)
    try RunConfiguration(
      version: version, dataset: dataset, settings: settings, execution: execution
    ).write(into: folder.path)
    preparation.introduction(of: trainer).forEach(say)
    if let checkpoint {
      say(.line("resuming from \(checkpoint.path)"))
      try folder.relink(to: checkpoint, trainer.state)
    }
    let reports = try TrainingReport(
      in: folder.path, of: trainer, hasLogarithmicLoss: hasLogarithmicLoss, writingRows: writeRow,
      report)
    func save(_ state: TrainingState<Preparation.Task.Model>, isBest: Bool) throws {
      try TrainingHealth.check(state)
      try reports.synchronize()
      let start = ContinuousClock.now
      let checkpoint = try folder.save(state, settings, isBest: isBest) { path throws(FileError) in
        try preparation.writeModel(of: state, into: path)
      }
      reports.saved(checkpoint, in: start.duration(to: .now))
    }
    var health = TrainingHealth { say(.line($0, .warning)) }
    var saves = ForgivingSaves<TrainingState<Preparation.Task.Model>> { say(.line($0, .warning)) }
    while !trainer.isFinished {
      let summary = try trainer.learn(
        afterStep: { report, state in
          try reports.step(report, state)
          try health.check(report)
          if shouldStop() { return false }
          if state.step % checkpointInterval == 0 { try saves.save(state, by: save) }
          return true
        },
        duringPass: { pass in
          reports.pass(pass)
          if shouldStop() { throw PassInterrupted() }
        })
      guard let summary else {
        try saves.save(trainer.state, isLast: true, by: save)
        return .stopped(step: trainer.state.step)
      }
      try reports.summary(summary)
      try saves.save(
        trainer.state, isBest: summary.isBest, isLast: trainer.isFinished, by: save)
      try preparation.check(summary, say)
    }
    let progress = trainer.state.progress
    let model = "\(folder.path)/\(progress.bestScore == nil ? "last" : "best")"
    return trainer.state.epoch < preparation.plan.epochCount
      ? .ranOutOfPatience(validationCount: progress.validationsSinceBest, model: model)
      : .finished(model: model)
  }
}
