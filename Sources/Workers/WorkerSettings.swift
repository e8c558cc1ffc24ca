/// Which program answers tasks, how many of it, and what each may use.
package struct WorkerSettings: Sendable {
  /// By default this very program, even if its file has been replaced since it was started.
  package var program = "/proc/self/exe"
  package var arguments = ["decode-worker"]
  package var workerCount: Int
  /// The room for the pixels of one answer, in bytes.
  package var answerByteCount: Int
  /// How many tasks a worker may be given at once: it goes on with the next while its last answer
  /// waits to be looked at.
  package var tasksPerWorker = 2
  /// The memory that a worker may take beyond what it has once it is ready, in bytes.
  package var memoryByteLimit = 2 << 30
  /// How long a worker may take until it is ready.
  package var startLimit = Duration.seconds(30)

  /// - Parameters:
  ///   - workerCount: How many tasks are worked on at once.
  ///   - answerByteCount: The room for the pixels of one answer.
  package init(workerCount: Int, answerByteCount: Int) {
    precondition(workerCount > 0, "a pool of \(workerCount) workers")
    precondition(answerByteCount > 0, "answers of \(answerByteCount) bytes")
    (self.workerCount, self.answerByteCount) = (workerCount, answerByteCount)
  }

  /// The room in whole pages, so that answers never share one.
  var slotByteCount: Int { (answerByteCount + 4095) & ~4095 }
}
