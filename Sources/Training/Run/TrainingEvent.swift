import Reports

/// An event of a training run: a message or a report of progress.
package enum TrainingEvent: Sendable {
  case message(RunMessage)
  /// Progress of the stage under way; there may be many a second.
  case progress(ProgressReport)
  /// The last report of a stage.
  case finished(ProgressReport)
}

extension TrainingEvent: CustomStringConvertible {
  package var description: String {
    switch self {
    case .message(let message): message.text
    case .progress(let report), .finished(let report): report.line
    }
  }
}

/// A message of a training run, or of reading a data set.
package struct RunMessage: Sendable, Equatable {
  package enum Level: Sendable { case warning, info, debug }

  package let level: Level
  package let text: String
  /// True if the text is a remark, which a program prints behind its own name; false for a line of output such
  /// as "epoch 1/20 …".
  package let isRemark: Bool

  /// Returns a line of output.
  package static func line(_ text: String, _ level: Level = .info) -> RunMessage {
    RunMessage(level: level, text: text, isRemark: false)
  }

  /// Returns a remark.
  package static func remark(_ text: String, _ level: Level) -> RunMessage {
    RunMessage(level: level, text: text, isRemark: true)
  }
}
