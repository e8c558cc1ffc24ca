import Captioning
import Reports

/// The progress of a count.
struct CountProgress {
  private let progress: Progress
  private let things: String
  private let total: Int
  private let start = ContinuousClock.now

  /// - Parameters:
  ///   - progress: The progress that shows it.
  ///   - things: The things counted, such as "pictures".
  ///   - total: The total number.
  init(_ progress: Progress, _ things: String, of total: Int) {
    (self.progress, self.things, self.total) = (progress, things, total)
  }

  /// Shows that `count` are done.
  func report(_ count: Int) {
    progress.show { report(of: count) }
  }

  /// Removes the bar.
  func finish(_ count: Int) {
    progress.finish { report(of: count) }
  }

  private func report(of count: Int) -> ProgressReport {
    let seconds = start.duration(to: .now).milliseconds / 1000
    return ProgressReport(things, count, of: total, after: seconds)
  }
}
