import ArgumentParser
import Files
import Reports
import Synchronization

/// The style of progress output.
enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
  /// A bar on a terminal, plain lines elsewhere.
  case auto
  case plain
  case none
  /// One JSON object per line.
  case json
}

/// The output of a long command on standard error: progress, and lines that stay.
///
/// A bar is redrawn in place, and removed before anything else is written. A class, because the
/// thread that waits for signals writes, too.
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
  ///   - style: The requested style.
  ///   - level: The requested level; progress is shown from `info` up.
  ///   - terminal: The terminal for a bar, if any.
  ///   - columnCount: Returns the width of the terminal.
  ///   - write: Receives the output.
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
      // The first line appears after an interval; a bar is shown from the start.
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

  /// Writes a line that stays, if `level` is requested.
  func say(_ line: String, at level: LogLevel = .info) {
    guard level <= self.level else { return }
    state.withLock { state in
      erase(&state)
      write(isJSON ? Self.message(line) : visible(line) + "\n")
    }
  }

  /// Returns a message as a line of JSON.
  static func message(_ text: String) -> String {
    let message: JSONValue = ["event": "message", "text": .string(visibleName(text))]
    return message.compactText + "\n"
  }

  /// Removes the bar at the end of a stage; with JSON the end is reported in any case.
  func finish(_ report: () -> ProgressReport) {
    state.withLock { state in
      erase(&state)
      switch form {
      case .json: write(report().json.compactText + "\n")
      // The bar of the next stage is shown from its start, too.
      case .bar: state.lastShown = nil
      case .lines, .nothing: break
      }
    }
  }

  /// Removes the bar before other output.
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
    report.line
  }

  /// Returns a line with a bar that fills the available width; the last column stays free, since
  /// some terminals would begin a new line.
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
