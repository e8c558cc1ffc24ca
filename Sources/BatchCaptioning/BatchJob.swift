import Captioning
import Files
import Media

/// Captions what waits in a queue, batch by batch, and writes a row for each input as its batch is done.
package struct BatchJob: ~Copyable {
  /// How many failures end a run.
  package enum FailureLimit: Sendable, Equatable {
    case count(Int)
    /// Of the inputs that wait, in `0...100`.
    case percent(Double)

    /// Whether so many failures of so many inputs are too many.
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
  /// How many failed in this run.
  package private(set) var newFailureCount = 0

  /// - Parameters:
  ///   - queue: The inputs from the first.
  ///   - survey: What a look at them told.
  ///   - journal: Where rows go.
  ///   - sideFiles: What is written beside it.
  ///   - shard: Which part of a batch this is.
  ///   - head: What all rows say.
  package init(
    _ queue: BatchQueue, _ survey: BatchSurvey, _ journal: consuming Journal,
    _ sideFiles: SideFiles, shard: Shard, _ head: ResultHead
  ) {
    (self.queue, self.sideFiles, waitingCount) = (queue, sideFiles, survey.waitingCount)
    self.head = head
    summary = BatchSummary(of: shard, head, survey)
    self.journal = journal
  }

  /// Captions all that waits, or until it should stop.
  ///
  /// - Parameters:
  ///   - makeJob: Loads what describes pictures, once there are some.
  ///   - limit: How many failures end the run.
  ///   - shouldStop: Asked between inputs; what is not begun then waits for the next run.
  ///   - deliver: Told of each result once its row is written.
  /// - Throws: What keeps rows from being written; those before are there.
  package mutating func run(
    by makeJob: () throws -> CaptionJob<DecodingPool>, limit: FailureLimit?,
    shouldStop: () -> Bool, deliver: (CaptionResult, borrowing BatchJob) -> Void
  ) throws {
    guard var item = try nextWaiting(shouldStop) else {
      return summary.end = shouldStop() ? .interrupted : .finished
    }
    var job = try makeJob()
    /// Taken and without a row; one is always looked at ahead. By hashes: texts that look alike are equal,
    /// and names of two files all the same.
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

  /// What the summary would be, had the run ended thus.
  package func summary(endedBy end: BatchSummary.End) -> BatchSummary {
    var summary = summary
    summary.end = end
    return summary
  }

  /// Makes all rows durable, one for each input if all were come to.
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

  /// The side files first: a row says that all of its input is done.
  private mutating func write(_ result: CaptionResult, of item: BatchQueue.Item) throws(FileError) {
    if let stem = item.sideStem { try sideFiles.write(result, to: stem) }
    try journal.append(
      result.journalRow(head, item.stamp), of: result.file, isReplacing: item.finding != .new)
    summary.newCount += 1
    summary.seconds = start.duration(to: .now).milliseconds / 1000
    switch result.outcome {
    case .success: summary.counts.captioned += 1
    case .failure(let error):
      summary.counts.failures[error.code, default: 0] += 1
      newFailureCount += 1
    }
  }
}
