import Training

// The messages and the progress of Training, on standard error.

extension Progress {
  /// Shows an event of a training run.
  func report(_ event: TrainingEvent) {
    switch event {
    case .message(let message): say(message.line, at: message.level.logLevel)
    case .progress(let report): show { report }
    case .finished(let report): finish { report }
    }
  }
}

extension Messages {
  /// Writes a message of reading a data set.
  func say(_ message: RunMessage) {
    if level >= message.level.logLevel { plain(message.line) }
  }

  /// Puts the program's name in front; only the last line of a message may follow on a second: its advice.
  static func remark(_ text: String) -> String {
    "cutline: " + text.split(separator: "\n").joined(separator: "\n      ")
  }
}

extension RunMessage {
  /// The message as the program writes it.
  fileprivate var line: String { isRemark ? Messages.remark(text) : text }
}

extension RunMessage.Level {
  fileprivate var logLevel: LogLevel {
    switch self {
    case .warning: .warn
    case .info: .info
    case .debug: .debug
    }
  }
}
