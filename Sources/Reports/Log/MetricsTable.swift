import Files

/// The epochs of a run as a table for spreadsheets: `metrics.csv`, a line for each evaluation.
package enum MetricsTable {
  package static let fileName = "metrics.csv"

  private static let columns = [
    "epoch", "step", "train_loss", "val_loss", "bleu_1", "bleu_2", "bleu_3", "bleu_4", "rouge_l",
    "cider", "best", "seconds",
  ]

  /// The whole table, by what the rows of the log say: so none is lost or doubled here either.
  package static func text(of rows: [TrainingRow]) -> String {
    let lines = rows.compactMap { row in
      if case .epoch(let row) = row { line(row).joined(separator: ",") } else { nil }
    }
    return ([columns.joined(separator: ",")] + lines).map { $0 + "\n" }.joined()
  }

  private static func line(_ row: EpochRow) -> [String] {
    let scores = row.validation.map { [$0.loss] + $0.bleu + [$0.rougeL, $0.cider] }
    return ["\(row.epoch)", "\(row.step)", field(row.trainingLoss)]
      + (scores?.map(field) ?? Array(repeating: "", count: 7))
      + [row.isBest ? "1" : "0", row.seconds.text(places: 3)]
  }

  private static func field(_ value: Double) -> String {
    value.isFinite ? "\(value.rounded(toDigits: 6))" : ""
  }
}
