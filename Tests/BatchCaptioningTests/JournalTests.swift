import Files
import Media
import TestSupport
import Testing

@testable import BatchCaptioning
@testable import Captioning

@Suite("The journal of a batch")
struct JournalTests {
  static let head = ResultHead(
    model: "tiny", digest: String(repeating: "a", count: 64),
    settings: ["beam": 3, "temperature": 0.7], clipSettings: [.init("frames", 16)])
  static let stamp = SourceStamp(size: 5, modificationNanoseconds: 1_795_294_104_610_272_167)

  let folder: TemporaryFolder
  var path: String { "\(folder.path)/results.jsonl" }

  init() throws { folder = try TemporaryFolder() }

  /// A row as a batch writes it.
  static func row(
    _ name: String, _ stamp: SourceStamp? = stamp, failure: MediaError.Code? = nil,
    text: String = "a dog"
  ) -> JSONValue {
    let caption = Caption(text: text, words: [], logProbability: -1, score: -1, isFinished: true)
    let outcome: Result<CaptionedMedia, MediaError> =
      failure.map {
        .failure(MediaError(path: name, code: $0, stage: .decode, problem: "bad."))
      }
      ?? .success(
        CaptionedMedia(
          size: PixelSize(width: 1, height: 1), segments: [CaptionedSegment(captions: [caption])],
          warnings: [],
          timing: StageTiming(decode: .zero, encode: .zero, search: .zero)))
    return CaptionResult(file: name, outcome: outcome).journalRow(head, stamp)
  }

  func write(_ rows: [(name: String, row: JSONValue, isReplacing: Bool)]) throws {
    var journal = try Journal(path)
    for row in rows {
      try journal.append(row.row, of: row.name, isReplacing: row.isReplacing)
    }
    try journal.finish()
  }

  func texts() throws -> [String] {
    let bytes = try MappedFile(path).withBytes { Array($0) }
    #expect(bytes.last == UInt8(ascii: "\n"))
    return try bytes.split(separator: 10).map { line in
      let row = try JSONValue(reading: Array(line))
      let text = row["segments"]?.elements?.first?["captions"]?.elements?.first?["text"]?.string
      return "\(row["file"]?.string ?? "") \(text ?? row["error"]?["code"]?.string ?? "")"
    }
  }

  func finding(_ name: String, _ stamp: SourceStamp? = stamp) throws -> JournalIndex.Finding {
    let journal = try Journal(path)
    return journal.index.finding(name, stamp, Self.head.conditions)
  }

  @Test("a row is known again by its file, and what it was made from and with")
  func knownAgain() throws {
    try write([
      ("a.jpg", Self.row("a.jpg"), false), ("b.jpg", Self.row("b.jpg", failure: .tooLarge), false),
      ("c.jpg", Self.row("c.jpg", nil, failure: .missing), false),
      ("e\u{301}.jpg", Self.row("e\u{301}.jpg"), false),
    ])
    #expect(try finding("a.jpg") == .captioned(.image, isWithheld: false))
    #expect(try finding("b.jpg") == .failed(.tooLarge))
    #expect(try finding("c.jpg", nil) == .failed(.missing))
    #expect(try finding("c.jpg") == .changed)
    #expect(try finding("d.jpg") == .new)
    // The same letters, another file.
    #expect(try finding("e\u{301}.jpg") == .captioned(.image, isWithheld: false))
    #expect(try finding("\u{E9}.jpg") == .new)
    for stamp in [
      SourceStamp(size: 6, modificationNanoseconds: Self.stamp.modificationNanoseconds),
      SourceStamp(size: 5, modificationNanoseconds: Self.stamp.modificationNanoseconds + 1),
      SourceStamp(
        size: 5, modificationNanoseconds: Self.stamp.modificationNanoseconds, offset: 512),
      nil,
    ] {
      #expect(try finding("a.jpg", stamp) == .changed)
    }
    let journal = try Journal(path)
    for head in [
      ResultHead(model: "tiny", digest: nil, settings: Self.head.settings),
      ResultHead(
        model: "tiny", digest: String(repeating: "b", count: 64), settings: Self.head.settings),
      ResultHead(
        model: "tiny", digest: String(repeating: "a", count: 64),
        settings: ["beam": 4, "temperature": 0.7]),
    ] {
      #expect(journal.index.finding("a.jpg", Self.stamp, head.conditions) == .changed)
    }
    let renamed = ResultHead(
      model: "other", digest: String(repeating: "a", count: 64), settings: Self.head.settings)
    #expect(
      journal.index.finding("a.jpg", Self.stamp, renamed.conditions)
        == .captioned(.image, isWithheld: false))
  }

  @Test("a torn last line is cut off, wherever it is torn")
  func tornLine() throws {
    try write([("a.jpg", Self.row("a.jpg"), false)])
    let whole = try MappedFile(path).withBytes { Array($0) }
    let line = Array(Self.row("b.jpg").compactText.utf8)
    for count in [1, 2, line.count / 2, line.count] {
      try folder.write(whole + line.prefix(count), to: "results.jsonl")
      #expect(try finding("b.jpg") == .new)
      #expect(try finding("a.jpg") == .captioned(.image, isWithheld: false))
      #expect(try MappedFile(path).withBytes { Array($0) } == whole)
    }
    // The very first row may be torn, too.
    try folder.write(Array(line.prefix(9)), to: "results.jsonl")
    #expect(try finding("b.jpg") == .new)
  }

  @Test("a file captioned again has its new row alone in the end, also after a kill in between")
  func replacing() throws {
    try write([
      ("a", Self.row("a", text: "old"), false), ("b", Self.row("b"), false),
      ("c", Self.row("c", text: "old"), false),
    ])
    var killed = try Journal(path)
    try killed.append(Self.row("a", text: "new"), of: "a", isReplacing: true)
    // No finish: both rows of a are there, and the newer one counts.
    #expect(try texts() == ["a old", "b a dog", "c old", "a new"])
    try write([("c", Self.row("c", failure: .corrupt), true)])
    #expect(try texts() == ["b a dog", "a new", "c corrupt"])
    #expect(try finding("c") == .failed(.corrupt))
  }

  @Test("lines that cannot be read are counted, and left out in the end")
  func brokenLines() throws {
    try write([("a", Self.row("a"), false)])
    let whole = try MappedFile(path).withBytes { Array($0) }
    let broken = [UInt8](repeating: 0, count: 50) + [10]
    try folder.write(whole + broken + Array("{}\n".utf8) + whole, to: "results.jsonl")
    var journal = try Journal(path)
    #expect(journal.brokenLineCount == 2)
    try journal.finish()
    #expect(try texts() == ["a a dog"])
  }

  @Test(
    "a file that holds something else is not touched, not even to begin anew",
    arguments: ["{\"a\": 1}\n{\"a\": 2}\n", "my diary", "x\n"])
  func foreign(_ text: String) throws {
    try folder.write(text, to: "results.jsonl")
    for isRestarting in [false, true] {
      #expect(throws: JournalError.self) { _ = try Journal(path, isRestarting: isRestarting) }
    }
    #expect(try MappedFile(path).withBytes { Array($0) } == Array(text.utf8))
  }

  @Test("to begin anew is to have no rows")
  func restart() throws {
    try write([("a", Self.row("a"), false)])
    let journal = try Journal(path, isRestarting: true)
    #expect(journal.index.count == 0)
    #expect(FileStatus(path)?.byteCount == 0)
  }

  @Test("every kind of failure is known again")
  func failures() throws {
    var index = JournalIndex()
    for code in MediaError.Code.allCases {
      let line = Array(Self.row(code.rawValue, failure: code).compactText.utf8)
      index.add(try #require(JournalRow(line[...])))
    }
    for code in MediaError.Code.allCases {
      #expect(index.finding(code.rawValue, Self.stamp, Self.head.conditions) == .failed(code))
    }
  }

  @Test("a stamp survives its JSON to the nanosecond")
  func stamps() throws {
    for offset in [nil, 1536] {
      let stamp = SourceStamp(
        size: 1 << 40, modificationNanoseconds: -1_795_294_104_610_272_167, offset: offset)
      let line = Array(Self.row("a", stamp).compactText.utf8)
      #expect(JournalRow(line[...])?.stamp == stamp)
    }
  }
}
