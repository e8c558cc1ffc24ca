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
      ("[1]", 78, "options.json: must contain one JSON object"),
      (
        "{\"count\": [3]}", 78,
        "options.json: 'count' must be a number, a string, true, false or null."
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

  @Test("that the environment names is for all commands: each takes what it has")
  func everyCommand() throws {
    try folder.write(
      #"{"threads": 2, "verbose": true, "count": 3, "val": 0}"#, to: "options.json")
    let environment = ["CUTLINE_CONFIG": "options.json"]
    let drawn = try Program.run(
      ["dataset", "synthesize", "shapes", "-o", "drawn"], in: folder.path, environment: environment)
    #expect(drawn.status == 0, "\(drawn.errors)")
    #expect(try description("drawn")["train"]?.integer == 3)
    // What no command has is misspelt.
    try folder.write(#"{"treads": 2}"#, to: "options.json")
    let misspelt = try Program.run(
      ["dataset", "synthesize", "shapes", "-o", "other"], in: folder.path, environment: environment)
    #expect(misspelt.status == 64)
    #expect(misspelt.errors.contains("Unknown option '--treads'"), "\(misspelt.errors)")
    // Help is printed even if the file is malformed.
    try folder.write("{", to: "options.json")
    for arguments in [["--help"], ["train", "-h"], ["help", "batch"]] {
      let help = try Program.run(arguments, in: folder.path, environment: environment)
      #expect(help.status == 0 && help.output.contains("USAGE"), "\(help.errors)")
    }
  }

  @Test("counts less than flags that are typed, however many", arguments: ["-v", "-vvv"])
  func flags(typed: String) throws {
    try folder.write(#"{"quiet": true}"#, to: "options.json")
    let result = try Program.run(
      ["caption", "none.jpg", "--config", "options.json", typed], in: folder.path)
    #expect(result.status == 66, "\(result.errors)")
  }
}
