import Glibc

/// The pool, as a worker sees it at the other end of standard input.
///
/// A class, because jobs share the tasks received ahead of time.
final class WorkerOwner {
  let pixels: SharedPixels
  let memoryByteLimit: Int
  private let channel = WorkerChannel(owning: STDIN_FILENO)
  private var waitingTasks: [Task] = []

  struct Task {
    let descriptor: Int32
    let slot: Int
    let range: Range<Int>
    let message: [UInt8]
  }

  /// Waits for the first message; nil if it does not come.
  init?() {
    guard
      case .message(let bytes, let descriptor?) = channel.receive(
        takesDescriptor: true, waits: true),
      case .begin(let slotCount, let slotByteCount, let memoryByteLimit) = WorkerOrder(bytes),
      let pixels = SharedPixels(
        writingTo: descriptor, slotCount: slotCount, slotByteCount: slotByteCount)
    else { return nil }
    self.pixels = pixels
    self.memoryByteLimit = memoryByteLimit
  }

  func nextTask() -> Task {
    while waitingTasks.isEmpty { _ = receive() }
    return waitingTasks.removeFirst()
  }

  func waitForGoOn() {
    while receive() != .goOn {}
  }

  /// Sends a report, or exits the process if the owner is gone.
  func send(_ report: WorkerReport) {
    if !channel.send(report.bytes, waits: true) { _exit(0) }
  }

  private func receive() -> WorkerOrder {
    guard
      case .message(let bytes, let descriptor) = channel.receive(
        takesDescriptor: true, waits: true), let order = WorkerOrder(bytes)
    else { _exit(0) }
    if case .task(let slot, let range, let message) = order {
      guard let descriptor else { _exit(0) }
      waitingTasks.append(
        Task(descriptor: descriptor, slot: slot, range: range, message: message))
    }
    return order
  }
}
