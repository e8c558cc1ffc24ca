import Files
import Reports

/// How many of some things are done, shown as progress.
struct CountProgress {
  private let progress: Progress
  private let things: String
  private let total: Int
  private let start = ContinuousClock.now

  /// - Parameters:
  ///   - progress: Where it is shown.
  ///   - things: What is counted, such as "pictures".
  ///   - total: How many there will be.
  init(_ progress: Progress, _ things: String, of total: Int) {
    (self.progress, self.things, self.total) = (progress, things, total)
  }

  /// Shows that `count` are done.
  func report(_ count: Int) {
    progress.show { report(of: count) }
  }

  /// Takes a bar away.
  func finish(_ count: Int) {
    progress.finish { report(of: count) }
  }

  private func report(of count: Int) -> ProgressReport {
    let seconds = start.duration(to: .now).milliseconds / 1000
    let eta =
      count > 0 && seconds > 1 ? Double(total - count) * seconds / Double(count) : nil
    let words = ["\(count.grouped)/\(total.grouped)", eta.map { "ETA \(clockText($0))" }]
      .compactMap(\.self)
    return ProgressReport(
      head: things, share: Double(count) / Double(max(total, 1)), short: words, long: words,
      json: [
        "event": .string(things), "done": .number(Double(count)), "total": .number(Double(total)),
      ])
  }
}
