/// How much the program says on standard error; each level says what those before it say, too.
enum LogLevel: String, CaseIterable, Comparable, Sendable {
  /// What failed.
  case error
  /// What is doubtful.
  case warn
  /// What was done, and how far it is.
  case info
  /// How long each stage took.
  case debug
  /// Which options and variables counted.
  case trace

  static func < (one: LogLevel, other: LogLevel) -> Bool { one.rank < other.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// What `$CUTLINE_LOG` asks for; nil where it is unset.
  ///
  /// - Throws: `Failure` if it is no level.
  static func ofEnvironment(
    _ value: String? = Variable.log.value
  ) throws(Failure) -> LogLevel? {
    guard let value else { return nil }
    guard let level = LogLevel(rawValue: value) else {
      let names = allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(
        "\(Variable.log.rawValue): is '\(value)', but must be one of \(names). Mend or unset it.",
        .configuration)
    }
    return level
  }
}
