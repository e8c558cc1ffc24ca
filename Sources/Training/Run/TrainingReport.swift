import Files
import Glibc
import Reports

/// The reports of a training: messages while it runs, and the files in its folder.
///
/// The table, the curves and TensorBoard's file follow from the rows of `train.jsonl`.
/// A class, because the closures of a training share it.
final class TrainingReport {
  private let run: String
  private let plan: TrainingPlan
  /// The number of steps in each epoch.
  private let stepCounts: [Int]
  private let hasLogarithmicLoss: Bool
  private let report: (TrainingEvent) -> Void
  private let writeRow: (TrainingRow) throws -> Void
  private var log: TrainingLog
  private var events: TensorBoardFile
  private var pace: TrainingPace
  private var stretchStart = ContinuousClock.now
  private var passStart: (pass: PassProgress, time: ContinuousClock.Instant)?
  private var canDraw = true
  private var hasReportedTie = false
  /// The row and the page of each summary, until a checkpoint is written.
  private var unwritten: [(row: SummaryRow, page: SamplePage?)] = []

  /// Begins the reports in the folder `run`, or continues them.
  ///
  /// - Parameters:
  ///   - run: The folder of the run, which no other process writes into.
  ///   - trainer: The trainer; rows that an earlier process logged after its present step are removed.
  ///   - hasLogarithmicLoss: True if the curves of losses have a logarithmic axis.
  ///   - writeRow: Takes each row of `train.jsonl`.
  ///   - report: Takes messages and progress.
  /// - Throws: The error of the file system.
  init<Task>(
    in run: String, of trainer: Trainer<Task>, hasLogarithmicLoss: Bool,
    writingRows writeRow: @escaping (TrainingRow) throws -> Void,
    _ report: @escaping (TrainingEvent) -> Void
  ) throws(FileError) {
    (self.run, plan, stepCounts) = (run, trainer.plan, trainer.stepCounts)
    self.hasLogarithmicLoss = hasLogarithmicLoss
    (self.writeRow, self.report) = (writeRow, report)
    let state = trainer.state
    let log = try TrainingLog(
      in: run,
      resumingAt: .init(step: state.step, isSummarized: state.summarized.step == state.step))
    events = try TensorBoardFile(
      in: run, from: state.step, continuing: log.rows, host: hostName, time: wallTime)
    self.log = log
    pace = TrainingPace(stepCounts, evaluationInterval: plan.validationInterval)
  }

  // MARK: Steps

  /// The number of steps per row, for about one hundred to two hundred rows an epoch; it must not depend on
  /// where a run was resumed.
  private var stepsPerRow: Int { max(1, (stepCounts.first ?? 0) / 100) }

  /// Records a step; `state` is the one after it.
  func step<Model>(_ report: StepReport, _ state: TrainingState<Model>) throws {
    pace.count(step: state.step, captions: report.captionCount)
    let row = StepRow(
      step: state.step, epoch: state.epoch + 1, loss: Double(report.loss),
      gradientNorm: report.gradientNorm, isClipped: report.wasClipped || report.cutNumberCount > 0,
      learningRate: Double(report.learningRate),
      samplingRate: report.samplingRate,
      captionsPerSecond: pace.captionsPerSecond, time: wallTime)
    self.report(.progress(progressReport(row)))
    guard state.step.isMultiple(of: stepsPerRow) else { return }
    try add(.step(row))
    say(progressReport(row).line, .debug)
  }

  /// Reports the progress of a pass over images.
  func pass(_ pass: PassProgress) {
    if passStart?.pass.pass != pass.pass || pass.done <= passStart?.pass.done ?? 0 {
      passStart = (pass, .now)
      if pass.pass == .validation { pace.pause() }
    }
    guard let start = passStart else { return }
    let seconds = start.time.duration(to: .now).inSeconds
    report(.progress(ProgressReport(pass, since: start.pass, seconds: seconds)))
    // A pass that took long is worth a line that stays.
    if pass.pass == .features && pass.done == pass.total && seconds > 2 {
      let count = pass.total.grouped
      say("features  \(count)/\(count)  \(seconds.text(places: 0)) s")
    }
  }

  private func progressReport(_ row: StepRow) -> ProgressReport {
    ProgressReport(
      row, of: plan.epochCount, stepCount: stepCounts.reduce(0, +), eta: pace.remaining)
  }

  // MARK: Summaries

  /// Records a summary; the table, the curves and the samples are written with the next checkpoint.
  func summary<Evaluation>(_ summary: TrainingSummary<Evaluation>) throws {
    let row = SummaryRow(
      summary, seconds: stretchStart.duration(to: .now).inSeconds, time: wallTime)
    try add(.summary(row))
    say(summary.line(of: plan.epochCount, seconds: row.seconds))
    reportTie(summary)
    let step = summary.endsEpoch ? "" : ", step \(summary.step.grouped)"
    let page = summary.page(title: "\(run), epoch \(summary.epoch)\(step)")
    unwritten.append((row, page))
    pace.resume()
    stretchStart = .now
  }

  /// Explains once what decides between equal scores.
  private func reportTie<Evaluation>(_ summary: TrainingSummary<Evaluation>) {
    guard let validation = summary.validation, summary.standing?.isTied ?? false, !hasReportedTie,
      plan.selection != .loss
    else { return }
    hasReportedTie = true
    let score = validation.score(by: plan.selection).text(places: 3)
    say(
      "several validations have the same score (\(plan.selection.rawValue) \(score)): "
        + "the lowest validation loss decides which of them is the best")
  }

  private func writePages() throws {
    guard let newest = unwritten.last?.row else { return }
    try AtomicFile.write(
      MetricsTable.text(of: log.rows), to: "\(run)/\(MetricsTable.fileName)", overwriting: true)
    try drawCurves(epoch: newest.epoch)
    while let (row, page) = unwritten.first {
      try page?.write(
        to: row.endsEpoch
          ? SamplePage.path(ofEpoch: row.epoch, in: run)
          : SamplePage.path(ofStep: row.step, in: run))
      unwritten.removeFirst()
    }
    // A run whose config.json was taken away learns on without a page.
    guard var page = try? RunPage(of: run, log.rows) else { return }
    page.hasLogarithmicLoss = hasLogarithmicLoss
    try page.write()
  }

  /// Draws the curves; without Cairo the training continues without them.
  private func drawCurves(epoch: Int) throws {
    guard canDraw else { return }
    var curves = TrainingCurves("\(run)    epoch \(epoch) of \(plan.epochCount)", log.rows)
    curves.hasLogarithmicLoss = hasLogarithmicLoss
    do {
      try curves.write(into: run)
    } catch let error as DrawingError {
      canDraw = false
      report(.message(.remark("no curves are drawn: \(error)", .info)))
    }
  }

  // MARK: Checkpoints

  /// Makes sure that all rows and pages are on the disk before a checkpoint says that they were written.
  func synchronize() throws {
    try log.synchronize()
    try events.synchronize()
    try writePages()
  }

  /// Reports a checkpoint, and the time that it took to write.
  func saved(_ checkpoint: Checkpoint, in duration: Duration) {
    let size = Double(byteCountOfFiles(in: checkpoint.path)) / 1e6
    let time = (duration.inSeconds * 1000).text(places: 0)
    say(
      "saved \(checkpoint.path)  (\(size.text(places: size < 10 ? 1 : 0)) MB, \(time) ms)")
  }

  private func add(_ row: TrainingRow) throws {
    let row = log.append(row)
    events.append(row)
    try writeRow(row)
  }

  private func say(_ line: String, _ level: RunMessage.Level = .info) {
    report(.message(.line(line, level)))
  }
}

/// The seconds since 1970.
private var wallTime: Double {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}

private var hostName: String {
  var name = [CChar](repeating: 0, count: 256)
  guard gethostname(&name, name.count - 1) == 0 else { return "" }
  return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

extension Duration {
  fileprivate var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
