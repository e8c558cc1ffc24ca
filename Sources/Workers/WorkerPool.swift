import Glibc

/// A pool of processes for code that may crash, so that a crash costs one task and not the program.
///
/// A pool has no thread of its own: `submit` sends tasks, and `next` receives answers and replaces workers
/// that failed. Workers continue with their tasks in between. The thread that creates a pool must outlive it,
/// as workers end with that thread.
///
///     while let task = tasks.next() {
///       try pool.submit(task)
///       if !pool.hasRoom { try pool.next { reply, pixels in … } }
///     }
///     while try pool.next({ reply, pixels in … }) != nil {}
package struct WorkerPool: ~Copyable {
  private let settings: WorkerSettings
  private let workers: [Worker]
  /// The failures of tasks that are not yet reported.
  private var failures: [WorkerReply] = []
  /// The number of workers in a row that ended before they were ready.
  private var failedStartCount = 0
  /// The worker of the last answer, and true for `isLast` if the answer was complete.
  private var lastAnswer: (worker: Worker, isLast: Bool)?
  /// The index of the worker to receive from first, for fairness.
  private var turn = 0

  /// The number of failed starts in a row after which workers are taken to be unable to start.
  private static let mostFailedStarts = 5

  /// Starts the workers, which set themselves up in the background.
  package init(_ settings: WorkerSettings) throws(WorkerError) {
    let workers = try (0..<settings.workerCount).map { _ throws(WorkerError) in
      let worker = try Worker(settings)
      try worker.start()
      return worker
    }
    (self.settings, self.workers) = (settings, workers)
  }

  deinit {
    // All are killed before the first is waited for.
    for worker in workers { worker.process?.kill() }
  }

  /// The maximum number of unanswered tasks.
  package var capacity: Int { settings.workerCount * settings.tasksPerWorker }
  /// The number of unanswered tasks.
  package var taskCount: Int { workers.reduce(failures.count) { $0 + $1.tasks.count } }
  package var hasRoom: Bool { workers.contains(where: \.hasRoom) }
  /// The identifiers of the running processes, for monitoring.
  package var processIdentifiers: [Int32] { workers.compactMap { $0.process?.identifier } }

  /// Sends `task` to the worker with the fewest tasks; there must be room.
  package mutating func submit(_ task: WorkerTask) {
    guard let worker = workers.min(by: { $0.tasks.count < $1.tasks.count }), worker.hasRoom else {
      preconditionFailure("a pool with \(taskCount) tasks has no room for another")
    }
    worker.add(task)
  }

  /// Waits for the next answer or failure, and passes it to `body`.
  ///
  /// - Parameters:
  ///   - timeout: The maximum time to wait; nil for no limit.
  ///   - body: Receives the reply and its pixels, which are valid only during the call.
  /// - Returns: The result of `body`; nil after `timeout`, or if no task is unanswered.
  /// - Throws: `WorkerError` if workers cannot be started; any error of `body`.
  @discardableResult
  package mutating func next<Result>(
    waiting timeout: Duration? = nil,
    _ body: (WorkerReply, UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result? {
    let end = timeout.map { SuspendingClock.now.advanced(by: $0) }
    lastAnswer = nil
    while true {
      if !failures.isEmpty {
        return try body(failures.removeFirst(), UnsafeRawBufferPointer(start: nil, count: 0))
      }
      guard taskCount > 0 else { return nil }
      let heard = listen(until: end)
      for worker in heard {
        guard let (answer, isLast) = try hear(worker) else { continue }
        let reply = WorkerReply(
          number: worker.tasks[0].number, outcome: .answer(answer.message, isLast: isLast))
        lastAnswer = (worker, isLast)
        defer { worker.release(isLast: isLast) }
        return try worker.withPixels(of: answer) { try body(reply, $0) }
      }
      if heard.isEmpty {
        try giveUpOnLate()
        if failures.isEmpty, let end, SuspendingClock.now >= end { return nil }
      }
    }
  }

  /// Ends the worker whose last answer was malformed; its task gets no further reply.
  ///
  /// - Throws: `WorkerError` if workers cannot be started.
  package mutating func rejectLastAnswer() throws(WorkerError) {
    guard let (worker, isLast) = lastAnswer else { return }
    lastAnswer = nil
    // If the answer was complete, the worker's next task is not to blame.
    _ = worker.end(atItsTask: !isLast)
    try worker.start()
  }

  /// Waits until all workers are ready, and returns true if each filters its system calls.
  ///
  /// - Throws: `WorkerError` if workers cannot be started.
  package mutating func waitUntilReady() throws(WorkerError) -> Bool {
    while workers.contains(where: { !$0.isReady }) {
      for worker in listen(until: nil) { _ = try hear(worker) }
      try giveUpOnLate()
    }
    return workers.allSatisfy(\.isFiltered)
  }

  // MARK: Receiving

  /// Returns the workers that sent a report or died; none at the first deadline or at `end`.
  private mutating func listen(until end: SuspendingClock.Instant?) -> [Worker] {
    let listened = (workers[turn...] + workers[..<turn]).filter { $0.process != nil }
    turn = (turn + 1) % workers.count
    var requests = listened.map {
      pollfd(fd: $0.process?.channel.number ?? -1, events: Int16(POLLIN), revents: 0)
    }
    let earliest = (listened.map(\.deadline) + [end]).compactMap { $0 }.min()
    poll(&requests, nfds_t(requests.count), earliest.map(Self.milliseconds) ?? -1)
    return zip(listened, requests).filter { $1.revents != 0 }.map(\.0)
  }

  /// Returns the time until `instant` in milliseconds, rounded up, so that no wait ends early.
  private static func milliseconds(until instant: SuspendingClock.Instant) -> Int32 {
    let left = SuspendingClock.now.duration(to: instant)
    guard left > .zero else { return 0 }
    return Int32(
      clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
        + 1)
  }

  /// Returns the answer of `worker`; nil if there is none, as when it died and was replaced.
  private mutating func hear(
    _ worker: Worker
  ) throws(WorkerError) -> (WorkerAnswer, isLast: Bool)? {
    switch worker.receive() {
    case .nothing: break
    case .ready: failedStartCount = 0
    case .answer(let answer, let isLast):
      failedStartCount = 0
      return (answer, isLast)
    case .end: try replace(worker)
    case .nonsense: try replace(worker, because: .misbehaved)
    }
    return nil
  }

  private mutating func giveUpOnLate() throws(WorkerError) {
    let now = SuspendingClock.now
    for worker in workers where worker.isTooLate(at: now) {
      try replace(
        worker, because: .timedOut(limit: worker.tasks.first?.timeLimit ?? settings.startLimit))
    }
  }

  /// Ends a worker, reports its current task as failed, and starts another for the rest.
  private mutating func replace(
    _ worker: Worker, because reason: WorkerFailure? = nil
  ) throws(WorkerError) {
    failedStartCount += worker.isReady ? 0 : 1
    let (failure, task) = worker.end(atItsTask: worker.isReady)
    if let task {
      failures.append(WorkerReply(number: task.number, outcome: .failure(reason ?? failure)))
    }
    if failedStartCount == Self.mostFailedStarts { throw cannotStart(failure) }
    try worker.start()
  }

  private func cannotStart(_ failure: WorkerFailure) -> WorkerError {
    var words = ""
    if case .crashed(_, let lastWords) = failure { words = lastWords }
    return WorkerError(
      program: settings.program,
      problem: .cannotStart(attempts: Self.mostFailedStarts, lastWords: words))
  }
}

/// The reply to one task, or a part of it.
package struct WorkerReply: Sendable, Equatable {
  package enum Outcome: Sendable, Equatable {
    /// The message of the handler in the worker; more replies follow unless `isLast` is true.
    case answer([UInt8], isLast: Bool)
    case failure(WorkerFailure)
  }
  /// The number of the task.
  package let number: Int
  package let outcome: Outcome
}
