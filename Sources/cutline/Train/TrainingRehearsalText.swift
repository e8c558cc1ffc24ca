import Layers
import Reports
import Training

extension TrainingRehearsal {
  /// The cost of the training, as `--dry-run` prints it.
  var text: String {
    let megabytes = Double(peakByteCount) / 1e6
    return parameterTable
      + """
      memory  \(megabytes.text(places: 0)) MB at peak, with \(captionCount.grouped) captions of \
      \(wordCount.grouped) words in the longest step
      time    \(step.milliseconds.text(places: 0)) ms for that step, \(stepsPerEpoch.grouped) steps an epoch: up to \
      \(minutes(secondsPerEpoch)) an epoch, \(minutes(secondsPerEpoch * Double(epochCount))) in all, and validation

      """
  }

  private var parameterTable: String {
    let parts = parts
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
