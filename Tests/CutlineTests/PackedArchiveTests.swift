import Files
import Foundation
import TestSupport
import Testing

@testable import BatchCaptioning
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

  /// The content of a result row: a caption, or the failure's code.
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

  /// Returns the result rows for the same images as files.
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
    for name in [
      "hostile.tar.gz", "hostile.zip", "encrypted.zip", "damaged.zip", "deflate64.zip",
      "behind.zip",
    ] {
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
    // The second part of a zip, in whose list are members of the first.
    #expect(failure(rows["behind.zip"]) == "corrupt")
    // That is no damage.
    #expect(failure(rows["deflate64.zip/red.png"]) == "unsupported")
    #expect(rows["deflate64.zip/blue.png"]?.score != nil)
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

  @Test(
    "have the later of members with one name, as unpacking has, and name the earlier, and hard links"
  )
  func twice() throws {
    let names = ["twice.tar.gz", "twice.tar.xz", "twice.tar.lzma", "twice.zip", "members.zip"]
    for name in names { try folder.write(bytes(name), to: name) }
    let result = try batch(".", "-v")
    #expect(result.status == 0, "\(result.errors)")
    let rows = try rows()
    let (red, blue) = (rows["members.zip/red.png"], rows["members.zip/sub/blue.png"])
    #expect(red?.isLike(blue) == false)
    for name in names.dropLast() {
      #expect(rows["\(name)/a.png"]?.isLike(blue) == true, "\(name)")
      #expect(rows["\(name)/b.png"]?.isLike(red) == true, "\(name)")
      for leftOut in [
        "a.png (replaced by a later member of the same name)",
        "b.tar (archive in archives, read only if unpacked)",
        "b.png.gz (compressed file, read only if unpacked)",
      ] {
        #expect(result.errors.contains("left out: \(name)/\(leftOut)"))
      }
    }
    #expect(
      result.errors.contains(
        "left out: twice.tar.gz/c.png (link in archives, read only if unpacked)"))
    #expect(rows.count == 4 * 2 + 3)
    // What is there stays as it is, to the byte.
    let path = "\(folder.path)/out/results.jsonl"
    let before = try MappedFile(path).withBytes { Array($0) }
    #expect(try batch(".").errors.contains("11 already done"))
    #expect(try MappedFile(path).withBytes { Array($0) } == before)
    // In any order of the members' reading, as in shards.
    for shard in ["0/2", "1/2"] {
      #expect(try batch(".", "--shard", shard, in: "parts").status == 0)
    }
    #expect(try Program.run(["batch", "--merge", "-o", "parts"], in: folder.path).status == 0)
    #expect(try Set(self.rows(in: "parts").keys) == Set(rows.keys))
  }

  @Test("that were joined, have something in front, or hold nothing: all is read, or named")
  func joined() throws {
    for name in [
      "joined.tar.gz", "halfjoined.tar.gz", "joined.zip", "program.zip", "nothing.zip",
    ] {
      try folder.write(bytes(name), to: name)
    }
    let result = try batch(".", "-v")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      try Set(rows().keys) == [
        "joined.tar.gz/red.png", "joined.tar.gz/green.png", "halfjoined.tar.gz/red.png",
        "joined.zip/green.png", "program.zip/green.png",
      ])
    let rest = "bytes (archive with bytes that belong to no member)"
    let frontCount =
      try bytes("joined.zip").ranges(of: Array("PK\u{3}\u{4}".utf8)).last?.lowerBound ?? 0
    for line in [
      "halfjoined.tar.gz: 10240 \(rest)", "joined.zip: \(frontCount) \(rest)",
      "program.zip: 3002 \(rest)", "nothing.zip (archive without files)",
    ] {
      #expect(result.errors.contains("left out: \(line)"), "\(line)")
    }
  }

  @Test("that are none are told as what they are: one picture, compressed once more")
  func compressedPicture() throws {
    try folder.makeFolder("in")
    try folder.write(bytes("stored.zip"), to: "in/a.zip")
    let script = """
      cp '\(Pictures.jpeg)' in/a.jpg && gzip in/a.jpg && cd in && cutline() { "\(Program.path)" "$@"; }
      cutline batch a.jpg.gz -o out -m '\(model.path)'; echo $?; cutline a.jpg.gz -m '\(model.path)'; echo $?
      cutline batch . -o out2 -m '\(model.path)' -v; echo $?
      """
    let result = try Program.shell(script, in: folder.path)
    #expect(result.lines == ["2", "65", "0"], "\(result.errors)")
    #expect(
      result.errors.contains(
        "cutline: a.jpg.gz: compressed, and what is in it is no archive that can be read. Unpack it first."
      ))
    #expect(result.errors.contains("cutline: a.jpg.gz: an archive, or compressed once more."))
    #expect(
      result.errors.contains(
        "left out: a.jpg.gz (compressed file, read only if unpacked)"))
  }

  @Test("that are damaged have the same rows whichever of their members were read before")
  func damagedTwice() throws {
    for name in ["torn.zip", "damaged.zip", "members.zip"] {
      try folder.write(bytes(name), to: name)
    }
    try folder.write(Array(bytes("members.tar.gz").dropLast(60)), to: "cut.tar.gz")
    #expect(try batch(".").status == 2)
    let first = try rows()
    #expect(first["torn.zip/red.png"]?.score != nil)
    #expect(failure(first["torn.zip/blue.png"]) == "corrupt")
    #expect(failure(first["torn.zip"]) == "corrupt" && failure(first["cut.tar.gz"]) == "corrupt")
    let summary = try JSONValue(
      reading: MappedFile("\(folder.path)/out/summary.json").withBytes { Array($0) })
    #expect(summary["inputs"]?.integer == first.count && summary["done"]?.integer == first.count)
    let path = "\(folder.path)/out/results.jsonl"
    let before = try MappedFile(path).withBytes { Array($0) }
    #expect(try batch(".").errors.contains("\(first.count) already done"))
    #expect(try MappedFile(path).withBytes { Array($0) } == before)
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
