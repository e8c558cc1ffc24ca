// What goes over the socket. Both ends are the same program on the same machine, so numbers are laid out
// as they are in memory; what comes from a worker is checked all the same, as it may have been taken
// over by the file it reads.

/// What the owner tells a worker.
enum WorkerOrder: Equatable {
  /// Comes first, with the shared memory: how it is divided, and how much more memory may be taken.
  case begin(slotCount: Int, slotByteCount: Int, memoryByteLimit: Int)
  /// Comes with a file: answer in this slot of the shared memory.
  case task(slot: Int, range: Range<Int>, message: [UInt8])
  /// What was answered so far has been looked at.
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

/// What a worker says.
enum WorkerReport: Equatable {
  /// It is set up; whether system calls are filtered.
  case ready(isFiltered: Bool)
  /// The answer to its oldest task, or with more to follow, a part of it.
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

/// What a worker has to say about a task: a message, and pixels in shared memory.
package struct WorkerAnswer: Sendable, Equatable {
  package let message: [UInt8]
  /// How much of the room for pixels is filled.
  package let byteCount: Int

  package init(message: [UInt8], byteCount: Int = 0) {
    (self.message, self.byteCount) = (message, byteCount)
  }
}

/// The longest that is ever sent: the numbers in front, and a message.
let longestWireMessage = 32 + WorkerTask.maximumMessageSize

private func wireBytes(_ numbers: [Int]) -> [UInt8] {
  numbers.withUnsafeBytes { Array($0) }
}

/// The first `count` numbers; none if there are not so many.
private func wireNumbers(_ bytes: some Collection<UInt8>, count: Int) -> [Int] {
  let head = Array(bytes.prefix(count * 8))
  guard head.count == count * 8 else { return [] }
  return head.withUnsafeBytes { head in
    (0..<count).map { head.loadUnaligned(fromByteOffset: $0 * 8, as: Int.self) }
  }
}
