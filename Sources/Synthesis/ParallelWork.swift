import Dispatch
import Synchronization

/// Calls `work` with every number in `0..<count`, on `threadCount` threads, until it throws or has to stop.
///
/// - Parameters:
///   - count: The number of calls.
///   - threadCount: The number of concurrent calls.
///   - shouldContinue: Called before each call; false stops the work.
///   - work: The work, done in roughly ascending order.
/// - Returns: True if all calls were made.
/// - Throws: The error of the lowest number that failed.
func forEachNumber<Failure: Error>(
  below count: Int, threadCount: Int, shouldContinue: @Sendable () -> Bool,
  _ work: @Sendable (Int) throws(Failure) -> Void
) throws(Failure) -> Bool {
  let next = Atomic(0)
  let outcome = Mutex<(failure: (number: Int, error: Failure)?, isStopped: Bool)>((nil, false))
  DispatchQueue.concurrentPerform(iterations: min(threadCount, count)) { _ in
    while outcome.withLock({ $0.failure == nil && !$0.isStopped }) {
      let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard number < count else { return }
      guard shouldContinue() else { return outcome.withLock { $0.isStopped = true } }
      do throws(Failure) {
        try work(number)
      } catch {
        // Numbers are given out in order: the calls below this one have begun, and will report.
        outcome.withLock { outcome in
          if outcome.failure.map({ number < $0.number }) ?? true {
            outcome.failure = (number, error)
          }
        }
      }
    }
  }
  let (failure, isStopped) = outcome.withLock { $0 }
  if let failure { throw failure.error }
  return !isStopped
}
