import Captioning
import Files
import Media
import TestSupport
import Testing

@testable import BatchCaptioning

@Suite("The queue of a batch")
struct BatchQueueTests {
  let folder: TemporaryFolder
  let output: String

  init() throws {
    folder = try TemporaryFolder()
    output = try folder.makeFolder("out")
    for name in ["a.jpg", "b.jpg", "c.jpg"] { try folder.write("x", to: name) }
  }

  func queue(
    _ names: [String], _ index: JournalIndex = JournalIndex(), shard: Shard = .whole,
    retriesFailed: Bool = false, sideFormats: [SideFormat] = []
  ) -> BatchQueue {
    BatchQueue(
      BatchInputs(names.map { .path("\(folder.path)/\($0)") }, isRecursive: true),
      BatchQueue.Rules(
        shard: shard, conditions: JournalTests.head.conditions, retriesFailed: retriesFailed,
        sideFormats: sideFormats, output: output),
      index)
  }

  func items(_ queue: BatchQueue) throws -> [BatchQueue.Item] {
    var queue = queue
    var items: [BatchQueue.Item] = []
    while let item = try queue.next() { items.append(item) }
    return items
  }

  /// An index with rows of a.jpg, captioned, and b.jpg, failed.
  func index() throws -> JournalIndex {
    var index = JournalIndex()
    for (name, failure) in [("a.jpg", nil), ("b.jpg", MediaError.Code.corrupt)] {
      let path = "\(folder.path)/\(name)"
      let stamp = BatchInput(name: path, place: .file(path), mirrorPath: name).stamp
      let row = JournalTests.row(path, stamp, failure: failure)
      index.add(try #require(JournalRow(Array(row.compactText.utf8)[...])))
    }
    return index
  }

  @Test("an input given twice is one, under any spelling of its path")
  func repeated() throws {
    let queue = queue(["a.jpg", "./a.jpg", "b.jpg", ".//b.jpg", "a.jpg"])
    #expect(try items(queue).count == 2)
    var named: [BatchInputs.LeftOut.Entry] = []
    #expect(try BatchSurvey(of: queue, leaveOut: { named.append($0) }).leftOut[.repeated] == 3)
    #expect(named.map(\.name) == ["a.jpg", "b.jpg", "a.jpg"].map { "\(folder.path)/\($0)" })
  }

  @Test("what has a row is not done again, what failed only on demand")
  func done() throws {
    let names = ["a.jpg", "b.jpg", "c.jpg"]
    let index = try index()
    #expect(try items(queue(names, index)).map(\.isWaiting) == [false, false, true])
    let again = try items(queue(names, index, retriesFailed: true))
    #expect(again.map(\.isWaiting) == [false, true, true])
    try folder.write("xy", to: "a.jpg")
    let changed = try items(queue(names, index))
    #expect(changed.map(\.finding) == [.changed, .failed(.corrupt), .new])
  }

  @Test("a row without its side files is not enough")
  func missingSideFiles() throws {
    let queue = queue(["a.jpg"], try index(), sideFormats: [.txt])
    #expect(try items(queue).map(\.isWaiting) == [true])
    try folder.write("", to: "out/a.txt")
    #expect(try items(queue).map(\.isWaiting) == [true])
    // Where a file's path is given whole, so is that of its side file.
    let stem = try #require(try items(queue).first?.sideStem)
    try makeFolder("\(output)/\(stem)")
    try folder.write("a dog\n", to: "out/\(stem).txt")
    #expect(try items(queue).map(\.isWaiting) == [false])
  }

  @Test("a picture that is called a clip needs no subtitles to be done")
  func misnamed() throws {
    let path = try folder.write("x", to: "still.mp4")
    let stamp = BatchInput(name: path, place: .file(path), mirrorPath: "still.mp4").stamp
    var index = JournalIndex()
    let row = JournalTests.row(path, stamp)
    index.add(try #require(JournalRow(Array(row.compactText.utf8)[...])))
    #expect(try items(queue(["still.mp4"], index, sideFormats: [.srt])).map(\.isWaiting) == [false])
    #expect(try items(queue(["still.mp4"], index, sideFormats: [.txt])).map(\.isWaiting) == [true])
  }

  @Test("a survey counts what is there, done and failed, without reading any of it")
  func survey() throws {
    try folder.write("x", to: "d.mp4")
    let names = ["a.jpg", "b.jpg", "c.jpg", "d.mp4", "none.jpg"]
    let survey = try BatchSurvey(of: queue(names, index()))
    #expect(survey.counts.inputs == 5 && survey.counts.captioned == 1)
    #expect(survey.counts.failures == [.corrupt: 1])
    #expect(survey.waitingCount == 3)
    #expect(survey.imageCount == 4 && survey.videoCount == 1)
  }

  @Test("shards share the inputs, and agree on the names of side files")
  func shards() throws {
    try folder.makeFolder("more")
    for number in 0..<40 {
      try folder.write("x", to: "more/\(number).jpg")
      try folder.write("x", to: "more/\(number).png")
    }
    let whole = try items(queue(["more"], sideFormats: [.txt]))
    let shards = try (0..<3).flatMap {
      try items(queue(["more"], shard: try #require(Shard($0, of: 3)), sideFormats: [.txt]))
    }
    func pairs(_ items: [BatchQueue.Item]) -> [String] {
      items.map { "\($0.input.name) \($0.sideStem ?? "")" }.sorted()
    }
    #expect(whole.count == 80)
    #expect(pairs(shards) == pairs(whole))
    #expect(Set(whole.map(\.sideStem)).count == 80)
  }
}
