import Foundation
import Synchronization

/// Runs `body` on a thread whose stack overflows after about a thousand nested calls.
package func onSmallStack<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value? {
  let answer = Answer<Value>()
  let thread = Thread { answer.give(body()) }
  thread.stackSize = 128 << 10
  thread.start()
  return answer.wait()
}

/// A value that one thread waits for and another one sets; it is a class because both hold it.
private final class Answer<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let given = DispatchSemaphore(value: 0)

  func give(_ value: Value) {
    self.value.withLock { $0 = value }
    given.signal()
  }

  func wait() -> Value? {
    given.wait()
    return value.withLock { $0 }
  }
}
