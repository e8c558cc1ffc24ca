import Files
import Media
import TestSupport
import Testing

@testable import BatchCaptioning
@testable import Captioning

@Suite("Putting shards together")
struct ShardMergeTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func write(
    _ index: Int, of count: Int, _ names: [String], end: BatchSummary.End? = .finished,
    model: JSONValue = JournalTests.head.model
  ) throws {
    let shard = try #require(Shard(index, of: count))
    let rows = names.map { JournalTests.row($0).compactText + "\n" }.joined()
    try folder.write(rows, to: shard.journalName)
    guard let end else { return }
    var summary = BatchSummary(of: shard, model: model, settings: JournalTests.head.settings)
    summary.end = end
    summary.counts.inputs = names.count + 1
    summary.counts.captioned = names.count
    summary.counts.failures = [.corrupt: 1]
    summary.seconds = Double(index)
    summary.leftOut.add(.notMedia, "notes.txt")
    try summary.write(into: folder.path)
  }

  func merge(count: Int? = nil, overwriting: Bool = false) throws -> BatchSummary {
    try ShardMerge(in: folder.path, count: count).write(overwriting: overwriting)
  }

  func problem(count: Int? = nil) -> ShardMergeError.Problem? {
    do {
      _ = try merge(count: count)
      return nil
    } catch {
      return (error as? ShardMergeError)?.problem
    }
  }

  @Test("all rows come into one file, in the shards' order, and all counts into one summary")
  func whole() throws {
    try write(0, of: 3, ["a", "b"])
    try write(1, of: 3, [])
    try write(2, of: 3, ["c"])
    let summary = try merge()
    #expect(summary.counts.inputs == 6 && summary.counts.captioned == 3)
    #expect(summary.counts.failures == [.corrupt: 3])
    #expect(summary.seconds == 2)
    #expect(summary.leftOut.counts == [.notMedia: 1])
    #expect(summary.leftOut.examples == [.notMedia: ["notes.txt"]])
    let rows = try MappedFile("\(folder.path)/results.jsonl").withBytes { Array($0) }
    let names = rows.split(separator: 10).compactMap { JournalRow($0)?.name }
    #expect(names == ["a", "b", "c"])
    #expect(BatchSummary(of: .whole, in: folder.path)?.counts == summary.counts)
    // Once more only on demand: it might be the work of days.
    #expect(throws: FileError.self) { try merge() }
    #expect(try merge(overwriting: true).counts == summary.counts)
  }

  @Test("shards that are missing, unfinished or of another model are named, and nothing is written")
  func refusals() throws {
    #expect(problem() == ShardMergeError.Problem.none)
    try write(0, of: 3, ["a"])
    try write(2, of: 3, ["c"], end: .interrupted)
    let second = try #require(Shard(1, of: 3))
    let third = try #require(Shard(2, of: 3))
    #expect(problem() == .missing([second]))
    try write(1, of: 3, ["b"], end: nil)
    #expect(problem() == .unfinished([second, third]))
    try write(1, of: 3, ["b"], model: ["name": "x", "sha256": "y"])
    try write(2, of: 3, ["c"])
    #expect(problem() == .different(try #require(Shard(0, of: 3)), second))
    #expect(FileStatus("\(folder.path)/results.jsonl") == nil)
  }

  @Test("of several divisions one must be chosen")
  func severalCounts() throws {
    try write(0, of: 2, ["a"])
    try write(1, of: 2, ["b"])
    try write(0, of: 3, ["a"])
    #expect(problem() == .severalCounts([2, 3]))
    #expect(try merge(count: 2).counts.captioned == 2)
  }

  @Test("what is refused comes with what to do")
  func messages() throws {
    let shards = try (0..<12).map { try #require(Shard($0, of: 16)) }
    #expect(
      ShardMergeError("out", .missing(shards)).description
        == "out: of 16 shards there are no results of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more. "
        + "Run the batch with --shard 0/16 first.")
    for problem in [
      .none, .severalCounts([2, 3]), .unfinished(shards), .different(shards[0], shards[1]),
    ]
      as [ShardMergeError.Problem]
    {
      #expect(ShardMergeError("out", problem).description.contains("--shard"))
    }
  }

  @Test("a limit of failures counts them, or their share of what there is to do")
  func limits() {
    #expect(!BatchJob.FailureLimit.count(3).isExceeded(by: 3, of: 10))
    #expect(BatchJob.FailureLimit.count(3).isExceeded(by: 4, of: 10))
    #expect(BatchJob.FailureLimit.count(0).isExceeded(by: 1, of: 10))
    #expect(!BatchJob.FailureLimit.percent(10).isExceeded(by: 1, of: 10))
    #expect(BatchJob.FailureLimit.percent(10).isExceeded(by: 2, of: 10))
  }
}
