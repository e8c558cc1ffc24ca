import CWorkers
import Glibc

/// The worker's side of a pool.
package enum WorkerService {
  /// Answers tasks until the owner is gone.
  ///
  /// - Parameters:
  ///   - rehearsal: Performs the operations that answering needs. It runs twice: first unconfined, to load
  ///     libraries that are loaded on first use; then confined, to verify that answering works there.
  ///   - answer: Answers one task.
  package static func run(
    rehearsal: () throws -> Void, answer: (WorkerJob) -> WorkerAnswer
  ) -> Never {
    cw_settle("cutline-worker")
    guard let owner = WorkerOwner() else {
      stop("is started by cutline itself, and of no other use", status: 64)
    }
    do {
      try rehearsal()
    } catch {
      stop("\(error)")
    }
    let code = cw_limit(owner.memoryByteLimit)
    guard code == 0 else { stop("no limits can be set: \(errorText(-code))") }
    let isFiltered = cw_filter_system_calls() == 0
    do {
      try rehearsal()
    } catch {
      stop("\(error)")
    }
    owner.send(.ready(isFiltered: isFiltered))
    while true {
      let task = owner.nextTask()
      let last = answer(WorkerJob(task, owner))
      close(task.descriptor)
      owner.send(.answer(last, isLast: true))
    }
  }

  private static func stop(_ problem: String, status: Int32 = 70) -> Never {
    let line = Array("cutline decode-worker: \(problem)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    _exit(status)
  }
}
