import Glibc

/// Processes that do what may go wrong, so that what does costs one task and not the program.
///
/// A pool has no thread of its own: tasks go out in `submit`, answers come in and workers that failed
/// are replaced in `next`. In between, workers go on with what they have been given. The thread that
/// makes a pool must not end before it, as workers end with that thread.
///
///     while let task = tasks.next() {
///       try pool.submit(task)
///       if !pool.hasRoom { try pool.next { reply, pixels in … } }
///     }
///     while try pool.next({ reply, pixels in … }) != nil {}
package struct WorkerPool: ~Copyable {
  private let settings: WorkerSettings
  private let workers: [Worker]
  /// What happened to tasks whose workers are gone, until somebody asks.
  private var failures: [WorkerReply] = []
  /// The number of workers that ended before they were ready since one last did something.
  private var failedStartCount = 0
  /// The worker that gave the last answer, and whether that was all of it.
  private var lastAnswer: (worker: Worker, isLast: Bool)?
  /// The worker to look at first, so that all have their turn.
  private var turn = 0

  /// Where so many end before they are ready, and none does anything meanwhile, workers cannot be started.
  private static let mostFailedStarts = 5

  /// Starts the workers, which get ready by themselves.
  package init(_ settings: WorkerSettings) throws(WorkerError) {
    let workers = try (0..<settings.workerCount).map { _ throws(WorkerError) in
      let worker = try Worker(settings)
      try worker.start()
      return worker
    }
    (self.settings, self.workers) = (settings, workers)
  }

  deinit {
    // All at once, before the first is waited for.
    for worker in workers { worker.process?.kill() }
  }

  /// How many tasks may be submitted and not answered.
  package var capacity: Int { settings.workerCount * settings.tasksPerWorker }
  /// How many tasks are submitted and not answered.
  package var taskCount: Int { workers.reduce(failures.count) { $0 + $1.tasks.count } }
  package var hasRoom: Bool { workers.contains(where: \.hasRoom) }
  /// The processes at work now, for whoever watches them from outside.
  package var processIdentifiers: [Int32] { workers.compactMap { $0.process?.identifier } }

  /// Gives `task` to the worker that has least to do; there must be room.
  package mutating func submit(_ task: WorkerTask) {
    guard let worker = workers.min(by: { $0.tasks.count < $1.tasks.count }), worker.hasRoom else {
      preconditionFailure("a pool with \(taskCount) tasks has no room for another")
    }
    worker.add(task)
  }

  /// Waits for the next answer, or failure, and hands it to `body`.
  ///
  /// - Parameters:
  ///   - timeout: How long to wait; nil for ever, which is until all tasks are answered.
  ///   - body: Takes an answer and its pixels, which are gone when it returns.
  /// - Returns: What `body` returns; nil if nothing came in time, or nothing is to come.
  /// - Throws: `WorkerError` if workers cannot be started; what `body` throws.
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

  /// Ends the worker whose answer came last, which made no sense; nothing more comes of that task.
  ///
  /// - Throws: `WorkerError` if workers cannot be started.
  package mutating func rejectLastAnswer() throws(WorkerError) {
    guard let (worker, isLast) = lastAnswer else { return }
    lastAnswer = nil
    // Whatever it says by now, no other task is to blame.
    _ = worker.end(atItsTask: !isLast)
    try worker.start()
  }

  /// Waits until all workers are ready; whether system calls are filtered in each.
  ///
  /// - Throws: `WorkerError` if workers cannot be started.
  package mutating func waitUntilReady() throws(WorkerError) -> Bool {
    while workers.contains(where: { !$0.isReady }) {
      for worker in listen(until: nil) { _ = try hear(worker) }
      try giveUpOnLate()
    }
    return workers.allSatisfy(\.isFiltered)
  }

  // MARK: Listening

  /// The workers that have something to say, or are gone; none if the time of one is up, or at `end`.
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

  /// Until `instant`, rounded up: a little late is better than time and again a little early.
  private static func milliseconds(until instant: SuspendingClock.Instant) -> Int32 {
    let left = SuspendingClock.now.duration(to: instant)
    guard left > .zero else { return 0 }
    return Int32(
      clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
        + 1)
  }

  /// What `worker` has answered; nil if it has not, as when it is gone and was replaced.
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

  /// Ends what is left of a worker, reports the task it was at, and starts another for the rest.
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

/// What became of one task, or of a part of it.
package struct WorkerReply: Sendable, Equatable {
  package enum Outcome: Sendable, Equatable {
    /// What the handler in the worker said; unless it is the last, more will come.
    case answer([UInt8], isLast: Bool)
    case failure(WorkerFailure)
  }
  /// As the task had it.
  package let number: Int
  package let outcome: Outcome
}
