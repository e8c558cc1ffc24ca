import Files
import Reports

/// How far a long job is, on a line that changes; says nothing where nobody looks.
struct CountLine {
  private let what: String
  private let total: Int
  private let isShown: Bool
  private let start = ContinuousClock.now

  /// - Parameters:
  ///   - what: The things that are counted.
  ///   - total: How many there will be.
  ///   - messages: Whether anything may be said.
  init(_ what: String, of total: Int, _ messages: Messages) {
    (self.what, self.total) = (what, total)
    isShown = StandardStream.error.isTerminal && !messages.isQuiet
  }

  /// Shows that `count` are done.
  func report(_ count: Int) {
    guard isShown, count > 0 else { return }
    let seconds = start.duration(to: .now).milliseconds / 1000
    let left = Int(seconds / Double(count) * Double(total - count))
    write("\r\u{1B}[K\(what)  \(count.grouped)/\(total.grouped)  \(left) s left")
  }

  /// Removes the line.
  func finish() {
    if isShown { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) { try? StandardStream.error.write(text) }
}
