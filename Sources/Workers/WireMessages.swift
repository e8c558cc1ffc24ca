// Messages over the socket. Both ends are the same program on the same machine, so numbers are sent in their
// memory layout. Reports from a worker are validated nevertheless, as a malicious file may have taken it
// over.

/// A message from the owner to a worker.
enum WorkerOrder: Equatable {
  /// The first message, with the shared memory: its layout, and the limit on further memory in bytes.
  case begin(slotCount: Int, slotByteCount: Int, memoryByteLimit: Int)
  /// A task, sent with its file; the pixels of the answer go into this slot.
  case task(slot: Int, range: Range<Int>, message: [UInt8])
  /// The acknowledgement that the last part of an answer was processed.
  case goOn

  var bytes: [UInt8] {
    switch self {
    case .begin(let slotCount, let slotByteCount, let memoryByteLimit):
      wireBytes([1, slotCount, slotByteCount, memoryByteLimit])
    case .task(let slot, let range, let message):
      wireBytes([2, slot, range.lowerBound, range.upperBound]) + message
    case .goOn: wireBytes([3, 0, 0, 0])
    }
  }

  init?(_ bytes: some Collection<UInt8>) {
    let head = wireNumbers(bytes, count: 4)
    switch head.first {
    case 1: self = .begin(slotCount: head[1], slotByteCount: head[2], memoryByteLimit: head[3])
    case 2 where head[2] <= head[3]:
      self = .task(
        slot: head[1], range: head[2]..<head[3], message: Array(bytes.dropFirst(head.count * 8)))
    case 3: self = .goOn
    default: return nil
    }
  }
}

/// A message from a worker to the owner.
enum WorkerReport: Equatable {
  /// The worker is set up; true for `isFiltered` if its system calls are filtered.
  case ready(isFiltered: Bool)
  /// The answer to its oldest task, or a part of it if `isLast` is false.
  case answer(WorkerAnswer, isLast: Bool)

  var bytes: [UInt8] {
    switch self {
    case .ready(let isFiltered): wireBytes([4, isFiltered ? 1 : 0])
    case .answer(let answer, let isLast):
      wireBytes([isLast ? 6 : 5, answer.byteCount]) + answer.message
    }
  }

  init?(_ bytes: some Collection<UInt8>) {
    let head = wireNumbers(bytes, count: 2)
    switch head.first {
    case 4 where head[1] == 0 || head[1] == 1: self = .ready(isFiltered: head[1] == 1)
    case 5, 6:
      let message = Array(bytes.dropFirst(head.count * 8))
      self = .answer(
        WorkerAnswer(message: message, byteCount: head[1]), isLast: head[0] == 6)
    default: return nil
    }
  }
}

/// The answer to a task: a message, and pixels in shared memory.
package struct WorkerAnswer: Sendable, Equatable {
  package let message: [UInt8]
  /// The number of bytes written to the slot.
  package let byteCount: Int

  package init(message: [UInt8], byteCount: Int = 0) {
    (self.message, self.byteCount) = (message, byteCount)
  }
}

/// The maximum length of a message on the socket in bytes: the numbers and a task's message.
let longestWireMessage = 32 + WorkerTask.maximumMessageSize

private func wireBytes(_ numbers: [Int]) -> [UInt8] {
  numbers.withUnsafeBytes { Array($0) }
}

/// Returns the first `count` numbers; none if there are fewer.
private func wireNumbers(_ bytes: some Collection<UInt8>, count: Int) -> [Int] {
  let head = Array(bytes.prefix(count * 8))
  guard head.count == count * 8 else { return [] }
  return head.withUnsafeBytes { head in
    (0..<count).map { head.loadUnaligned(fromByteOffset: $0 * 8, as: Int.self) }
  }
}
