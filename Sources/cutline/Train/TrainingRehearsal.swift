import Captioning
import Glibc
import Layers
import Reports
import Training

/// What a training will cost, from a few of its steps.
struct TrainingRehearsal {
  private let preparation: TrainingPreparation
  private let batchCount: Int
  private let captionCount: Int
  private let wordCount: Int
  private let step: Duration
  private let peakByteCount: Int

  /// Takes a few steps with the longest batch; nothing is written.
  init(_ preparation: TrainingPreparation) throws {
    self.preparation = preparation
    var trainer = try preparation.trainer(from: nil, keepingFeaturesIn: nil)
    batchCount = trainer.batches(ofEpoch: 0).count
    let reports = try trainer.rehearse(stepCount: 1)
    (captionCount, wordCount) = (reports[0].captionCount, reports[0].wordCount)
    let count = 3
    let clock = ContinuousClock()
    step = try clock.measure { _ = try trainer.rehearse(stepCount: count) } / count
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    peakByteCount = usage.ru_maxrss * 1024
  }

  var text: String {
    let plan = preparation.plan
    let steps = (batchCount + plan.batchesPerStep - 1) / plan.batchesPerStep
    let epoch = step.milliseconds / 1000 * Double(steps)
    let megabytes = Double(peakByteCount) / 1e6
    return parameterTable
      + """
      memory  \(megabytes.text(places: 0)) MB at peak, with \(captionCount.grouped) captions of \
      \(wordCount.grouped) words in the longest step
      time    \(step.milliseconds.text(places: 0)) ms for that step, \(steps.grouped) steps an epoch: up to \
      \(minutes(epoch)) an epoch, \(minutes(epoch * Double(plan.epochCount))) in all, and validation

      """
  }

  private var parameterTable: String {
    // The first epoch in which all learns that ever will.
    let isLearned = preparation.plan.choice(
      of: preparation.model, in: preparation.plan.frozenEpochCount)
    var parts: [(name: String, count: Int, learned: Int)] = []
    for (parameter, value) in preparation.model.parameters where parameter.role == .learned {
      let name = parameter.name.split(separator: ".").first.map(String.init) ?? parameter.name
      if parts.last?.name != name { parts.append((name, 0, 0)) }
      parts[parts.count - 1].count += value.elementCount
      parts[parts.count - 1].learned += isLearned(parameter) ? value.elementCount : 0
    }
    let total = parts.reduce((0, 0)) { ($0.0 + $1.count, $0.1 + $1.learned) }
    let rows = parts + [(name: "all", count: total.0, learned: total.1)]
    return table(
      rows.map { [$0.name, $0.count.grouped, $0.learned.grouped] },
      under: ["PART", "PARAMETERS", "LEARNED"])
  }

  private func minutes(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    return whole < 60
      ? "\(seconds.text(places: seconds < 10 ? 1 : 0)) s"
      : whole < 3600
        ? "\(whole / 60) min \(whole % 60) s"
        : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
