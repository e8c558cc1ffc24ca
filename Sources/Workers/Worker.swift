import Glibc

/// A slot in a pool: a process, which is replaced when it fails, and its tasks.
///
/// A class, because a pool keeps several in an array and each owns shared memory.
final class Worker {
  private let settings: WorkerSettings
  private let pixels: SharedPixels
  /// The process; nil before the first task, and after an idle process has ended.
  private(set) var process: WorkerProcess?
  /// True once the process has reported that it is set up, and true if its system calls are filtered.
  private(set) var isReady = false
  private(set) var isFiltered = false
  /// The tasks of the process, which works on the first.
  private(set) var tasks: [WorkerTask] = []
  /// The number of tasks sent; the others wait for a replacement process.
  private var sentCount = 0
  private var partCount = 0
  /// The slot of the first task's answer.
  private var firstSlot = 0
  /// The time at which the process must be ready or must have answered.
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

  /// Starts a new process, and sends it the unfinished tasks of the previous one.
  ///
  /// If it dies at once, that is detected when its reports are read.
  ///
  /// - Throws: `WorkerError` if processes cannot be started.
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

  /// Adds `task`; there must be room for it.
  func add(_ task: WorkerTask) {
    precondition(hasRoom, "a worker with \(tasks.count) tasks has no room for another")
    tasks.append(task)
    if tasks.count == 1 && isReady { setDeadline(task.timeLimit) }
    sendTasks()
  }

  /// Sends the process the tasks that it has not received.
  ///
  /// If it is dead, with unread answers perhaps, the tasks are kept and count as not started.
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

  // MARK: Receiving

  /// Receives the next report of the process without waiting.
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
    /// A message that no intact worker sends.
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

  /// Calls `body` with the pixels of `answer`, which must be the last received.
  func withPixels<Result>(
    of answer: WorkerAnswer, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try pixels.withSlot(firstSlot) { slot in
      try body(UnsafeRawBufferPointer(rebasing: slot[..<answer.byteCount]))
    }
  }

  /// Lets the process reuse the slot of its last answer.
  func release(isLast: Bool) {
    if isLast {
      tasks.removeFirst()
      (sentCount, partCount) = (sentCount - 1, 0)
      firstSlot = (firstSlot + 1) % pixels.slotCount
    } else {
      partCount += 1
      // A dead process is detected at the next receive.
      _ = process?.channel.send(WorkerOrder.goOn.bytes, waits: false)
    }
    deadline = nil
    if let first = tasks.first { setDeadline(first.timeLimit) }
  }

  // MARK: Ending

  /// Ends the process.
  ///
  /// - Parameter isAtTask: True to remove the first task, if it was sent to the process.
  /// - Returns: The reason why the process ended, and the removed task.
  func end(atItsTask isAtTask: Bool) -> (failure: WorkerFailure, task: WorkerTask?) {
    let failure = process?.end() ?? .crashed(signal: nil, lastWords: "")
    let task = isAtTask && sentCount > 0 ? tasks.removeFirst() : nil
    (process, isReady, sentCount, deadline) = (nil, false, 0, nil)
    return (failure, task)
  }

  /// Returns true if the process is past its deadline, which is extended once by a tenth of the time limit.
  ///
  /// All processes may have been stopped together, as by Ctrl-Z; those found late afterwards then finish in a
  /// moment.
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
