import Files

/// The summaries of a run as a table for spreadsheets: `metrics.csv`, a line for each.
package enum MetricsTable {
  package static let fileName = "metrics.csv"

  private static let columns = [
    "epoch", "step", "train_loss", "val_loss", "bleu_1", "bleu_2", "bleu_3", "bleu_4", "rouge_l",
    "cider", "best", "clipped", "seconds",
  ]
  /// The additional columns of runs that learn labels.
  private static let columnsOfLabels = ["frame_accuracy", "clip_accuracy"]

  /// Returns the whole table.
  ///
  /// It is made from the rows of the log, so that none is lost or doubled
  /// here either.
  package static func text(of rows: [TrainingRow]) -> String {
    let summaries: [SummaryRow] = rows.compactMap {
      if case .summary(let row) = $0 { row } else { nil }
    }
    let isOfLabels = summaries.contains { $0.validation?.accuracy != nil }
    let head = columns + (isOfLabels ? columnsOfLabels : [])
    let lines = summaries.map { line($0) + (isOfLabels ? accuracy($0) : []) }
    return ([head] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private static func line(_ row: SummaryRow) -> [String] {
    let scores = row.validation?.scores.map { $0.bleu + [$0.rougeL, $0.cider] }
    return ["\(row.epoch)", "\(row.step)", field(row.trainingLoss)]
      + [row.validation.map { field($0.loss) } ?? ""]
      + (scores?.map(field) ?? Array(repeating: "", count: 6))
      + [row.isBest ? "1" : "0", row.clippedShare.map(field) ?? "", row.seconds.text(places: 3)]
  }

  private static func accuracy(_ row: SummaryRow) -> [String] {
    row.validation?.accuracy.map { [field($0.frames), field($0.clips)] } ?? ["", ""]
  }

  private static func field(_ value: Double) -> String {
    value.isFinite ? "\(value.rounded(toDigits: 6))" : ""
  }
}
