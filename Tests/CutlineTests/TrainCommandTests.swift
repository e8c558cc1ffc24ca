import Files
import Foundation
import TestSupport
import Testing

@Suite("cutline train")
struct TrainCommandTests {
  let folder: TemporaryFolder

  /// A data set of the sample pictures, laid out as COCO.
  init() throws {
    folder = try TemporaryFolder()
    let names = try namesInFolder(Pictures.folder).filter { !$0.hasSuffix(".md") }
    let images = names.enumerated().map { #"{"id": \#($0), "file_name": "\#($1)"}"# }
    let captions = names.enumerated().map { id, name in
      let words = name.split(separator: ".")[0].replacing("-", with: " ")
      return #"{"image_id": \#(id), "caption": "a \#(words)"}"#
    }
    let json =
      #"{"images": [\#(images.joined(separator: ","))], "#
      + #""annotations": [\#(captions.joined(separator: ","))]}"#
    for split in ["train", "val"] {
      try AtomicFile.write(json, to: "\(folder.path)/captions_\(split).json")
    }
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/images", withDestinationPath: Pictures.folder)
  }

  static let options = [
    "train", ".", "--epochs", "4", "--batch-size", "2", "--min-count", "1", "--embed", "16",
    "--hidden", "16", "--save-every", "1", "-t", "1",
  ]

  func train(_ run: String, _ more: String...) throws -> Program.Outcome {
    try Program.run(Self.options + ["-o", run] + more, in: folder.path)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile("\(folder.path)/\(name)").withBytes { Array($0) }
  }

  @Test("killed again and again and started again, it ends with the model of an undisturbed run")
  func killed() throws {
    let straight = try train("straight")
    #expect(straight.status == 0, "\(straight.errors)")
    #expect(straight.output == "")
    #expect(
      straight.errors.contains("wrote straight/best. Use it:  cutline caption -m straight/best"))
    #expect(straight.errors.contains("CIDEr") && straight.errors.contains("*best*"))
    // Each life is a little longer than the one before; the last one lives.
    let script = """
      for life in 0.3 0.5 0.7 0.9 1.1; do
        timeout -s KILL $life "$0" \(Self.options.joined(separator: " ")) -o killed 2>/dev/null
      done
      exec "$0" \(Self.options.joined(separator: " ")) -o killed
      """
    let last = try Program.spawn(
      ["/bin/bash", "-c", script, Program.path], in: folder.path, environment: [:], input: [],
      output: .file)
    #expect(last.status == 0, "\(last.errors)")
    for name in ["model.safetensors", "optimizer.safetensors", "state.json"] {
      #expect(try bytes("killed/last/\(name)") == bytes("straight/last/\(name)"), "\(name)")
    }
    let kept = try namesInFolder("\(folder.path)/killed/checkpoints")
    #expect(kept.suffix(3) == ["step-0000014", "step-0000015", "step-0000016"])
    #expect(kept.count <= 4 && kept.allSatisfy { $0.hasPrefix("step-") }, "leftovers: \(kept)")
    #expect(try bytes("killed/best/state.json") == bytes("straight/best/state.json"))
    try expectSameReports()
    let caption = try Program.run(["-m", "killed/last", Pictures.jpeg], in: folder.path)
    #expect(caption.status == 0, "\(caption.errors)")
  }

  /// Expects the reports of the killed run to equal those of the undisturbed one, except for times and names.
  private func expectSameReports() throws {
    let rows = try rows("killed")
    #expect(rows == (try self.rows("straight")))
    #expect(rows.count == 16 + 4)
    let table = try text("killed/metrics.csv").split(separator: "\n")
    #expect(table.count == 1 + 4)
    #expect(
      table.map(withoutSeconds)
        == (try text("straight/metrics.csv").split(separator: "\n").map(withoutSeconds)))
    #expect(try shownSteps("killed") == (1...16).flatMap { $0 % 4 == 0 ? [$0, $0] : [$0] })
    #expect(try shownSteps("straight") == shownSteps("killed"))
    for epoch in 1...4 {
      let page = try text("killed/samples/epoch-0\(epoch).html")
      let straight = try text("straight/samples/epoch-0\(epoch).html")
      #expect(page.replacing("killed", with: "straight") == straight)
    }
    for name in ["curves.svg", "curves.png", "config.json"] {
      #expect(isFile("\(folder.path)/killed/\(name)"), "\(name)")
    }
    #expect(try bytes("killed/config.json") == bytes("straight/config.json"))
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  /// The rows of a run's log without what a clock has measured.
  private func rows(_ run: String) throws -> [JSONValue] {
    try text("\(run)/train.jsonl").split(separator: "\n").map { line in
      guard case .object(let members) = try JSONValue(reading: Array(line.utf8)) else {
        return .null
      }
      return .object(
        members.filter { !["time", "seconds", "captions_per_second"].contains($0.key) })
    }
  }

  private func withoutSeconds(_ line: Substring) -> String {
    line.split(separator: ",", omittingEmptySubsequences: false).dropLast().joined(separator: ",")
  }

  /// The steps that TensorBoard shows of a run: a restart takes back its own step and later ones.
  private func shownSteps(_ run: String) throws -> [Int] {
    var steps: [Int] = []
    for name in try namesInFolder("\(folder.path)/\(run)") where name.contains("tfevents") {
      var rest = try bytes("\(run)/\(name)")[...]
      while rest.count >= 16 {
        let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let event = rest.dropFirst(12).prefix(length)
        rest = rest.dropFirst(16 + length)
        // Behind the time: field 2 with one byte of step, and the field of what is said of it.
        let (hasStep, step) = (
          event.dropFirst(9).first == 0x10, Int(event.dropFirst(10).first ?? 0)
        )
        switch event.dropFirst(hasStep ? 11 : 9).first {
        case 0x2A: steps.append(step)
        case 0x3A: steps.removeAll { $0 >= (hasStep ? step : 0) }
        default: break
        }
      }
    }
    return steps
  }

  @Test("on a terminal a bar is drawn and taken away; standard output holds the log's rows")
  func terminal() throws {
    let command = "'\(Program.path)' \(Self.options.joined(separator: " "))"
    try folder.write("stty cols 60; exec \(command) -o run --json >rows", to: "typed")
    let script = """
      export LANG=C.UTF-8 TERM=xterm
      script -qefc 'bash typed' screen </dev/null >/dev/null || exit
      \(command) -o plain 2>plain.log
      \(command) -o quiet -q 2>quiet.log
      \(command) -o json --progress json 2>json.log
      """
    let result = try Program.spawn(
      ["/bin/bash", "-c", script], in: folder.path, environment: [:], input: [], output: .file)
    #expect(result.status == 0 && result.output == "", "\(result.errors)")
    #expect(try bytes("rows") == bytes("run/train.jsonl"))
    let screen = try text("screen")
    // Full or still empty: seven pictures may be looked at before it is drawn again.
    let bars = ["\u{2588}", "\u{2591}"].map { "\rfeatures  \($0)" }
    #expect(bars.contains { screen.contains($0) }, "\(screen)")
    // An epoch may end within the tenth of a second in which nothing is drawn again.
    #expect((1...4).contains { screen.contains("\repoch \($0)/4  ") }, "\(screen)")
    let lines = linesLeft(on: screen)
    #expect(lines.contains { $0.hasPrefix("eval  4/4  loss ") }, "\(lines)")
    #expect(!lines.contains { $0.contains("\u{2588}") || $0.contains("\u{1B}") }, "\(lines)")
    // What is drawn in place fits the window, and nothing of it is left at the end.
    for part in screen.split(separator: "\r") where part.hasSuffix("\u{1B}[K") {
      #expect(part.count - 3 < 60, "\(part)")
    }
    #expect(screen.contains("PHOTO\r\n"))
    let plain = try text("plain.log")
    #expect(!plain.contains("\r") && !plain.contains("\u{1B}") && plain.contains("eval  4/4"))
    #expect(
      try FileManager.default.attributesOfItem(atPath: "\(folder.path)/quiet.log")[.size] as? Int
        == 0)
    for line in try text("json.log").split(separator: "\n") {
      #expect(try JSONValue(reading: Array(line.utf8))["event"] != nil)
    }
  }

  /// Returns the lines that a terminal shows at the end.
  private func linesLeft(on screen: String) -> [String] {
    screen.replacing("\r\n", with: "\n").split(separator: "\n").map { line in
      var left = ""
      for part in line.split(separator: "\r").map(String.init) {
        let text = part.replacing("\u{1B}[K", with: "")
        left = text + (text == part ? String(left.dropFirst(text.count)) : "")
      }
      return left
    }
  }

  @Test("without Cairo a training goes on, and says once how to get it")
  func noCairo() throws {
    try folder.makeFolder("libraries")
    // Too short to be a library: the loader gives up at it.
    try folder.write("", to: "libraries/libcairo.so.2")
    let inherited = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"].map { ":" + $0 } ?? ""
    let result = try Program.run(
      Self.options + ["-o", "run"], in: folder.path,
      environment: ["LD_LIBRARY_PATH": "\(folder.path)/libraries\(inherited)"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.components(separatedBy: "no curves are drawn").count == 2)
    #expect(result.errors.contains("apt-get install libcairo2"))
    #expect(try rows("run").count == 20)
    #expect(!isFile("\(folder.path)/run/curves.svg"))
  }

  @Test("an interrupted run is saved, ends as its signal says, and goes on")
  func interrupted() throws {
    let command = Self.options.joined(separator: " ")
    let script = """
      "$0" \(command) --epochs 4000 -o run 2>log & child=$!
      until [ -e run/last ]; do sleep 0.05; done
      kill -INT $child; wait $child; echo $?
      "$0" \(command) --epochs 4000 -o run 2>>log & child=$!
      until [ "$(grep -c 'resuming from' log)" = 1 ]; do sleep 0.05; done
      "$0" \(command) --epochs 4000 -o run; echo $?
      kill -TERM $child; wait $child; echo $?
      """
    let result = try Program.spawn(
      ["/bin/bash", "-c", script, Program.path], in: folder.path, environment: [:], input: [],
      output: .file)
    #expect(result.lines == ["130", "75", "143"], "\(result.errors)")
    #expect(result.errors.contains("run: another cutline is training there."))
    let log = String(decoding: try bytes("log"), as: UTF8.self)
    #expect(log.contains("saved run/last at step "), "\(log)")
    #expect(log.contains("resuming from run/checkpoints/step-"), "\(log)")
  }

  @Test("under nohup it outlives its terminal")
  func hangup() throws {
    let command = Self.options.joined(separator: " ")
    let script = """
      nohup "$0" \(command) --epochs 4000 -o run 2>log & child=$!
      until [ -e run/last ]; do sleep 0.05; done
      kill -HUP $child; before=$(readlink run/last)
      until [ "$(readlink run/last)" != "$before" ]; do sleep 0.05; done
      before=$(readlink run/last)
      until [ "$(readlink run/last)" != "$before" ]; do kill -0 $child || exit 1; sleep 0.05; done
      kill -TERM $child; wait $child; echo $?
      """
    let result = try Program.spawn(
      ["/bin/bash", "-c", script, Program.path], in: folder.path, environment: [:], input: [],
      output: .file)
    #expect(result.lines == ["143"], "\(result.errors)")
  }

  @Test("a run is not gone on with under other options, and says which")
  func otherOptions() throws {
    #expect(try train("run").status == 0)
    let other = try train("run", "--dropout", "0.1")
    #expect(other.status == 78)
    #expect(
      other.errors.contains("run: was started with --dropout 0.5, not 0.1. Resume with the same"))
    // A damaged checkpoint is named, and the one before is used.
    try AtomicFile.write("{}", to: "\(folder.path)/run/last/state.json", overwriting: true)
    let again = try train("run")
    #expect(again.status == 0)
    #expect(again.errors.contains("step-0000016: is not whole"))
    #expect(again.errors.contains("resuming from run/checkpoints/step-0000015"))
  }

  @Test("links that a killed run had no time for are set when it goes on")
  func links() throws {
    #expect(try train("run").status == 0)
    let script = """
      readlink run/last run/best
      ln -sfn checkpoints/step-0000014 run/last
      [ "$(readlink run/best)" != checkpoints/step-0000016 ] || rm run/best
      "$0" \(Self.options.joined(separator: " ")) -o run >&2
      readlink run/last run/best
      """
    let result = try Program.spawn(
      ["/bin/bash", "-c", script, Program.path], in: folder.path, environment: [:], input: [],
      output: .file)
    #expect(result.lines.count == 4, "\(result.output)\(result.errors)")
    #expect(result.lines.prefix(2) == result.lines.suffix(2))
  }

  @Test("a full disk is said, the run ends with 74 and is gone on with when there is room")
  func fullDisk() throws {
    #expect(try train("straight").status == 0)
    let script = """
      ulimit -f 300; "$0" \(Self.options.joined(separator: " ")) -o run
      """
    let full = try Program.spawn(
      ["/bin/bash", "-c", script, Program.path], in: folder.path, environment: [:], input: [],
      output: .file)
    #expect(full.status == 74, "\(full.errors)")
    #expect(full.errors.components(separatedBy: "Training continues and ").count == 3)
    #expect(full.errors.contains("model.safetensors: cannot be written (File too large)."))
    #expect(try namesInFolder("\(folder.path)/run/checkpoints") == [])
    #expect(try train("run").status == 0)
    #expect(try bytes("run/last/model.safetensors") == bytes("straight/last/model.safetensors"))
  }

  @Test("a run that diverges stops, and keeps no model of it")
  func diverges() throws {
    let result = try train("run", "--lr", "1e30")
    #expect(result.status == 3, "\(result.errors)")
    #expect(result.errors.contains("diverged") && result.errors.contains("--lr"))
    for name in try namesInFolder("\(folder.path)/run/checkpoints") {
      let verified = try Program.run(
        ["model", "verify", "run/checkpoints/\(name)"], in: folder.path)
      #expect(verified.status == 0, "\(verified.errors)")
    }
  }

  @Test(
    "numbers that make no sense are refused",
    arguments: [
      ["--lr", "0"], ["--lr", "nan"], ["--encoder-lr=-1"], ["--frozen-epochs=-1"],
      ["--hidden", "100000000"], ["--epochs", "0"], ["--batch-size", "10000000"],
    ])
  func usage(options: [String]) throws {
    let result = try Program.run(Self.options + ["-o", "run"] + options, in: folder.path)
    #expect(result.status == 64, "\(result.errors)")
    #expect(result.errors.contains(options[0].split(separator: "=")[0]), "\(result.errors)")
  }

  @Test("a data set without captions is refused")
  func nothingToLearn() throws {
    try AtomicFile.write(
      #"{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": []}"#,
      to: "\(folder.path)/captions_train.json", overwriting: true)
    let result = try train("run")
    #expect(result.status == 65)
    #expect(result.errors.contains("has no captions to learn from"))
  }
}
