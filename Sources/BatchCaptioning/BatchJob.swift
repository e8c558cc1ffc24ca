import Captioning
import Files
import Media

/// Captions the waiting inputs of a queue in batches, and writes a row for each input as soon as
/// its batch is done.
package struct BatchJob: ~Copyable {
  /// The number of failures that ends a run.
  package enum FailureLimit: Sendable, Equatable {
    case count(Int)
    /// A percentage of the waiting inputs, in `0...100`.
    case percent(Double)

    /// Returns true if `failureCount` failures of `inputCount` inputs exceed the limit.
    package func isExceeded(by failureCount: Int, of inputCount: Int) -> Bool {
      switch self {
      case .count(let limit): failureCount > limit
      case .percent(let percent): Double(failureCount) * 100 > percent * Double(inputCount)
      }
    }
  }

  private let head: ResultHead
  private let waitingCount: Int
  private let sideFiles: SideFiles
  private var queue: BatchQueue
  private var journal: Journal
  private let start = ContinuousClock.now

  package private(set) var summary: BatchSummary
  /// The number of failures in this run.
  package private(set) var newFailureCount = 0

  /// - Parameters:
  ///   - queue: The inputs from the first.
  ///   - survey: The survey of the same inputs.
  ///   - journal: The journal that gets the rows.
  ///   - sideFiles: The files written beside the journal.
  ///   - shard: The part of the batch to process.
  ///   - head: The facts common to all rows.
  package init(
    _ queue: BatchQueue, _ survey: BatchSurvey, _ journal: consuming Journal,
    _ sideFiles: SideFiles, shard: Shard, _ head: ResultHead
  ) {
    (self.queue, self.sideFiles, waitingCount) = (queue, sideFiles, survey.waitingCount)
    self.head = head
    summary = BatchSummary(of: shard, head, survey)
    self.journal = journal
  }

  /// Captions all waiting inputs, or until it should stop.
  ///
  /// - Parameters:
  ///   - makeJob: Loads the captioner, once there is an input.
  ///   - limit: The number of failures that ends the run.
  ///   - shouldStop: Called between inputs; inputs not begun by then wait for the next run.
  ///   - deliver: Receives each result once its row is written.
  /// - Throws: The error that prevents a row from being written; earlier rows are kept.
  package mutating func run(
    by makeJob: () throws -> CaptionJob<DecodingPool>, limit: FailureLimit?,
    shouldStop: () -> Bool, deliver: (CaptionResult, borrowing BatchJob) -> Void
  ) throws {
    guard var item = try nextWaiting(shouldStop) else {
      return summary.end = shouldStop() ? .interrupted : .finished
    }
    var job = try makeJob()
    /// The inputs taken that have no row yet; one is always read ahead. Keyed by hashes, because
    /// Swift compares texts by meaning, and two different file names can be equal as texts.
    var underWay: [UInt64: BatchQueue.Item] = [:]
    var hasMore = true
    var isOverLimit = false
    try job.run(
      next: {
        guard hasMore else { return nil }
        underWay[JournalIndex.hash(item.input.name)] = item
        let file = CaptionSource(
          name: item.input.name, media: item.input.source,
          number: Int(truncatingIfNeeded: item.input.number >> 2))
        if let next = try nextWaiting(shouldStop) { item = next } else { hasMore = false }
        return file
      },
      inOrder: false,
      shouldStop: { isOverLimit || shouldStop() },
      deliver: { result in
        guard let item = underWay.removeValue(forKey: JournalIndex.hash(result.file)) else {
          preconditionFailure("\(result.file): a result of nothing that was asked for")
        }
        try write(result, of: item)
        deliver(result, self)
        isOverLimit = limit?.isExceeded(by: newFailureCount, of: waitingCount) ?? false
      })
    summary.end = isOverLimit ? .tooManyFailures : shouldStop() ? .interrupted : .finished
  }

  /// Returns the summary as it would be if the run had ended with `end`.
  package func summary(endedBy end: BatchSummary.End) -> BatchSummary {
    var summary = summary
    summary.end = end
    return summary
  }

  /// Makes all rows durable, with one row per input if the run came to the end of the inputs.
  package mutating func finish() throws(FileError) {
    if summary.end == .finished { try journal.finish() } else { try journal.synchronize() }
  }

  /// The next input to caption; nil if there is none, or it should stop.
  private mutating func nextWaiting(_ shouldStop: () -> Bool) throws(FileError) -> BatchQueue.Item?
  {
    while !shouldStop(), let item = try queue.next() {
      if item.isWaiting { return item }
    }
    return nil
  }

  /// Writes the side files before the row: a row says that all of its input is done.
  private mutating func write(_ result: CaptionResult, of item: BatchQueue.Item) throws(FileError) {
    if let stem = item.sideStem { try sideFiles.write(result, to: stem) }
    try journal.append(
      result.journalRow(head, item.stamp), of: result.file, isReplacing: item.finding != .new)
    summary.newCount += 1
    summary.seconds = start.duration(to: .now).milliseconds / 1000
    switch result.outcome {
    case .success(let media):
      summary.counts.captioned += 1
      if media.isWithheld { summary.counts.withheld += 1 }
    case .failure(let error):
      summary.counts.failures[error.code, default: 0] += 1
      newFailureCount += 1
    }
  }
}
