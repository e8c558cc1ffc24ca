import Dispatch
import Synchronization

/// Calls `work` with every number in `0..<count`, on `threadCount` threads, until it throws or has to stop.
///
/// - Parameters:
///   - count: How much there is to do.
///   - threadCount: How much is under way at once.
///   - shouldContinue: Is asked before each call.
///   - work: What is done, in about this order.
/// - Returns: Whether all was done.
/// - Throws: What the call with the lowest number threw, of those that threw.
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
        // Numbers are given out in order: what is below this one has begun, and will be heard of.
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
