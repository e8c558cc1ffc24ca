import Files
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("cutline batch")
struct BatchCommandTests {
  let model: SampleModel
  let folder: TemporaryFolder

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
    try folder.makeFolder("pics")
    try folder.makeFolder("pics/more")
    try add(Pictures.jpeg, "a.jpg")
    try add(Pictures.png, "b.png")
    try add(Pictures.webp, "more/c.webp")
  }

  func add(_ picture: String, _ name: String) throws {
    try folder.write(Pictures.bytes(of: picture), to: "pics/\(name)")
  }

  func batch(_ arguments: String..., input: [UInt8] = []) throws -> Program.Outcome {
    try Program.run(
      ["batch"] + arguments + ["-m", model.path], in: folder.path, input: input)
  }

  /// The fields of a result row that do not differ from run to run.
  struct Row: Hashable {
    let name: String
    /// Or the failure's code.
    let text: String
    let score: Double?
  }

  /// The rows, which stand in the order in which files were done, by their names.
  func rows(_ name: String = "results.jsonl", in output: String = "out") throws -> [Row] {
    let text = try String(contentsOfFile: "\(folder.path)/\(output)/\(name)", encoding: .utf8)
    let schema = try JSONSchema(
      reading: "\(Pictures.folder)/../../Sources/cutline/Resources/result.schema.json")
    let rows = try text.split(separator: "\n").map { line in
      let row = try JSONValue(reading: Array(line.utf8))
      #expect(schema.problems(of: row) == [])
      let caption = row["segments"]?.elements?.first?["captions"]?.elements?.first
      return Row(
        name: row["file"]?.string ?? "",
        text: caption?["text"]?.string ?? row["error"]?["code"]?.string ?? "",
        score: caption?["logprob"]?.number)
    }
    return rows.sorted { $0.name < $1.name }
  }

  func summary(_ name: String = "summary.json") throws -> JSONValue {
    try JSONValue(
      reading: Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/out/\(name)"))))
  }

  func text(_ name: String) -> String? {
    try? String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
  }

  @Test("a folder gets a row for each picture, with the captions that caption gives")
  func plainFolder() throws {
    let result = try batch("pics", "-r", "-o", "out", "-f", "txt")
    #expect(result.status == 0)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("pics  3 files (3 image)\n"))
    #expect(result.errors.contains("done 3, failed 0 (see out/summary.json)"))
    let rows = try rows()
    #expect(rows.map(\.name) == ["pics/a.jpg", "pics/b.png", "pics/more/c.webp"])
    for (row, side) in zip(rows, ["a.txt", "b.txt", "more/c.txt"]) {
      let alone = try Program.run([row.name, "-m", model.path], in: folder.path).output
      #expect(row.text + "\n" == alone)
      #expect(text("out/\(side)") == alone)
    }
    #expect(try summary()["end"]?.string == "finished")
    #expect(try summary()["captioned"]?.integer == 3)
  }

  @Test("a second run does nothing, a changed file is captioned again, a new one added")
  func resumption() throws {
    #expect(try batch("pics", "-r", "-o", "out").status == 0)
    let before = try rows()
    let again = try batch("pics", "-r", "-o", "out")
    #expect(again.errors.hasPrefix("pics  3 files (3 image), 3 already done\n"))
    #expect(try rows() == before)
    #expect(try summary()["new"]?.integer == 0)
    try add(Pictures.turned, "a.jpg")
    try add(Pictures.jpeg, "d.jpg")
    #expect(try batch("pics", "-r", "-o", "out").errors.contains("4 files (4 image), 2 already"))
    let after = try rows()
    #expect(
      after.map(\.name) == ["pics/a.jpg", "pics/b.png", "pics/d.jpg", "pics/more/c.webp"])
    #expect(after.first { $0.name == "pics/a.jpg" } != before.first { $0.name == "pics/a.jpg" })
    #expect(after.contains(before[1]) && after.contains(before[2]))
    // Another search is another caption, and so is another precision.
    if Device.multipliesBfloat16 {
      let rounded = try batch("pics", "-r", "-o", "out", "--precision", "bf16")
      #expect(rounded.errors.contains("(4 image)\n"))
    }
    #expect(try batch("pics", "-r", "-o", "out", "-b", "1").errors.contains("(4 image)\n"))
    #expect(try rows().count == 4)
    #expect(try batch("pics", "-r", "-o", "out", "--restart").status == 0)
    #expect(
      try rows().map(\.name) == ["pics/a.jpg", "pics/b.png", "pics/d.jpg", "pics/more/c.webp"])
  }

  @Test("bad files are rows with a code, exit 2 also later, and tried again on demand")
  func failures() throws {
    try folder.write("junk", to: "pics/bad.jpg")
    try folder.write("", to: "pics/empty.png")
    let result = try batch("pics", "none.jpg", "-o", "out", "-f", "txt")
    #expect(result.status == 2)
    #expect(result.errors.contains("cutline: pics/bad.jpg: not a picture"))
    #expect(result.errors.contains("done 2, failed 3"))
    let codes = Set(try rows().map(\.text)).intersection(["empty", "missing", "not_media"])
    #expect(try codes.count == 3 && rows().count == 5)
    #expect(try summary()["failures"] == ["missing": 1, "empty": 1, "not_media": 1])
    #expect(text("out/bad.txt") == nil)
    let again = try batch("pics", "none.jpg", "-o", "out", "-f", "txt")
    #expect(again.status == 2)
    #expect(again.errors.contains("5 already done"))
    #expect(!again.errors.contains("not a picture"))
    #expect(
      try batch("pics", "none.jpg", "-o", "out", "--retry-failed").errors.contains("not a pic"))
    #expect(try rows().count == 5)
    try add(Pictures.jpeg, "bad.jpg")
    try add(Pictures.jpeg, "empty.png")
    try folder.write(Pictures.bytes(of: Pictures.jpeg), to: "none.jpg")
    #expect(try batch("pics", "none.jpg", "-o", "out", "-f", "txt").status == 0)
    #expect(Set(try rows().map(\.name)).count == 5)
    #expect(text("out/bad.txt") != nil)
  }

  @Test(
    "too many failures stop the run with 1 and keep what is done, the limit's own number do not")
  func failureLimit() throws {
    for number in 0..<4 { try folder.write("junk", to: "pics/0\(number).jpg") }
    let stopped = try batch(
      "pics", "-o", "out", "--max-failures", "1", "--batch-size", "2")
    #expect(stopped.status == 1)
    #expect(stopped.errors.contains("2 files failed, which is more than --max-failures allows"))
    #expect(try rows().count == 2)
    #expect(try summary()["end"]?.string == "too_many_failures")
    #expect(try batch("pics", "-o", "out", "--max-failures", "2").status == 2)
    #expect(try rows().count == 6)
    #expect(try batch("pics", "-o", "out2", "--max-failures", "60%").status == 1)
    #expect(try batch("pics", "-o", "out3", "--max-failures", "70%").status == 2)
    #expect(try batch("pics", "-o", "out", "--max-failures", "many").status == 64)
  }

  @Test("quoted patterns and lists, from a file or standard input, name inputs")
  func patternsAndLists() throws {
    #expect(try batch("pics/**/*.[jw]*", "-o", "out").status == 0)
    #expect(try rows().map(\.name) == ["pics/a.jpg", "pics/more/c.webp"])
    try folder.write("pics/b.png\n", to: "list.txt")
    #expect(try batch("--from", "list.txt", "-o", "out").status == 0)
    #expect(try rows().count == 3)
    let name = "pics/odd\nname.jpg"
    try folder.write(Pictures.bytes(of: Pictures.jpeg), to: name)
    let list = Array("pics/a.jpg\0\(name)\0./pics/a.jpg\0".utf8)
    let result = try batch("--from", "-", "-0", "-o", "out2", input: list)
    #expect(result.errors.contains("left out: 1 given twice"))
    #expect(try rows(in: "out2").map(\.name) == ["pics/a.jpg", name])
    let missing = try batch("pics/*.gif", "-o", "out")
    #expect(missing.status == 66)
    #expect(missing.errors.contains("pics/*.gif: no file matches this pattern."))
    try folder.makeFolder("nothing")
    try folder.makeFolder("nothing/pics")
    let none = try batch("nothing", "-o", "out")
    #expect(none.status == 66)
    #expect(none.errors.contains("Add -r"))
    #expect(try batch("--from", "none.txt", "-o", "out").status == 66)
  }

  @Test("names that look alike are names of two files")
  func lookalikes() throws {
    try folder.makeFolder("alike")
    let names = ["e\u{301}.jpg", "\u{E9}.jpg"]
    for name in names { try folder.write(Pictures.bytes(of: Pictures.jpeg), to: "alike/\(name)") }
    #expect(try batch("alike", "-o", "out", "-f", "txt").status == 0)
    let found = try rows().map { Array($0.name.utf8) }
    #expect(Set(found) == Set(names.map { Array("alike/\($0)".utf8) }))
    for name in ["e\u{301}.txt", "\u{E9}.txt"] { #expect(text("out/\(name)") != nil) }
    #expect(try batch("alike", "-o", "out", "-f", "txt").errors.contains("2 already done"))
  }

  @Test("archives of every kind that tar writes are captioned where they are")
  func archives() throws {
    let long = String(repeating: "long-folder-name/", count: 12)
    let script = """
      set -e; mkdir -p '\(long)'; cp pics/a.jpg '\(long)/ü.jpg'
      for kind in ustar gnu pax; do
        tar --format=$kind -cf $kind.tar pics/a.jpg pics/b.png \
          $([ $kind = ustar ] || echo '\(long)/ü.jpg') pics/more
      done
      """
    #expect(try Program.shell(script, in: folder.path).status == 0)
    for kind in ["ustar", "gnu", "pax"] {
      let output = "out-\(kind)"
      #expect(try batch("\(kind).tar", "-o", output, "-f", "txt").status == 0)
      let rows = try rows(in: output)
      let odd = kind == "ustar" ? [] : ["\(kind).tar/\(long)ü.jpg"]
      let names = ["a.jpg", "b.png", "more/c.webp"].map { "\(kind).tar/pics/\($0)" }
      #expect(rows.map(\.name) == (odd + names).sorted())
      let alone = try Program.run(["pics/a.jpg", "-m", model.path], in: folder.path).output
      #expect(rows.first { $0.name == names[0] }.map { $0.text + "\n" } == alone)
      #expect(text("\(output)/\(kind).tar/pics/a.txt") == alone)
      #expect(try batch("\(kind).tar", "-o", output).errors.contains("already done"))
    }
  }

  @Test("hostile names in an archive are reported, and nothing is written outside the output")
  func hostileArchive() throws {
    let picture = try Pictures.bytes(of: Pictures.jpeg)
    let names = [
      "../../up.jpg", "/tmp/cutline-absolute.jpg", "a/../../b.jpg", "good.jpg", "new\nline.jpg",
      "-rf.jpg", "~/x.jpg", "`id`.jpg", "concat:a|b.jpg", "http://localhost/a.jpg",
      "%2e%2e/x.jpg", "..\\..\\x.jpg", "\u{202E}gpj.jpg", "a.txt/b.jpg", "a.jpg",
      "results.jsonl/x.jpg", ".jpg/x.jpg",
    ]
    var tar = TarBytes()
    for name in names { tar.add(name, picture) }
    tar.add([0x63, 0xE9] + Array(".jpg".utf8), picture)
    tar.addRecords([("path", String(repeating: "a/", count: 2500) + "deep.jpg")])
    tar.add("x", picture)
    tar.addRecords([("path", String(repeating: "x", count: 5000) + ".jpg")])
    tar.add("x", picture)
    try folder.write(tar.whole, to: "evil.tar")
    let before = try namesInFolder(folder.path)
    let result = try batch("evil.tar", "-o", "out", "-f", "txt")
    #expect(result.status == 2)
    let rows = try rows()
    // One of them is hidden.
    #expect(rows.count == names.count + 2)
    #expect(rows.count { $0.text == "outside_root" } == 3)
    #expect(!rows.contains { $0.text == "unreadable" })
    #expect(try namesInFolder(folder.path).filter { $0 != "out" } == before)
    let inOutput = try #require(FileManager.default.enumerator(atPath: "\(folder.path)/out"))
    let files = inOutput.compactMap { $0 as? String }.filter { $0.hasSuffix(".txt") }
    // a.txt/ became a.txt_/, so that a.txt could be a file.
    #expect(files.contains("evil.tar/a.txt") && files.contains("evil.tar/a.txt_/b.txt"))
    #expect(try batch("evil.tar", "-o", "out", "-f", "txt").errors.contains("19 already done"))
  }

  @Test("shards share the work and are put together once all are done")
  func shards() throws {
    for number in 0..<9 {
      try add(number % 2 == 0 ? Pictures.jpeg : Pictures.webp, "\(number).jpg")
    }
    try folder.write("junk", to: "pics/bad.jpg")
    #expect(try batch("pics", "-r", "-o", "whole").status == 2)
    let first = try batch("pics", "-r", "-o", "out", "--shard", "0/3")
    #expect(first.errors.hasPrefix("shard 0/3, counted from 0\n"))
    let early = try batch("--merge", "-o", "out")
    #expect(early.status == 66)
    #expect(early.errors.contains("of 3 shards there are no results of 1, 2."))
    let slurm = try Program.run(
      ["batch", "pics", "-r", "-o", "out", "-m", model.path], in: folder.path,
      environment: ["SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "3"])
    #expect(slurm.errors.hasPrefix("shard 1/3, counted from 0 ($SLURM_ARRAY_TASK_ID)\n"))
    let kubernetes = try Program.run(
      ["batch", "pics", "-r", "-o", "out", "-m", model.path, "--shards", "3"], in: folder.path,
      environment: ["JOB_COMPLETION_INDEX": "2"])
    #expect(kubernetes.errors.hasPrefix("shard 2/3, counted from 0 ($JOB_COMPLETION_INDEX)\n"))
    let merged = try batch("--merge", "-o", "out")
    #expect(merged.status == 2)
    #expect(merged.errors == "merged 13 rows, 1 of them failures, into out/results.jsonl\n")
    #expect(Set(try rows()) == Set(try rows(in: "whole")))
    #expect(try rows().count == 13)
    #expect(try summary()["inputs"]?.integer == 13)
    #expect(try batch("--merge", "-o", "out").status == 73)
    // What was put together is a journal like any other.
    #expect(try batch("pics", "-r", "-o", "out").errors.contains("13 already done"))
  }

  @Test("draws depend on the picture's name, not on what is captioned beside it")
  func sampling() throws {
    let options = ["-m", model.path, "--sample", "--seed", "3"]
    #expect(
      try Program.run(["batch", "pics", "-r", "-o", "out"] + options, in: folder.path).status == 0)
    for shard in ["0/2", "1/2"] {
      let run = ["batch", "pics", "-r", "-o", "parts", "--shard", shard] + options
      #expect(try Program.run(run, in: folder.path).status == 0)
    }
    #expect(try batch("--merge", "-o", "parts").status == 0)
    #expect(Set(try rows()) == Set(try rows(in: "parts")))
  }

  @Test("without a terminal there is no cursor to move; as JSON every line is an object")
  func progress() throws {
    try folder.write("junk", to: "pics/bad.jpg")
    let plain = try batch("pics", "-o", "out")
    #expect(!plain.errors.contains("\r") && !plain.errors.contains("\u{1B}"))
    let json = try batch("pics", "-o", "out2", "--progress", "json")
    for line in json.errors.split(separator: "\n") {
      #expect(try JSONValue(reading: Array(line.utf8))["event"]?.string != nil)
    }
    #expect(json.errors.contains("bad.jpg"))
    let quiet = try batch("pics", "-o", "out3", "-q")
    #expect(
      quiet.errors
        == "cutline: pics/bad.jpg: not a picture or video in any known format. Give a JPEG, PNG or "
        + "WebP file.\n")
  }

  @Test("what makes no sense is said before anything is done")
  func wrongUse() throws {
    for arguments in [
      ["batch", "-o", "out"], ["batch", "pics"], ["batch", "-", "-o", "out"],
      ["batch", "pics", "-0", "-o", "out"], ["batch", "pics", "--merge", "-o", "out"],
      ["batch", "pics", "-o", "out", "--shard", "3/3"],
      ["batch", "pics", "-o", "out", "--shard", "1/3", "--shards", "4"],
      ["batch", "pics", "-o", "out", "-f", "mp4"], ["batch", "pics", "-o", "out", "-j", "0"],
    ] {
      #expect(try Program.run(arguments, in: folder.path).status == 64, "\(arguments)")
    }
    #expect(text("out/results.jsonl") == nil)
    let same = try batch("pics", "-o", "./pics/")
    #expect(same.status == 73)
    #expect(same.errors.contains("is both input and output"))
    try folder.makeFolder("diary")
    try folder.write("{\"dear\": \"diary\"}\n", to: "diary/results.jsonl")
    let foreign = try batch("pics", "-o", "diary", "--restart")
    #expect(foreign.status == 73)
    #expect(text("diary/results.jsonl") == "{\"dear\": \"diary\"}\n")
    let without = ["batch", "pics", "-o", "out", "-m", "none"]
    #expect(try Program.run(without, in: folder.path).status == 69)
  }
}
