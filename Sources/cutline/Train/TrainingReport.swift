import ArgumentParser
import Files
import Glibc
import Reports
import Training

/// What a training says while it goes on, and what it leaves to look at in its folder.
///
/// Table, curves and TensorBoard's file follow from the rows of `train.jsonl`.
/// A class, because the closures of a training share it.
final class TrainingReport {
  private let run: String
  private let plan: TrainingPlan
  /// How many steps each epoch has.
  private let stepCounts: [Int]
  private let options: TrainingReportOptions
  private let progress: Progress
  private var log: TrainingLog
  private var events: TensorBoardFile
  private var pace: TrainingPace
  private var stretchStart = ContinuousClock.now
  private var passStart: (pass: PassProgress, time: ContinuousClock.Instant)?
  private var canDraw = true
  private var hasToldTie = false
  /// What there is to look at of each summary, until a checkpoint is written.
  private var unwritten: [(summary: Trainer.Summary, page: SamplePage?)] = []

  /// Begins, or goes on, in the folder `run`.
  ///
  /// - Parameters:
  ///   - run: The training's folder, which nobody else writes into.
  ///   - trainer: What an earlier life logged after the step where it stands is cut off.
  ///   - options: What was asked for.
  ///   - progress: Where to say how far it is.
  /// - Throws: What the file system said.
  init(
    in run: String, of trainer: Trainer, _ options: TrainingReportOptions, _ progress: Progress
  ) throws(FileError) {
    (self.run, plan, stepCounts) = (run, trainer.plan, trainer.stepCounts)
    (self.options, self.progress) = (options, progress)
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

  /// At most some two hundred rows an epoch; which ones must not depend on where a run was resumed.
  private var stepsPerRow: Int { max(1, (stepCounts.first ?? 0) / 100) }

  /// Takes note of a step; `state` is the one after it.
  func step(_ report: TrainingState.Report, _ state: TrainingState) throws {
    pace.count(step: state.step, captions: report.captionCount)
    let row = StepRow(
      step: state.step, epoch: state.epoch + 1, loss: Double(report.loss),
      gradientNorm: report.gradientNorm, isClipped: report.wasClipped || report.cutNumberCount > 0,
      learningRate: Double(report.learningRate),
      samplingRate: report.samplingRate,
      captionsPerSecond: pace.captionsPerSecond, time: wallTime)
    progress.show { self.progressReport(row) }
    guard state.step.isMultiple(of: stepsPerRow) else { return }
    try add(.step(row))
    progress.say(Progress.line(progressReport(row)), at: .debug)
  }

  /// Takes note of how far a round over pictures is.
  func pass(_ pass: PassProgress) {
    if passStart?.pass.pass != pass.pass || pass.done <= passStart?.pass.done ?? 0 {
      passStart = (pass, .now)
      if pass.pass == .validation { pace.pause() }
    }
    guard let start = passStart else { return }
    let seconds = start.time.duration(to: .now).inSeconds
    progress.show { ProgressReport(pass, since: start.pass, seconds: seconds) }
    // What took long is worth a line that stays.
    if pass.pass == .features && pass.done == pass.total && seconds > 2 {
      let count = pass.total.grouped
      progress.say("features  \(count)/\(count)  \(seconds.text(places: 0)) s")
    }
  }

  private func progressReport(_ row: StepRow) -> ProgressReport {
    ProgressReport(
      row, of: plan.epochCount, stepCount: stepCounts.reduce(0, +), eta: pace.remaining)
  }

  // MARK: Summaries

  /// Takes note of a summary; what there is to look at is written with the next checkpoint.
  func summary(_ summary: Trainer.Summary, of trainer: Trainer) throws {
    let row = SummaryRow(
      summary, seconds: stretchStart.duration(to: .now).inSeconds, time: wallTime)
    try add(.summary(row))
    progress.say(summary.line(of: plan.epochCount, seconds: row.seconds))
    tellTie(summary)
    let step = summary.endsEpoch ? "" : ", step \(summary.step.grouped)"
    let page = SamplePage(summary, of: trainer, title: "\(run), epoch \(summary.epoch)\(step)")
    unwritten.append((summary, page))
    pace.resume()
    stretchStart = .now
  }

  /// Says once what decides between equal scores.
  private func tellTie(_ summary: Trainer.Summary) {
    guard let validation = summary.validation, summary.standing?.isTied ?? false, !hasToldTie,
      plan.selection != .loss
    else { return }
    hasToldTie = true
    let score = plan.selection.score(of: validation).text(places: 3)
    progress.say(
      "several validations have the same score (\(plan.selection.rawValue) \(score)): "
        + "the lowest validation loss decides which of them is the best")
  }

  private func writePages() throws {
    guard let newest = unwritten.last?.summary else { return }
    try AtomicFile.write(
      MetricsTable.text(of: log.rows), to: "\(run)/\(MetricsTable.fileName)", overwriting: true)
    try drawCurves(epoch: newest.epoch)
    while let (summary, page) = unwritten.first {
      try page?.write(
        to: summary.endsEpoch
          ? SamplePage.path(ofEpoch: summary.epoch, in: run)
          : SamplePage.path(ofStep: summary.step, in: run))
      unwritten.removeFirst()
    }
  }

  /// Without Cairo a training goes on as well.
  private func drawCurves(epoch: Int) throws {
    guard canDraw else { return }
    var curves = TrainingCurves("\(run)    epoch \(epoch) of \(plan.epochCount)", log.rows)
    curves.hasLogarithmicLoss = options.logLoss
    do {
      try curves.write(into: run)
    } catch let error as DrawingError {
      canDraw = false
      progress.say("cutline: no curves are drawn: \(error)")
    }
  }

  // MARK: Checkpoints

  /// Makes sure that all rows are on the disk, before a checkpoint says that they were written, and with
  /// them what there is to look at.
  func synchronize() throws {
    try log.synchronize()
    try events.synchronize()
    try writePages()
  }

  /// Takes note of a checkpoint that took so long to write.
  func saved(_ checkpoint: Checkpoint, in duration: Duration) {
    let size = Double(byteCountOfFiles(in: checkpoint.path)) / 1e6
    let time = (duration.inSeconds * 1000).text(places: 0)
    progress.say(
      "saved \(checkpoint.path)  (\(size.text(places: size < 10 ? 1 : 0)) MB, \(time) ms)")
  }

  private func add(_ row: TrainingRow) throws {
    let row = log.append(row)
    events.append(row)
    if options.json { try StandardStream.output.write(row.json.compactText + "\n") }
  }
}

/// What a training says and draws.
struct TrainingReportOptions: ParsableArguments {
  @Flag(help: "Print one JSON object per logged step and validation on standard output.")
  var json = false
  @Flag(help: "Draw losses on a logarithmic axis.")
  var logLoss = false
}

/// Seconds since 1970.
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
