import ArgumentParser
import Files
import Synchronization

/// How far something is, in the words a person reads and as a program reads it.
struct ProgressReport: Sendable {
  /// What is under way, such as "epoch  3/20".
  let head: String
  /// In `0...1`.
  let share: Double
  /// What fits behind a bar.
  let short: [String]
  /// What a line says.
  let long: [String]
  let json: JSONValue
}

/// How progress is shown.
enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
  /// A bar on a terminal, plain lines elsewhere.
  case auto
  case plain
  case none
  /// One JSON object a line.
  case json
}

/// What a long command says on standard error: how far it is, and the lines that stay.
///
/// A bar is redrawn in place, and taken away before anything else is written. A class, because the
/// thread that waits for signals speaks too.
final class Progress: Sendable {
  private enum Form {
    case bar(Terminal)
    case lines, nothing, json
  }
  private let form: Form
  private let level: LogLevel
  private let isJSON: Bool
  private let write: @Sendable (String) -> Void
  private let columnCount: @Sendable () -> Int

  private struct State {
    var hasBar = false
    var lastShown: ContinuousClock.Instant?
  }
  private let state = Mutex(State())

  /// - Parameters:
  ///   - style: What was asked for.
  ///   - level: How much is wanted; progress is from `info` up.
  ///   - terminal: Where a bar can be drawn, if anywhere.
  ///   - columnCount: How wide that is.
  ///   - write: Takes what is written.
  init(
    _ style: ProgressStyle, level: LogLevel = .info, on terminal: Terminal? = .current,
    columnCount: @escaping @Sendable () -> Int = { Terminal.columnCount },
    write: @escaping @Sendable (String) -> Void = { try? StandardStream.error.write($0) }
  ) {
    form =
      switch style {
      case _ where level < .info: .nothing
      case .auto: terminal.map(Form.bar) ?? .lines
      case .plain: .lines
      case .none: .nothing
      case .json: .json
      }
    isJSON = style == .json
    (self.level, self.columnCount, self.write) = (level, columnCount, write)
  }

  /// The least time between two reports.
  private var interval: Duration {
    switch form {
    case .bar: .milliseconds(100)
    case .json: .seconds(1)
    case .lines, .nothing: .seconds(10)
    }
  }

  /// Shows a report, unless the last one is too recent for that.
  func show(at now: ContinuousClock.Instant = .now, _ report: () -> ProgressReport) {
    state.withLock { state in
      if case .nothing = form { return }
      // A line says something once there is something to say; a bar is there from the start.
      guard let last = state.lastShown else {
        state.lastShown = now
        if case .bar(let terminal) = form { draw(report(), on: terminal, &state) }
        return
      }
      guard last.duration(to: now) >= interval else { return }
      state.lastShown = now
      switch form {
      case .bar(let terminal): draw(report(), on: terminal, &state)
      case .lines: write(Self.line(report()) + "\n")
      case .json: write(report().json.compactText + "\n")
      case .nothing: break
      }
    }
  }

  /// Writes a line that stays, if as much as `level` is wanted.
  func say(_ line: String, at level: LogLevel = .info) {
    guard level <= self.level else { return }
    state.withLock { state in
      erase(&state)
      write(isJSON ? Self.message(line) : line + "\n")
    }
  }

  /// What is said, as a line of JSON.
  static func message(_ text: String) -> String {
    let message: JSONValue = ["event": "message", "text": .string(visibleName(text))]
    return message.compactText + "\n"
  }

  /// Takes the bar away at the end of a stage; a program that reads JSON is told the end in any case.
  func finish(_ report: () -> ProgressReport) {
    state.withLock { state in
      erase(&state)
      switch form {
      case .json: write(report().json.compactText + "\n")
      // The bar of the next stage is there from its start, too.
      case .bar: state.lastShown = nil
      case .lines, .nothing: break
      }
    }
  }

  /// Takes the bar away, for something else is going to be written.
  func clear() { state.withLock { erase(&$0) } }

  private func erase(_ state: inout State) {
    guard state.hasBar else { return }
    write("\r\u{1B}[K")
    state.hasBar = false
  }

  private func draw(_ report: ProgressReport, on terminal: Terminal, _ state: inout State) {
    write("\r\(Self.bar(report, on: terminal, columnCount: columnCount()))\u{1B}[K")
    state.hasBar = true
  }

  static func line(_ report: ProgressReport) -> String {
    ([report.head] + report.long).joined(separator: "  ")
  }

  /// A line with a bar that takes what room there is; the last column stays free, or some terminals
  /// would begin a new line.
  static func bar(_ report: ProgressReport, on terminal: Terminal, columnCount: Int) -> String {
    let text = report.short.joined(separator: "  ")
    let room = columnCount - 1 - report.head.count - text.count - 4
    guard room >= 5 else {
      let whole = "\(report.head)  \(text)"
      return String(whole.prefix(max(0, columnCount - 1)))
    }
    return "\(report.head)  \(terminal.bar(report.share, width: min(room, 30)))  \(text)"
  }
}
