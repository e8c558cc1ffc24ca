import Files
import Media
import TestSupport
import Testing

@testable import BatchCaptioning
@testable import Captioning

@Suite("Captions that are withheld, and tags")
struct WithheldRowsTests {
  private static let stamp = SourceStamp(size: 5, modificationNanoseconds: 1)
  private static let caption = Caption(
    text: "a plane", words: [], logProbability: -1, score: -1, isFinished: true)
  private static let tags = [
    PictureTag(label: "airliner", word: "plane", probability: 0.654),
    PictureTag(label: "Wing", word: "wing", probability: 0.25),
    PictureTag(label: "warplane", word: nil, probability: 0.05),
  ]

  private func head(tagCount: Int = 0) -> ResultHead {
    ResultHead(
      model: "tiny", digest: String(repeating: "a", count: 64), settings: ["beam": 3],
      tagCount: tagCount)
  }

  /// The parts of a clip, or of a picture if there is only one, some of which are withheld.
  private func media(withheld: [Bool], isUnsure: Bool = true) -> CaptionedMedia {
    let isClip = withheld.count > 1
    let segments = withheld.enumerated().map { index, isWithheld in
      CaptionedSegment(
        span: isClip ? ClipSegment(start: Double(index), end: Double(index) + 1) : nil,
        PictureDescription(
          captions: isWithheld ? [] : [Self.caption], tags: Self.tags,
          confidence: CaptionConfidence(
            probability: 0.1234, isUnsure: isUnsure, isUnfamiliar: index == 0),
          isWithheld: isWithheld))
    }
    return CaptionedMedia(
      size: PixelSize(width: 1, height: 1),
      clip: isClip ? ClipFacts(duration: Double(withheld.count), frameRate: nil) : nil,
      segments: segments, warnings: [],
      timing: StageTiming(decode: .zero, encode: .zero, search: .zero))
  }

  private func row(_ name: String, withheld: [Bool], tagCount: Int = 0) -> JSONValue {
    CaptionResult(file: name, outcome: .success(media(withheld: withheld)))
      .journalRow(head(tagCount: tagCount), Self.stamp)
  }

  private func journalRow(_ json: JSONValue) throws -> JournalRow {
    let line = Array(json.compactText.utf8)
    return try #require(JournalRow(line[...]))
  }

  @Test("a journal knows what is withheld, by the part of a row before its segments")
  func known() throws {
    var index = JournalIndex()
    for (name, withheld) in [
      ("all.jpg", [true]), ("none.jpg", [false]), ("all.avi", [true, true]),
      ("some.avi", [true, false]),
    ] {
      let row = row(name, withheld: withheld)
      let isWithheld = withheld.allSatisfy(\.self)
      #expect((row["withheld"] == true) == isWithheld, "\(name)")
      let found = try journalRow(row)
      #expect(found.isWithheld == isWithheld && found.failure == nil, "\(name)")
      index.add(found)
      let kind = withheld.count > 1 ? MediaKind.video : .image
      // Pictures and clips have the same settings here.
      let conditions = [kind: head().conditions[kind] ?? []]
      #expect(
        index.finding(name, Self.stamp, conditions) == .captioned(kind, isWithheld: isWithheld),
        "\(name)")
      #expect(index.finding(name, nil, conditions) == .changed)
      // The segments, most of a row, are not read.
      let text = row.compactText
      let end = try #require(text.ranges(of: "\"segments\":").first?.upperBound)
      let start = Array(text[..<end].utf8) + Array("[{".utf8)
      let again = try #require(JournalRow(start[...]))
      #expect(again == found, "\(name)")
    }
  }

  @Test("the newest row of a name tells whether it is withheld")
  func newest() throws {
    let conditions = head().conditions
    var index = JournalIndex()
    for isWithheld in [true, false, true] {
      index.add(try journalRow(row("a.jpg", withheld: [isWithheld])))
      #expect(
        index.finding("a.jpg", Self.stamp, conditions)
          == .captioned(.image, isWithheld: isWithheld))
    }
  }

  @Test("rows say how sure the model is, what it sees, and which parts it withholds")
  func json() throws {
    let row = row("a.avi", withheld: [true, false], tagCount: 2)
    let segments = try #require(row["segments"]?.elements)
    #expect(row["withheld"] == nil)
    #expect(segments.map { $0["withheld"] } == [true, nil])
    #expect(segments.map { $0["captions"]?.elements?.count } == [0, 1])
    #expect(segments.map { $0["confidence"]?.number } == [0.1234, 0.1234])
    let tags: JSONValue = [
      ["label": "airliner", "word": "plane", "p": 0.654],
      ["label": "Wing", "word": "wing", "p": 0.25],
    ]
    #expect(segments.map { $0["tags"] } == [tags, tags])
    let warnings = try #require(row["warnings"]?.elements)
    #expect(warnings.map { $0["code"]?.string } == ["unsure", "unsure"])
    #expect(
      warnings.map { $0["message"]?.string } == [
        "0.0-1.0 s: unsure (12 %): unlike the photos the model learned from; it may show: "
          + "airliner (65 %), Wing (25 %); withheld",
        "1.0-2.0 s: unsure (12 %): no caption seems to fit; it may show: airliner (65 %), "
          + "Wing (25 %)",
      ])
    let sure = CaptionResult(
      file: "a.jpg", outcome: .success(media(withheld: [false], isUnsure: false))
    ).json(head())
    #expect(sure["warnings"]?.elements?.isEmpty == true)
    #expect(sure["segments"]?.elements?.first?["tags"] == nil)
  }

  @Test("lines of text have the tags behind the best caption")
  func lines() {
    func text(_ media: CaptionedMedia, tagCount: Int) -> String {
      var formatter = ResultFormatter(
        .tsv, head(tagCount: tagCount), fileCount: 1, captionCount: 1)
      let result = CaptionResult(file: "a.jpg", outcome: .success(media))
      return String(decoding: formatter.bytes(for: result), as: UTF8.self)
    }
    let picture = media(withheld: [false])
    #expect(text(picture, tagCount: 0) == "a.jpg\ta plane\n")
    #expect(
      text(picture, tagCount: 3)
        == "a.jpg\ta plane\tairliner, plane (65 %); Wing (25 %); warplane (5 %)\n")
    #expect(
      text(media(withheld: [true, false]), tagCount: 1)
        == "a.jpg\t0.0\t1.0\t\tairliner, plane (65 %)\n"
        + "a.jpg\t1.0\t2.0\ta plane\tairliner, plane (65 %)\n")
  }

  @Test("side files are never empty, as a truncated file would be")
  func sideFiles() throws {
    #expect(SideFormat.txt.text(for: media(withheld: [true])) == "\n")
    #expect(SideFormat.txt.text(for: media(withheld: [true, false])) == "a plane\n")
    #expect(SideFormat.srt.text(for: media(withheld: [true])) == nil)
    for format in [SideFormat.srt, .vtt] {
      let text = try #require(format.text(for: media(withheld: [true, true])))
      #expect(!text.isEmpty && !text.contains("-->"))
      let some = try #require(format.text(for: media(withheld: [true, false])))
      #expect(some.contains("00:00:01") || some.contains("00:01."), "\(some)")
      #expect(some.ranges(of: "-->").count == 1)
    }
  }

  @Test("a summary keeps the number, shards add theirs, and an older summary has none")
  func summaries() throws {
    let folder = try TemporaryFolder()
    for index in 0..<2 {
      let shard = try #require(Shard(index, of: 2))
      let rows = (0...index).map { row("\(index)-\($0)", withheld: [true]).compactText + "\n" }
      try folder.write(rows.joined(), to: shard.journalName)
      var summary = BatchSummary(of: shard, model: head().model, settings: head().settings)
      (summary.counts.inputs, summary.counts.captioned) = (index + 2, index + 2)
      summary.counts.withheld = index + 1
      try summary.write(into: folder.path)
      #expect(BatchSummary(of: shard, in: folder.path)?.counts.withheld == index + 1)
    }
    let merged = try ShardMerge(in: folder.path).write(overwriting: false)
    #expect(merged.counts.withheld == 3 && merged.counts.captioned == 5)
    #expect(merged.json["withheld"] == 3)
    let path = "\(folder.path)/summary.json"
    let text = try MappedFile(path).withBytes { String(decoding: $0, as: UTF8.self) }
    let older = text.split(separator: "\n").filter { !$0.contains("\"withheld\"") }
    try folder.write(older.joined(separator: "\n"), to: "summary.json")
    let read = try #require(BatchSummary(of: .whole, in: folder.path))
    #expect(read.counts.withheld == 0 && read.counts.captioned == 5)
  }
}
