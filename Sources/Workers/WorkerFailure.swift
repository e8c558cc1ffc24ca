/// Why a task has no answer; the fault of its file, as far as one can tell.
package enum WorkerFailure: Error, Sendable, Equatable {
  /// The worker ended by itself, as by the signal of this number; `lastWords` is what it wrote to standard
  /// error, in printable ASCII.
  case crashed(signal: Int32?, lastWords: String)
  /// It could not have as much memory as it wanted.
  case outOfMemory
  /// It asked the system for something that decoding does not need.
  case forbidden
  case timedOut(limit: Duration)
  /// It said what no worker of ours says, such as more pixels than there is room for.
  case misbehaved
}

/// Why no task at all can be answered.
package struct WorkerError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    /// The system refused what `name` asks for; `code` is the `errno`.
    case systemCall(name: String, code: Int32)
    /// Every worker ended, or hung, before it was ready, so many times in a row.
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
