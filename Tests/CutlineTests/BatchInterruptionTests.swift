import Files
import Foundation
import TestSupport
import Testing

/// Batches that are killed, stopped, unable to write, or run twice at the same time.
@Suite("An interrupted batch")
struct BatchInterruptionTests {
  let model: SampleModel
  let folder: TemporaryFolder
  /// Ends in the options of every run.
  let batch: String

  /// Two hundred pictures, twenty of them bad.
  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
    try folder.makeFolder("pics")
    try folder.write("junk", to: "bad")
    let pictures = [Pictures.jpeg, Pictures.png, Pictures.webp, Pictures.turned]
    for number in 100..<300 {
      let picture =
        number % 10 == 5 ? "\(folder.path)/bad" : pictures[number % pictures.count]
      #expect(symlink(picture, "\(folder.path)/pics/\(number).jpg") == 0)
    }
    // Not the shell's function: a signal has to reach the program itself.
    batch = "'\(Program.path)' batch pics/* -m '\(model.path)' --batch-size 2 -f txt"
  }

  func shell(_ script: String) throws -> Program.Outcome {
    try Program.shell(script, in: folder.path)
  }

  /// All that a batch leaves, without times: its rows by name, and the names of its files.
  func outcome(_ output: String) throws -> (rows: [String: JSONValue], files: [String]) {
    let text = try String(contentsOfFile: "\(folder.path)/\(output)/results.jsonl", encoding: .utf8)
    var rows: [String: JSONValue] = [:]
    for line in text.split(separator: "\n") {
      guard case .object(let members) = try JSONValue(reading: Array(line.utf8)) else { continue }
      let row = JSONValue.object(members.filter { $0.key != "timing_ms" })
      let name = try #require(row["file"]?.string)
      #expect(rows.updateValue(row, forKey: name) == nil, "\(name) is there twice")
    }
    let files = try ["", "/pics"].flatMap { try namesInFolder("\(folder.path)/\(output)\($0)") }
    return (rows, files)
  }

  func expectSameAsUndisturbed(_ output: String) throws {
    #expect(try shell("\(batch) -o straight").status == 2)
    let (rows, files) = try outcome(output)
    let (expected, expectedFiles) = try outcome("straight")
    #expect(rows.count == 200)
    #expect(rows == expected)
    #expect(files == expectedFiles)
  }

  @Test("killed again and again, it does what is left, and ends as if it had not been")
  func kills() throws {
    let script = """
      for count in 1 30 31 77 120 180; do
        \(batch) -o out 2>/dev/null & pid=$!
        while kill -0 $pid 2>/dev/null && [ $(wc -l < out/results.jsonl || echo 0) -lt $count ]; do
          sleep 0.002
        done
        kill -9 $pid && echo killed
        wait $pid
      done 2>/dev/null
      \(batch) -o out
      """
    let result = try shell(script)
    #expect(result.status == 2)
    #expect(result.lines.count { $0 == "killed" } >= 4)
    #expect(result.errors.contains("done 180, failed 20"))
    try expectSameAsUndisturbed("out")
  }

  @Test("a torn line is done again, wherever it was torn")
  func tornLines() throws {
    let script = """
      \(batch) -o out 2>/dev/null
      size=$(stat -c %s out/results.jsonl)
      for cut in 1 2 100 1500; do
        truncate -s $((size - cut)) out/results.jsonl
        \(batch) -o out 2>&1 | grep -c 'already done'
      done
      """
    #expect(try shell(script).lines == ["1", "1", "1", "1"])
    try expectSameAsUndisturbed("out")
  }

  @Test(
    "a signal lets it write what is under way, and says how to go on",
    arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
  func signals(_ name: String, _ status: Int32) throws {
    let script = """
      \(batch) -o out & pid=$!
      while [ $(wc -l < out/results.jsonl || echo 0) -lt 3 ]; do sleep 0.002; done 2>/dev/null
      kill -\(name) $pid
      wait $pid
      """
    let result = try shell(script)
    #expect(result.status == status)
    #expect(
      result.errors.contains("stopping after this batch... (interrupt again to stop at once)"))
    #expect(result.errors.contains("of 200 done. To resume, run the same command again."))
    let summary = try JSONValue(
      reading: Array(
        try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/out/summary.json"))))
    #expect(summary["end"]?.string == "interrupted")
    #expect(try outcome("out").rows.count == summary["done"]?.integer)
    #expect(try shell("\(batch) -o out").status == 2)
    try expectSameAsUndisturbed("out")
  }

  @Test("where there is no room, what was done is kept, and exit 74 says so")
  func noRoom() throws {
    // Rows of other files make the journal large: workers need room, too, for the pictures they hand over.
    let filling = """
      \(batch) -o out 2>/dev/null
      row=$(head -1 out/results.jsonl)
      for number in {1..16000}; do echo "${row/pics\\/100/filling\\/$number}"; done > out/results.jsonl
      rm -r out/pics
      stat -c %s out/results.jsonl
      """
    let byteCount = try #require(Int(try shell(filling).lines.first ?? ""))
    for more in [2, 9, 50] {
      let limit = byteCount / 1024 + more
      let result = try shell("ulimit -f \(limit); \(batch) -o out")
      #expect(result.status == 74)
      #expect(result.errors.contains("out/results.jsonl: cannot be written (File too large)."))
      let size = try #require(FileStatus("\(folder.path)/out/results.jsonl")?.byteCount)
      #expect(size > byteCount && size <= limit * 1024)
      #expect(try namesInFolder("\(folder.path)/out").allSatisfy { !$0.contains("tmp") })
    }
    #expect(try shell("\(batch) -o out").status == 2)
    #expect(try shell("sed -i /filling/d out/results.jsonl").status == 0)
    try expectSameAsUndisturbed("out")
  }

  @Test("a second batch in the folder is turned away, another shard is not")
  func locks() throws {
    let script = """
      mkdir out; exec 9>out/.lock; flock 9
      \(batch) -o out; echo $?
      \(batch) -o out --shard 1/2 2>/dev/null; echo $?
      exec 8>out/.lock-00000-of-00002; flock 8
      \(batch) -o out --shard 0/2; echo $?
      cutline batch --merge -o out; echo $?
      exec 9>&-
      \(batch) -o out 2>/dev/null; echo $?
      """
    let result = try shell(script)
    #expect(result.lines == ["75", "2", "75", "75", "2"])
    #expect(
      result.errors.hasPrefix(
        "cutline: out: another batch is running there. Wait for it, or choose another -o.\n"
          + "cutline: out: another batch of shard 0/2 is running there."))
    try expectMerging()
  }

  private func expectMerging() throws {
    let script = """
      rm -r out
      for shard in 0 1; do \(batch) -o out --shard $shard/2; done
      cutline batch --merge -o out
      """
    #expect(try shell(script).status == 2)
    #expect(try shell("\(batch) -o straight").status == 2)
    #expect(try outcome("out").rows == outcome("straight").rows)
  }
}
