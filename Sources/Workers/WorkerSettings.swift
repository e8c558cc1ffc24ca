/// The program that answers tasks, the number of processes, and their limits.
package struct WorkerSettings: Sendable {
  /// The path of the program; by default the running one, even if its file was replaced since the start.
  package var program = "/proc/self/exe"
  package var arguments = ["decode-worker"]
  package var workerCount: Int
  /// The memory for the pixels of one answer, in bytes.
  package var answerByteCount: Int
  /// The number of tasks sent to a worker at once; it continues with the next while its last answer waits to
  /// be processed.
  package var tasksPerWorker = 2
  /// The memory that a worker may allocate after it is ready, in bytes.
  package var memoryByteLimit = 2 << 30
  /// The time limit for a worker to become ready.
  package var startLimit = Duration.seconds(30)

  /// - Parameters:
  ///   - workerCount: The number of tasks answered in parallel.
  ///   - answerByteCount: The memory for the pixels of one answer, in bytes.
  package init(workerCount: Int, answerByteCount: Int) {
    precondition(workerCount > 0, "a pool of \(workerCount) workers")
    precondition(answerByteCount > 0, "answers of \(answerByteCount) bytes")
    (self.workerCount, self.answerByteCount) = (workerCount, answerByteCount)
  }

  /// The size of a slot in bytes, rounded up to whole pages, so that answers never share one.
  var slotByteCount: Int { (answerByteCount + 4095) & ~4095 }
}
