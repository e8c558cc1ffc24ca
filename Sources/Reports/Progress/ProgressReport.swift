import Files

/// The progress of a stage, for people and for programs.
package struct ProgressReport: Sendable {
  /// The name of the stage, such as "epoch  3/20".
  package let head: String
  /// The finished share of the stage, in `0...1`.
  package let share: Double
  /// The words that fit behind a progress bar.
  package let short: [String]
  /// The words of a line of its own.
  package let long: [String]
  package let json: JSONValue

  package init(head: String, share: Double, short: [String], long: [String], json: JSONValue) {
    (self.head, self.share, self.short, self.long, self.json) = (head, share, short, long, json)
  }

  /// Creates a report that `count` of `total` things are done after some seconds.
  package init(_ things: String, _ count: Int, of total: Int, after seconds: Double) {
    let eta =
      count > 0 && seconds > 1 ? Double(total - count) * seconds / Double(count) : nil
    let words = ["\(count.grouped)/\(total.grouped)", eta.map { "ETA \(clockText($0))" }]
      .compactMap(\.self)
    self.init(
      head: things, share: Double(count) / Double(max(total, 1)), short: words, long: words,
      json: [
        "event": .string(things), "done": .number(Double(count)), "total": .number(Double(total)),
      ])
  }

  /// The report as a line of text.
  package var line: String { ([head] + long).joined(separator: "  ") }
}

/// Returns seconds as a clock shows them: `18:40`, `2:03:00`.
package func clockText(_ seconds: Double) -> String {
  let total = seconds.isFinite ? Int(min(max(seconds, 0), 1e12).rounded()) : 0
  func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  let minutes = total / 60 % 60
  return total < 3600
    ? "\(minutes):\(twoDigits(total % 60))"
    : "\(total / 3600):\(twoDigits(minutes)):\(twoDigits(total % 60))"
}
