/// The reason why a task has no answer, presumably caused by its file.
package enum WorkerFailure: Error, Sendable, Equatable {
  /// The worker ended by itself, or by the signal of this number; `lastWords` is its standard error output in
  /// printable ASCII.
  case crashed(signal: Int32?, lastWords: String)
  /// The worker ran out of memory.
  case outOfMemory
  /// The worker made a system call that decoding does not need.
  case forbidden
  case timedOut(limit: Duration)
  /// The worker sent a malformed report, such as one with more pixels than fit into a slot.
  case misbehaved
}

/// The reason why no task can be answered.
package struct WorkerError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    /// The system call `name` failed; `code` is the `errno`.
    case systemCall(name: String, code: Int32)
    /// This many workers in a row ended or hung before they were ready.
    case cannotStart(attempts: Int, lastWords: String)
  }
  package let program: String
  package let problem: Problem

  package var description: String {
    switch problem {
    case .systemCall(let name, let code):
      "\(program): no worker process could be started (\(name): \(errorText(code))). "
        + "Raise the limits on processes, files and memory (ulimit -a), or ask for fewer workers."
    case .cannotStart(let attempts, let lastWords):
      "\(program): its worker processes ended \(attempts) times before they could do anything"
        + (lastWords.isEmpty ? "" : " (\(lastWords))") + ". Look at what cutline doctor says."
    }
  }
}
