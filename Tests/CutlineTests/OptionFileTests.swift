import Files
import TestSupport
import Testing

@Suite("--config")
struct OptionFileTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      """
      {"output": "drawn", "count": 3, "val": 2, "seed": "18446744073709551615", "size": 40,
       "quiet": true, "force": false, "clips": null}
      """, to: "options.json")
  }

  func draw(_ options: String...) throws -> Program.Outcome {
    try Program.run(["dataset", "synthesize", "shapes"] + options, in: folder.path)
  }

  func description(_ name: String) throws -> JSONValue {
    let bytes = try MappedFile("\(folder.path)/\(name)/synthesis.json").withBytes { Array($0) }
    return try JSONValue(reading: bytes)
  }

  @Test("gives options as if they were typed first")
  func order() throws {
    let result = try draw("--config", "options.json")
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    let drawn = try description("drawn")
    #expect(drawn["train"]?.integer == 3 && drawn["size"]?.integer == 40)
    #expect(drawn["seed"]?.string == "18446744073709551615")
    // Wherever the file is named, what is typed wins.
    for arguments in [
      ["--count", "4", "--config", "options.json", "-o", "typed"],
      ["--config=options.json", "-o", "typed", "--count=4"],
    ] {
      let result = try Program.run(
        ["dataset", "synthesize", "shapes", "--force"] + arguments, in: folder.path)
      #expect(result.status == 0, "\(result.errors)")
      #expect(try description("typed")["train"]?.integer == 4)
    }
  }

  @Test("after -- is the name of a picture")
  func terminator() throws {
    let result = try Program.run(["caption", "--", "--config", "options.json"], in: folder.path)
    #expect(result.errors.contains("--config: no such file"), "\(result.errors)")
    #expect(result.errors.contains("options.json: "), "\(result.errors)")
  }

  @Test(
    "says what is wrong with the file",
    arguments: [
      ("{\"count\": 3", 78, "options.json: is not JSON at line 1, column 12: expected"),
      ("[1]", 78, "options.json: must hold one JSON object"),
      (
        "{\"count\": [3]}", 78,
        "options.json: 'count' must be a number, a text, true, false or null."
      ),
      ("{\"counts\": 3}", 64, "Unknown option '--counts'"),
      ("{\"count\": -3}", 64, "--count must be from 0"),
      ("", 66, "options.json: "),
    ])
  func broken(text: String, status: Int32, message: String) throws {
    try folder.write(text, to: "options.json")
    let result = try draw("--config", "options.json", "-o", "drawn")
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(status != 64 || result.errors.contains("options.json"), "\(result.errors)")
    #expect(try namesInFolder(folder.path) == ["options.json"])
    #expect(try draw("--config", "none.json").status == 66)
  }

  @Test("takes the config.json of a run, and another run then does the same")
  func run() throws {
    #expect(try draw("-o", "shapes", "--count", "4", "--val", "0").status == 0)
    let first = try Program.run(
      [
        "train", "shapes", "-o", "first", "--epochs", "2", "--embed", "8", "--hidden", "8",
        "--min-count", "1", "--dropout", "0.25", "--optimizer", "sgd", "--nesterov", "--seed", "7",
        "--clip-value", "0.5",
      ], in: folder.path)
    #expect(first.status == 0, "\(first.errors)")
    let second = try Program.run(
      ["train", "shapes", "-o", "second", "--config", "first/config.json"], in: folder.path)
    #expect(second.status == 0, "\(second.errors)")
    for name in ["config.json", "last/model.safetensors", "last/state.json"] {
      let (one, other) = try (
        MappedFile("\(folder.path)/first/\(name)").withBytes { Array($0) },
        MappedFile("\(folder.path)/second/\(name)").withBytes { Array($0) }
      )
      #expect(one == other, "\(name)")
    }
  }
}
