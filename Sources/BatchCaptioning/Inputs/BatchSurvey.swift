import Files
import Media

/// What a look at all inputs told before any of them is read: how many there are, and how many are done.
package struct BatchSurvey: Sendable {
  /// The inputs, and the rows of earlier runs that stay.
  package private(set) var counts = BatchSummary.Counts()
  package private(set) var imageCount = 0
  package private(set) var videoCount = 0
  package private(set) var leftOut = BatchInputs.LeftOut()
  package private(set) var unmatchedPatterns: [String] = []
  /// How many inputs other shards have.
  package private(set) var otherShardCount = 0

  /// How many are to be captioned now.
  package var waitingCount: Int { counts.inputs - counts.done }
  /// Whether no shard has anything to do.
  package var isEmpty: Bool { counts.inputs == 0 && otherShardCount == 0 }

  /// Goes through `queue`.
  ///
  /// - Parameters:
  ///   - queue: The inputs from the first.
  ///   - leaveOut: Told of each file that gets no row.
  ///   - report: Told how many there are so far; returns whether to go on.
  /// - Throws: What keeps a list from being read.
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
    case .captioned where !item.isWaiting: counts.captioned += 1
    case .failed(let code) where !item.isWaiting: counts.failures[code, default: 0] += 1
    default: break
    }
  }
}
