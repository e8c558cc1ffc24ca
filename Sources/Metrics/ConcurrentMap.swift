import Dispatch
import Synchronization

/// Returns the results of `transform` for all elements in their order, computed on several threads.
package func concurrentMap<Element: Sendable, Result: Sendable>(
  _ elements: [Element], threadCount: Int, _ transform: @Sendable (Element) -> Result
) -> [Result] {
  concurrentMap(elements, threadCount: threadCount, scratch: {}) { _, element in transform(element)
  }
}

/// Returns the results of `transform` for all elements in their order, computed on several threads.
///
/// - Parameters:
///   - elements: The elements.
///   - threadCount: The number of threads, at least 1.
///   - scratch: Returns what a thread changes while it works, such as buffers.
///   - transform: Computes the result of an element, which must not depend on elements before.
/// - Returns: The results.
func concurrentMap<Element: Sendable, Scratch, Result: Sendable>(
  _ elements: [Element], threadCount: Int, scratch: @Sendable () -> Scratch,
  _ transform: @Sendable (inout Scratch, Element) -> Result
) -> [Result] {
  // More parts than threads, because some take longer.
  let partCount = max(1, min(8 * threadCount, elements.count))
  let next = Atomic(0)
  let parts = Mutex([[Result]](repeating: [], count: partCount))
  DispatchQueue.concurrentPerform(iterations: min(threadCount, partCount)) { _ in
    var scratch = scratch()
    while true {
      let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard part < partCount else { return }
      let range = elements.count * part / partCount..<elements.count * (part + 1) / partCount
      let results = elements[range].map { transform(&scratch, $0) }
      parts.withLock { $0[part] = results }
    }
  }
  return parts.withLock { $0.flatMap(\.self) }
}

/// Returns the results of two functions, computed at the same time if there are threads for both.
package func concurrently<First: Sendable, Second: Sendable>(
  threadCount: Int, _ first: @Sendable () -> First, _ second: @escaping @Sendable () -> Second
) -> (First, Second) {
  guard threadCount > 1 else { return (first(), second()) }
  // `concurrentPerform` within `concurrentPerform` would compute on one thread.
  let other = Mutex<[Second]>([])
  let work = DispatchWorkItem {
    let result = second()
    other.withLock { $0 = [result] }
  }
  DispatchQueue.global().async(execute: work)
  let result = first()
  work.wait()
  return (result, other.withLock { $0[0] })
}
