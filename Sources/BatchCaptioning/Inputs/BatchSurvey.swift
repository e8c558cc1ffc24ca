import Files
import Media

/// The counts of a first pass over all inputs, before any is read: the number of inputs, and of
/// those done.
package struct BatchSurvey: Sendable {
  /// The numbers of inputs, and of the rows of earlier runs that stay.
  package private(set) var counts = BatchSummary.Counts()
  package private(set) var imageCount = 0
  package private(set) var videoCount = 0
  package private(set) var leftOut = BatchInputs.LeftOut()
  package private(set) var unmatchedPatterns: [String] = []
  /// The number of inputs of other shards.
  package private(set) var otherShardCount = 0

  /// The number of inputs to caption in this run.
  package var waitingCount: Int { counts.inputs - counts.done }
  /// True if no shard has an input.
  package var isEmpty: Bool { counts.inputs == 0 && otherShardCount == 0 }

  /// Visits all inputs of `queue`.
  ///
  /// - Parameters:
  ///   - queue: The inputs from the first.
  ///   - leaveOut: Receives each file that gets no row.
  ///   - report: Receives the number of inputs so far; returns false to stop.
  /// - Throws: `FileError` if a list cannot be read.
  package init(
    of queue: BatchQueue, leaveOut: (BatchInputs.LeftOut.Entry) -> Void = { _ in },
    report: (Int) -> Bool = { _ in true }
  ) throws(FileError) {
    var queue = queue
    while true {
      let item = try queue.next()
      queue.leftOut.latest.forEach(leaveOut)
      guard let item else { break }
      count(item)
      guard report(counts.inputs) else { break }
    }
    leftOut = queue.leftOut
    (unmatchedPatterns, otherShardCount) = (queue.unmatchedPatterns, queue.otherShardCount)
  }

  private mutating func count(_ item: BatchQueue.Item) {
    counts.inputs += 1
    switch MediaKind(fileName: item.input.name) {
    case .image: imageCount += 1
    case .video: videoCount += 1
    case nil: break
    }
    switch item.finding {
    case .captioned(_, let isWithheld) where !item.isWaiting:
      counts.captioned += 1
      if isWithheld { counts.withheld += 1 }
    case .failed(let code) where !item.isWaiting: counts.failures[code, default: 0] += 1
    default: break
    }
  }
}
