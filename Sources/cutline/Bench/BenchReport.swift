import Captioning
import Files

/// The results of a benchmark, a row per stage and batch size.
struct BenchReport {
  let subject: String
  var threadCount = 1
  private var rows: [Row] = []

  private struct Row {
    let stage: String
    let batchSize: Int
    let milliseconds: Double
    let runCount: Int
    let unit: String

    var picturesPerSecond: Double { 1000 * Double(batchSize) / milliseconds }
  }

  init(subject: String) { self.subject = subject }

  mutating func add(
    _ stage: String, _ batchSize: Int, _ time: (median: Duration, count: Int),
    unit: String = "img/s"
  ) {
    rows.append(
      Row(
        stage: stage, batchSize: batchSize, milliseconds: time.median.milliseconds,
        runCount: time.count, unit: unit))
  }

  var text: String {
    let table = rows.map { row in
      let numbers = [
        padded("b\(row.batchSize)", 6), padded("\(tenths(row.milliseconds)) ms", 12),
        padded("\(tenths(row.picturesPerSecond)) \(row.unit)", 14), "median of \(row.runCount)",
      ]
      return "\(row.stage)  " + numbers.joined(separator: "  ")
    }
    return (["\(subject), \(threadCount) threads"] + table).joined(separator: "\n") + "\n"
  }

  var json: JSONValue {
    .object([
      .init("subject", .string(subject)), .init("threads", .number(Double(threadCount))),
      .init(
        "timings",
        .array(
          rows.map { row in
            .object([
              .init("stage", .string(row.stage)),
              .init("batch_size", .number(Double(row.batchSize))),
              .init("ms", .number(row.milliseconds)),
              .init(
                row.unit == "img/s" ? "images_per_second" : "captions_per_second",
                .number(row.picturesPerSecond)),
              .init("runs", .number(Double(row.runCount))),
            ])
          })),
    ])
  }

  private func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
