import Files
import TestSupport
import Testing

@testable import cutline

@Suite("What is typed, the environment, and a file of options")
struct PrecedenceTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(#"{"threads": 3, "model": "from-file"}"#, to: "options.json")
  }

  /// Returns the threads and the model that `doctor` reports.
  private func doctor(
    _ arguments: [String], _ environment: [String: String]
  ) throws -> (threads: Int?, by: String?, model: String) {
    let result = try Program.run(
      ["doctor", "--json"] + arguments, in: folder.path,
      environment: ["CUTLINE_THREADS": ""].merging(environment) { $1 })
    #expect(result.status == 0, "\(result.errors)")
    let json = try JSONValue(reading: Array(result.output.utf8))
    return (
      json["processor"]?["threads"]?.integer, json["processor"]?["threads by"]?.string,
      json["model"]?["state"]?.string ?? ""
    )
  }

  @Test("flag, CUTLINE_THREADS, OMP_NUM_THREADS, file: the first that is there counts")
  func threads() throws {
    let file = ["--config", "options.json"]
    var environment = ["OMP_NUM_THREADS": "5,2", "CUTLINE_THREADS": "4"]
    #expect(try doctor(file + ["-t", "2"], environment).threads == 2)
    #expect(try doctor(file, environment).threads == 4)
    #expect(try doctor(file, environment).by == "CUTLINE_THREADS")
    environment["CUTLINE_THREADS"] = ""
    #expect(try doctor(file, environment).threads == 5)
    #expect(try doctor(file, environment).by == "OMP_NUM_THREADS")
    #expect(try doctor(file, [:]).threads == 3)
    #expect(try doctor([], [:]).by == "cores granted")
  }

  @Test("CUTLINE_MODEL counts more than a file, and less than --model")
  func model() throws {
    let file = ["--config", "options.json"]
    let environment = ["CUTLINE_MODEL": "from-environment"]
    #expect(try doctor(file, [:]).model.contains("\"from-file\""))
    #expect(try doctor(file, environment).model.contains("\"from-environment\""))
    #expect(try doctor(file + ["-m", "typed"], environment).model.contains("\"typed\""))
    // Where several may be named, the typed one is not joined by that of the file.
    let caption = try Program.run(["a.jpg", "-m", "typed"] + file, in: folder.path)
    #expect(caption.errors.contains("no model called \"typed\""), "\(caption.errors)")
  }

  @Test(
    "a typed decoder or cell counts more than what a file says of another",
    arguments: [
      (#"{"annotation-size": 512, "attention-size": 512}"#, "show-attend-tell:annotation-size=16"),
      (#"{"attention": "soft"}"#, "lrcn"), (#"{"unfactored": true}"#, "show-and-tell"),
      (#"{"attention": "soft", "annotation-size": 8}"#, "video-mean"),
    ])
  func decoder(file: String, decoder: String) throws {
    try folder.write(file, to: "training.json")
    let result = try Program.run(
      ["train", "nowhere", "--dry-run", "--config", "training.json", "--decoder", decoder],
      in: folder.path)
    #expect(result.status == 66, "\(result.errors)")
  }

  @Test(
    "a typed attention counts more than a file's decoder, and a captioner to start from more than a run's file",
    arguments: [
      (#"{"decoder": "lrcn", "layers": 1}"#, ["--attention", "soft"]),
      (#"{"decoder": "show-attend-tell", "attention-size": 8}"#, ["--attention", "none"]),
      (
        #"{"schema": "cutline.run/1", "settings": {"embed": 9, "cell": "gru"}, "execution": {}}"#,
        ["--start-from", "default"]
      ),
      // Older runs recorded sizes of an attention that they did not have.
      (
        #"{"schema": "cutline.run/1", "settings": {"attention": "none", "attention-size": 8}, "execution": {}}"#,
        []
      ),
    ])
  func attention(file: String, options: [String]) throws {
    try folder.write(file, to: "training.json")
    let result = try Program.run(
      ["train", "nowhere", "--dry-run", "--config", "training.json"] + options, in: folder.path)
    #expect(result.status == 66, "\(result.errors)")
    #expect(result.errors.contains("nowhere"), "\(result.errors)")
  }

  @Test("a cluster's variables count more than the part that a file names, and less than --shard")
  func shard() throws {
    let model = try SampleModel()
    try folder.write(#"{"shard": "0/2"}"#, to: "part.json")
    try folder.write(MappedFile(Pictures.jpeg).withBytes { Array($0) }, to: "a.jpg")
    func start(_ options: [String], _ environment: [String: String]) throws -> String {
      let result = try Program.run(
        ["batch", "a.jpg", "-o", "out", "-m", model.path, "--config", "part.json"] + options,
        in: folder.path, environment: environment)
      #expect(result.status == 0, "\(result.errors)")
      return result.errors
    }
    let environment = ["PMI_RANK": "2", "PMI_SIZE": "3"]
    #expect(try start([], [:]).hasPrefix("shard 0/2, counted from 0\n"))
    #expect(try start([], environment).hasPrefix("shard 2/3, counted from 0 ($PMI_RANK)\n"))
    #expect(try start(["--shard", "3/4"], environment).hasPrefix("shard 3/4, counted from 0\n"))
  }

  @Test("CUTLINE_CONFIG is a file as --config, which counts more")
  func configuration() throws {
    let environment = ["CUTLINE_CONFIG": "options.json"]
    try folder.write(#"{"threads": 7}"#, to: "other.json")
    #expect(try doctor([], environment).threads == 3)
    #expect(try doctor(["--config", "other.json"], environment).threads == 7)
    let version = try Program.run(["--version"], in: folder.path, environment: environment)
    #expect(version.status == 0 && version.errors == "", "\(version.errors)")
    let missing = try Program.run(
      ["doctor"], in: folder.path, environment: ["CUTLINE_CONFIG": "none.json"])
    #expect(missing.status == 66)
    #expect(missing.errors.contains("none.json: "))
    #expect(missing.errors.contains("$CUTLINE_CONFIG"), "\(missing.errors)")
    try folder.write("[]", to: "options.json")
    let broken = try Program.run(["doctor"], in: folder.path, environment: environment)
    #expect(broken.status == 78)
    #expect(broken.errors.contains("options.json ($CUTLINE_CONFIG): must contain one JSON object"))
  }

  @Test(
    "a number of threads that is none ends train as every other command",
    arguments: [
      ("CUTLINE_THREADS", "0"), ("CUTLINE_THREADS", "abc"), ("CUTLINE_THREADS", "99999"),
      ("OMP_NUM_THREADS", "0"), ("OMP_NUM_THREADS", "-1"), ("OMP_NUM_THREADS", "two"),
      ("OMP_NUM_THREADS", "2,,1"),
    ])
  func wrong(name: String, value: String) throws {
    let environment = ["CUTLINE_THREADS": ""].merging([name: value]) { $1 }
    for command in [["train", ".", "-o", "run"], ["features", "a.jpg", "-o", "f"]] {
      let result = try Program.run(command, in: folder.path, environment: environment)
      #expect(result.status == 78)
      #expect(result.errors.contains("\(name): is '\(value)', but must be "), "\(result.errors)")
      #expect(result.errors.contains("from 1 to 1024. Correct or unset it."), "\(result.errors)")
    }
    // With the option, the variables that it overrides are not checked.
    let typed = try Program.run(
      ["train", ".", "-o", "run", "-t", "1"], in: folder.path, environment: environment)
    #expect(typed.status != 78, "\(typed.errors)")
  }
}
