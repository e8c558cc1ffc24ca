import Glibc

/// One place in a pool: a process, which is replaced when it fails, and what it has been given to do.
///
/// A class, because a pool keeps several in an array, and each owns shared memory.
final class Worker {
  private let settings: WorkerSettings
  private let pixels: SharedPixels
  /// Nil before the first task, and after a process that had nothing to do has ended.
  private(set) var process: WorkerProcess?
  /// Whether the process has said that it is set up, and how.
  private(set) var isReady = false
  private(set) var isFiltered = false
  /// What there is to do for the process; it works on the first.
  private(set) var tasks: [WorkerTask] = []
  /// How many of those it has got; the others wait for the process that takes its place.
  private var sentCount = 0
  private var partCount = 0
  /// Where the first task's answer will be.
  private var firstSlot = 0
  /// When the process should have been ready, or its answer should have come.
  private(set) var deadline: SuspendingClock.Instant?
  private var isOverdue = false

  init(_ settings: WorkerSettings) throws(WorkerError) {
    self.settings = settings
    guard
      let pixels = SharedPixels(
        slotCount: settings.tasksPerWorker, slotByteCount: settings.slotByteCount)
    else {
      throw WorkerError(
        program: settings.program, problem: .systemCall(name: "memfd_create", code: errno))
    }
    self.pixels = pixels
  }

  var hasRoom: Bool { tasks.count < settings.tasksPerWorker }

  /// Starts a new process, and gives it what the last one left undone.
  ///
  /// One that is gone at once is found to be when it is listened to.
  ///
  /// - Throws: What keeps processes from being started.
  func start() throws(WorkerError) {
    let process = try WorkerProcess(settings)
    self.process = process
    (isReady, isFiltered, sentCount, partCount, firstSlot) = (false, false, 0, 0, 0)
    setDeadline(settings.startLimit)
    let begin = WorkerOrder.begin(
      slotCount: pixels.slotCount, slotByteCount: pixels.slotByteCount,
      memoryByteLimit: settings.memoryByteLimit)
    _ = process.channel.send(begin.bytes, descriptor: pixels.descriptor, waits: false)
    sendTasks()
  }

  /// Adds `task`, for which there must be room.
  func add(_ task: WorkerTask) {
    precondition(hasRoom, "a worker with \(tasks.count) tasks has no room for another")
    tasks.append(task)
    if tasks.count == 1 && isReady { setDeadline(task.timeLimit) }
    sendTasks()
  }

  /// Gives the process the tasks that it has not got.
  ///
  /// It may be gone, and what it answered before unread. Then they stay, and it is not at fault for them.
  private func sendTasks() {
    while sentCount < tasks.count {
      let task = tasks[sentCount]
      let order = WorkerOrder.task(
        slot: (firstSlot + sentCount) % pixels.slotCount, range: task.range, message: task.message)
      guard let process,
        process.channel.send(order.bytes, descriptor: task.file.number, waits: false)
      else { return }
      sentCount += 1
    }
  }

  // MARK: Listening

  /// Looks at what the process has said, if anything.
  func receive() -> Received {
    guard let process else { return .nothing }
    switch process.channel.receive(takesDescriptor: false, waits: false) {
    case .nothingYet: return .nothing
    case .end: return .end
    case .impossible: return .nonsense
    case .message(let bytes, _): return WorkerReport(bytes).map(accept) ?? .nonsense
    }
  }

  enum Received {
    case nothing, ready, end
    /// What no worker of ours says.
    case nonsense
    case answer(WorkerAnswer, isLast: Bool)
  }

  private func accept(_ report: WorkerReport) -> Received {
    switch report {
    case .ready(let isFiltered):
      guard !isReady else { return .nonsense }
      (isReady, self.isFiltered) = (true, isFiltered)
      deadline = nil
      if let first = tasks.first { setDeadline(first.timeLimit) }
      return .ready
    case .answer(let answer, let isLast):
      guard isReady, sentCount > 0, let first = tasks.first,
        (0...pixels.slotByteCount).contains(answer.byteCount),
        isLast || partCount < first.maximumPartCount
      else { return .nonsense }
      return .answer(answer, isLast: isLast)
    }
  }

  /// Calls `body` with the pixels of `answer`, the last that was received.
  func withPixels<Result>(
    of answer: WorkerAnswer, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try pixels.withSlot(firstSlot) { slot in
      try body(UnsafeRawBufferPointer(rebasing: slot[..<answer.byteCount]))
    }
  }

  /// Lets the process use the room of its last answer again.
  func release(isLast: Bool) {
    if isLast {
      tasks.removeFirst()
      (sentCount, partCount) = (sentCount - 1, 0)
      firstSlot = (firstSlot + 1) % pixels.slotCount
    } else {
      partCount += 1
      // Should it be gone, the next look will tell.
      _ = process?.channel.send(WorkerOrder.goOn.bytes, waits: false)
    }
    deadline = nil
    if let first = tasks.first { setDeadline(first.timeLimit) }
  }

  // MARK: Ending

  /// Ends the process.
  ///
  /// - Parameter isAtTask: Whether the first task is over with it; if it has got one.
  /// - Returns: Why the process had ended, and that task.
  func end(atItsTask isAtTask: Bool) -> (failure: WorkerFailure, task: WorkerTask?) {
    let failure = process?.end() ?? .crashed(signal: nil, lastWords: "")
    let task = isAtTask && sentCount > 0 ? tasks.removeFirst() : nil
    (process, isReady, sentCount, deadline) = (nil, false, 0, nil)
    return (failure, task)
  }

  /// Whether the process has been given up on; after its time it gets a tenth more.
  ///
  /// For all may have been stopped together, as by Ctrl-Z: those who are then found late are not to
  /// blame, and done in a moment.
  func isTooLate(at now: SuspendingClock.Instant) -> Bool {
    guard let deadline, now >= deadline else { return false }
    if isOverdue { return true }
    let limit = isReady ? tasks.first?.timeLimit : settings.startLimit
    setDeadline((limit ?? .zero) / 10)
    isOverdue = true
    return false
  }

  private func setDeadline(_ limit: Duration) {
    deadline = SuspendingClock.now.advanced(by: limit)
    isOverdue = false
  }
}
