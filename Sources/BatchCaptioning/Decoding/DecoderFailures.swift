import Glibc
import Media
import Workers

extension MediaError {
  /// Creates the error of a file whose worker process failed.
  ///
  /// - Parameters:
  ///   - failure: The failure of the process.
  ///   - path: The file, as the user named it.
  ///   - memoryByteLimit: The memory limit of the process, in bytes.
  package init(_ failure: WorkerFailure, path: String, memoryByteLimit: Int) {
    let (code, problem): (Code, String) =
      switch failure {
      case .crashed(let signal, let lastWords):
        (.decoderCrashed, Self.crash(signal, lastWords))
      case .forbidden:
        (
          .decoderCrashed,
          "the decoder wanted more of the system than decoding needs, and was stopped. The file may be "
            + "an attack: do not open it elsewhere, and get a fresh copy."
        )
      case .misbehaved:
        (
          .decoderCrashed,
          "the decoder gave an answer that makes no sense, and was stopped. The file may be an attack: "
            + "do not open it elsewhere, and get a fresh copy."
        )
      case .outOfMemory:
        (
          .tooLarge,
          "does not fit in the \(memoryByteLimit >> 20) MB that a decoder may use. Make it smaller."
        )
      case .timedOut(let limit):
        (
          .timeout,
          "not decoded within \(Self.seconds(limit)) s. Raise --timeout if it may take longer, or convert it to "
            + "another format."
        )
      }
    self.init(path: path, code: code, stage: .decode, problem: problem)
  }

  private static func crash(_ signal: Int32?, _ lastWords: String) -> String {
    if signal == SIGKILL {
      return
        "the decoder was killed from outside, as the system does when memory runs out. Free some "
        + "memory, or decode fewer files at once, and run this again."
    }
    let reason = signal.map { "signal \($0), \(String(cString: strsignal($0)))" } ?? "it ended"
    return "the decoder crashed (\(reason)"
      + (lastWords.isEmpty ? "" : ": \(lastWords)")
      + "). Get a fresh copy, or convert it to another format; other files are not harmed."
  }

  private static func seconds(_ duration: Duration) -> String {
    let seconds = duration.milliseconds / 1000
    return Int(exactly: seconds).map(String.init) ?? "\(seconds)"
  }
}
