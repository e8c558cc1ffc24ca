import Files
import Foundation
import TestSupport
import Testing

@testable import Captioning

/// Archives that have to be unpacked, as `cutline batch` reads them; `scripts/fixtures/archives.py` wrote them.
@Suite(
  "Packed archives", .enabled(if: ArchiveLibrary.version != nil, "needs libarchive"))
struct PackedArchiveTests {
  let model: SampleModel
  let folder: TemporaryFolder

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
  }

  private static let fixtures = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/archives").path

  private func bytes(_ name: String) throws -> [UInt8] {
    try Pictures.bytes(of: "\(Self.fixtures)/\(name)")
  }

  private func batch(_ arguments: String..., in output: String = "out") throws -> Program.Outcome {
    try Program.run(
      ["batch", "-o", output, "-m", model.path] + arguments, in: folder.path)
  }

  /// What a row says: a caption, or the failure's code.
  private struct Said: Equatable {
    let text: String
    /// Nil for a failure.
    var score: Double?

    /// Batches of other pictures may change the last digits.
    func isLike(_ other: Said?) -> Bool {
      guard let score, let other, let expected = other.score else { return false }
      return text == other.text && abs(score - expected) < 1e-3
    }
  }

  /// The rows by their files.
  private func rows(in output: String = "out") throws -> [String: Said] {
    let path = "\(folder.path)/\(output)/results.jsonl"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return try text.split(separator: "\n").reduce(into: [:]) { rows, line in
      let row = try JSONValue(reading: Array(line.utf8))
      let caption = row["segments"]?.elements?.first?["captions"]?.elements?.first
      rows[row["file"]?.string ?? ""] = Said(
        text: caption?["text"]?.string ?? row["error"]?["code"]?.string ?? "",
        score: caption?["logprob"]?.number)
    }
  }

  private func failure(_ row: Said?) -> String? { row?.score == nil ? row?.text : nil }

  /// What the pictures get as files.
  private func expectedRows() throws -> [String: Said] {
    // What is stored lies there as it is.
    let archive = try bytes("stored.zip")
    try folder.makeFolder("plain")
    for name in ["red.png", "sub/blue.png", "blob"] {
      let start = try #require(archive.firstRange(of: Array(name.utf8))).upperBound
      let end = try #require(archive[start...].firstRange(of: Array("IEND".utf8))).upperBound + 4
      try folder.write(Array(archive[start..<end]), to: "plain/\(name.replacing("/", with: "-"))")
    }
    #expect(try batch("plain", in: "expected").status == 0)
    return try rows(in: "expected").reduce(into: [:]) { rows, row in
      rows[String(row.key.dropFirst(6)).replacing("-", with: "/")] = row.value
    }
  }

  @Test(
    "of every kind give the captions of the files in them, are resumed by member, and say what is no picture"
  )
  func kinds() throws {
    let expected = try expectedRows()
    #expect(Set(expected.values.map(\.score)).count == 3, "pictures that are told apart")
    let names = [
      "members.tar.gz", "members.tar.bz2", "members.tar.xz", "members.tar.zst", "members.zip",
      "stored.zip", "members.7z",
    ]
    for name in names { try folder.write(bytes(name), to: name) }
    let result = try batch(".", "-f", "txt", "-v")
    #expect(result.status == 0, "\(result.errors)")
    let rows = try rows()
    for name in names {
      for (member, said) in expected {
        #expect(said.isLike(rows["\(name)/\(member)"]), "\(name)/\(member)")
      }
      #expect(result.errors.contains("left out: \(name)/notes.txt (neither picture nor video)"))
      #expect(result.errors.contains("left out: \(name)/.hidden.png (hidden)"))
      let side = try String(
        contentsOfFile: "\(folder.path)/out/\(name)/sub/blue.txt", encoding: .utf8)
      #expect(side == expected["sub/blue.png"].map { $0.text + "\n" })
    }
    #expect(try batch(".", "-f", "txt").errors.contains("already done"))
    #expect(try self.rows() == rows)
  }

  @Test("are told by their contents, whatever they are called")
  func contents() throws {
    try folder.write(bytes("members.tar.gz"), to: "a.tar")
    try folder.write(bytes("members.zip"), to: "photos.cbz")
    var tar = TarBytes()
    tar.add("c.jpg", try Pictures.bytes(of: Pictures.jpeg))
    try folder.write(tar.whole, to: "b.tar.gz")
    try folder.write(Pictures.bytes(of: Pictures.png), to: "c.zip")
    #expect(try batch("a.tar", "photos.cbz", "b.tar.gz", "c.zip").status == 0)
    #expect(
      try Set(rows().keys) == [
        "a.tar/red.png", "a.tar/sub/blue.png", "a.tar/blob", "photos.cbz/red.png",
        "photos.cbz/sub/blue.png", "photos.cbz/blob", "b.tar.gz/c.jpg", "c.zip",
      ])
  }

  @Test("have names in any script")
  func names() throws {
    try folder.write(bytes("names.zip"), to: "names.zip")
    #expect(try batch("names.zip").status == 0)
    #expect(try Array(rows().keys) == ["names.zip/grün/é.png"])
  }

  @Test(
    "that reach outside themselves, are locked or damaged cost the members concerned, each with its code"
  )
  func bad() throws {
    for name in ["hostile.tar.gz", "hostile.zip", "encrypted.zip", "damaged.zip"] {
      try folder.write(bytes(name), to: name)
    }
    try folder.write("no archive", to: "junk.zip")
    try folder.write("", to: "empty.tar.gz")
    let before = try namesInFolder(folder.path)
    let result = try batch(".", "-f", "txt")
    #expect(result.status == 2)
    let rows = try rows()
    for archive in ["hostile.tar.gz", "hostile.zip"] {
      #expect(failure(rows["\(archive)/../up.png"]) == "outside_root")
      #expect(failure(rows["\(archive)/a/../../up.png"]) == "outside_root")
      #expect(rows["\(archive)/good.png"]?.score != nil)
    }
    #expect(failure(rows["encrypted.zip/red.png"]) == "unsupported")
    #expect(failure(rows["damaged.zip/red.png"]) == "corrupt")
    #expect(rows["damaged.zip/blue.png"]?.score != nil)
    #expect(failure(rows["junk.zip"]) == "corrupt")
    #expect(failure(rows["empty.tar.gz"]) == "empty")
    #expect(result.errors.contains("1 link"))
    #expect(try namesInFolder(folder.path).filter { $0 != "out" } == before)
    // Nothing is left of what was unpacked.
    #expect(try namesInFolder("\(folder.path)/out").allSatisfy { !$0.contains("unnamed") })
  }

  @Test("cut off anywhere give what is whole, and one failure")
  func truncated() throws {
    for name in [
      "members.tar.gz", "members.tar.xz", "members.tar.zst", "members.zip", "members.7z",
    ] {
      let whole = try bytes(name)
      for count in [whole.count / 2, whole.count * 9 / 10] {
        try folder.write(Array(whole.prefix(count)), to: "\(count)-\(name)")
      }
    }
    let result = try batch(".")
    #expect(result.status == 2)
    let rows = try rows()
    for name in try namesInFolder(folder.path) where name != "out" {
      let found = rows.filter { $0.key.hasPrefix(name) }.values
      // Of a zip the end may be a second list of members that were all read.
      #expect(
        found.contains { failure($0) == "corrupt" } || found.count { $0.score != nil } == 3,
        "\(name)")
    }
  }

  @Test("that are made to fill disks are given up in time, and what comes before is captioned")
  func bombs() throws {
    for name in ["bomb.tar.zst", "huge.tar.zst", "members.zip"] {
      try folder.write(bytes(name), to: name)
    }
    let start = ContinuousClock.now
    #expect(try batch(".").status == 2)
    #expect(start.duration(to: .now) < .seconds(60))
    let rows = try rows()
    #expect(failure(rows["bomb.tar.zst"]) == "too_large")
    #expect(failure(rows["huge.tar.zst/huge.png"]) == "too_large")
    #expect(rows["huge.tar.zst/red.png"]?.score != nil)
    #expect(rows["members.zip/red.png"]?.score != nil)
  }
}
