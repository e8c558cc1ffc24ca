import Files
import Tensors
import TestSupport
import Testing

@Suite("cutline bench")
struct BenchCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func bench(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(["bench", "--seconds", "0.01"] + arguments, in: folder.path)
  }

  @Test("times an encoder by its name, a line per batch size", arguments: ["f32", "bf16"])
  func encoder(precision: String) throws {
    guard precision == "f32" || Device.multipliesBfloat16 else {
      let refused = try bench("--encoder", "small_cnn", "--precision", precision)
      #expect(refused.status == 69 && refused.errors.contains("cannot multiply bfloat16 numbers"))
      return
    }
    let result = try bench(
      "--encoder", "small_cnn", "--precision", precision, "--batch-size", "1", "3", "-t", "1")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    #expect(result.lines.first == "small_cnn, \(precision), 1 threads")
    for (line, size) in zip(result.lines.dropFirst(), ["b1 ", "b3 "]) {
      #expect(line.contains(size) && line.contains(" img/s"), "\(line)")
    }
    #expect(result.lines.count == 3)
  }

  @Test("times the tokenizer with the lines of a file")
  func captions() throws {
    try folder.write("A dog runs.\n\nA well-known cat\n", to: "captions.txt")
    let result = try bench("--captions", "captions.txt")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.lines.first == "tokenizer, 2 captions, 1 threads")
    #expect(result.lines.last?.contains(" captions/s  median of ") == true, "\(result.output)")
    try folder.write("\n", to: "none.txt")
    #expect(try bench("--captions", "none.txt").status == 65)
    #expect(try bench("--captions", "captions.txt", "--search").status == 64)
  }

  @Test("times what a model does with pictures, and agrees with itself")
  func model() throws {
    let model = try SampleModel()
    let result = try bench("-m", model.path, "--batch-size", "2", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSONValue(reading: Array(result.output.utf8))
    #expect(report["subject"]?.string == "tiny")
    let timings = try #require(report["timings"]?.elements)
    #expect(timings.compactMap { $0["stage"]?.string } == ["encode", "search", "both"])
    for timing in timings {
      guard case .number(let milliseconds) = timing["ms"],
        case .number(let rate) = timing["images_per_second"],
        case .number(let runs) = timing["runs"]
      else {
        Issue.record("\(timing.compactText)")
        continue
      }
      #expect(runs >= 3 && milliseconds > 0)
      #expect(abs(rate - 2000 / milliseconds) < 1e-6 * rate)
    }
  }

  @Test("times searches by a decoder of its own", arguments: [[], ["--attention"]])
  func search(options: [String]) throws {
    let result = try Program.run(
      ["bench", "--search", "--batch-size", "1", "--seconds", "0.01"] + options, in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.lines.count == 2 && result.lines[1].hasPrefix("search"))
    #expect(result.lines[0].contains("with attention") == !options.isEmpty)
  }

  @Test(
    "refuses what makes no sense",
    arguments: [
      ["--encoder", "small_cnn", "-m", "x"], ["--precision", "bf16"], ["--batch-size", "0"],
      ["--encoder", "alexnet"], ["--seconds", "0"], ["--attention"], ["--search", "--train"],
    ])
  func usage(arguments: [String]) throws {
    let result = try Program.run(["bench"] + arguments, in: folder.path)
    #expect(result.status == 64)
    #expect(result.output == "")
  }
}
