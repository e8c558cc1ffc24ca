/// The levels of messages on standard error; each includes those before it.
enum LogLevel: String, CaseIterable, Comparable, Sendable {
  /// Errors.
  case error
  /// Warnings.
  case warn
  /// Results and progress.
  case info
  /// The time of each stage.
  case debug
  /// The options and variables in effect.
  case trace

  static func < (one: LogLevel, other: LogLevel) -> Bool { one.rank < other.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// Returns the level in `$CUTLINE_LOG`; nil if it is unset.
  ///
  /// - Throws: `Failure` if it is not a level.
  static func ofEnvironment(
    _ value: String? = Variable.log.value
  ) throws(Failure) -> LogLevel? {
    guard let value else { return nil }
    guard let level = LogLevel(rawValue: value) else {
      let names = allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(
        "\(Variable.log.rawValue): is '\(value)', but must be one of \(names). Correct or unset it.",
        .configuration)
    }
    return level
  }
}
