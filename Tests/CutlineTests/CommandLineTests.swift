import Files
import Foundation
import TestSupport
import Testing

@Suite("The command line as a whole")
struct CommandLineTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func cutline(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments, in: folder.path)
  }

  @Test("--help fits on a screen and shows an example first")
  func help() throws {
    let result = try cutline("--help")
    #expect(result.status == 0)
    #expect(result.errors == "")
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 40)
    let example = try #require(lines.firstIndex { $0.contains("cutline photo.jpg") })
    #expect(example < 4)
    for command in ["caption", "features", "train", "model", "doctor"] {
      #expect(try cutline(command, "--help").status == 0)
      #expect(result.output.contains(command))
    }
  }

  @Test("--version prints a version")
  func version() throws {
    let result = try cutline("--version")
    #expect(result.status == 0)
    #expect(result.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test(
    "Wrong use is exit code 64, and the message says what is wrong and how it is used",
    arguments: [
      ([], "Missing expected argument '<file> ...'"),
      (["-", "-"], "standard input (-) can be read only once"),
      (["a.jpg", "-k", "0"], "--captions must be from 1 to 100, not 0."),
      (["a.jpg", "-b", "0"], "--beam must be from 1 to 100, not 0."),
      (["a.jpg", "--max-words", "0"], "--max-words must be from 1 to 1000, not 0."),
      (["a.jpg", "--max-pixels", "0"], "--max-pixels must be above 0, not 0."),
      (["a.jpg", "-t", "0"], "--threads must be from 1 to 1024, not 0."),
      (["a.jpg", "--top-k", "5"], "Add --sample."),
      (["a.jpg", "--sample", "--top-k", "0"], "--top-k must be above 0, not 0."),
      (["a.jpg", "--sample", "--temperature=-1"], "--temperature must be from 0 to 100"),
      (["a.jpg", "--top-p", "0.9"], "Add --sample."),
      (["a.jpg", "--seed", "2"], "Add --sample."),
      (["a.jpg", "--sample", "--top-p", "0"], "--top-p must be above 0 and at most 1, not 0.0."),
      (["a.jpg", "--sample", "-b", "2"], "--sample cannot be used with --beam, which"),
      (
        ["a.jpg", "--sample", "--length-penalty", "average"],
        "--sample cannot be used with --length-penalty"
      ),
      (
        ["a.jpg", "--sample", "--force-words", "dog"], "--sample cannot be used with --force-words"
      ),
      (["a.jpg", "--length-penalty", "mean"], "--length-penalty"),
      (["a.jpg", "--diversity", "1"], "Add --beam-groups."),
      (["a.jpg", "--no-repeat", "1001"], "--no-repeat must be from 0 to 1000, not 1001."),
      (["a.jpg", "--force-words", "Dog,a", "--forbid-words", "dog"], "'dog' cannot be both"),
      (["a.jpg", "--force-words", "dog,,cat"], "--force-words"),
      (["a.jpg", "--sample", "--seed", "9007199254740992"], "--seed must be below 2^53."),
      (["a.jpg", "--json", "-f", "text"], "cannot be used together"),
      (["a.jpg", "-f", "yaml"], "yaml"),
      (["a.jpg", "--nonsense"], "Unknown option '--nonsense'"),
      (["a.jpg", "--\u{1B}[31m"], "Unknown option '--\\u{1b}[31m'"),
      (["model", "import", "w", "--encoder", "alexnet", "-o", "x"], "alexnet"),
    ])
  func usage(arguments: [String], message: String) throws {
    let result = try Program.run(arguments, in: folder.path)
    #expect(result.status == 64)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("cutline: "))
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(result.errors.uppercased().contains("USAGE: "))
  }

  @Test("A thread count in the environment that is none is a configuration error")
  func badThreads() throws {
    let result = try Program.run(
      ["a.jpg"], in: folder.path, environment: ["CUTLINE_THREADS": "many"])
    #expect(result.status == 78)
    #expect(
      result.errors == "cutline: CUTLINE_THREADS: is 'many', but must be a number from 1 to 1024. "
        + "Correct or unset it.\n")
  }

  @Test("Completions load", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    let script = try cutline("--generate-completion-script", shell)
    #expect(script.status == 0)
    // fish spells long options without their dashes.
    #expect(script.output.contains("max-pixels"))
    guard let interpreter = Self.find(shell) else {
      FileHandle.standardError.write(
        Data("SKIPPED: loading the \(shell) completions; there is no \(shell)\n".utf8))
      return
    }
    let path = try folder.write(script.output, to: "completion")
    let load =
      shell == "zsh" ? "autoload -U compinit; compinit -D; source \(path)" : "source \(path)"
    let loaded = try Program.spawn(
      [interpreter, "-c", load], in: folder.path, environment: [:], input: [], output: .file)
    #expect(loaded.status == 0)
    #expect(loaded.errors == "")
  }

  @Test("doctor tells what a bug report needs")
  func doctor() throws {
    let model = try SampleModel()
    let result = try cutline("doctor", "-m", model.path)
    #expect(result.status == 0)
    for fact in [
      "oneDNN", "libjpeg", "libpng", "libwebp", "nettle", "cairo", "178956970", model.path,
    ] {
      #expect(result.output.contains(fact))
    }
    #expect(result.output.contains("CUTLINE_THREADS"))
    let json = try cutline("doctor", "-m", model.path, "--json")
    let object = try JSONValue(reading: Array(json.output.utf8))
    #expect(object["processor"]?["threads"]?.integer == 1)
    #expect(object["model"]?["state"]?.string == "all checksums agree")
    #expect(object["limits"]?["scans in a JPEG"]?.integer == 500)
    #expect(object["decoders"]?["processes"]?.string?.hasPrefix("work, ") == true)
    #expect(object["decoders"]?["megabytes of memory each"]?.integer == 2048)
    let without = try cutline("doctor", "-m", "nothing")
    #expect(without.status == 0)
    #expect(without.output.contains("no model called \"nothing\""))
  }

  @Test("Nothing that is not a terminal gets escape codes or carriage returns")
  func plainText() throws {
    let model = try SampleModel()
    for arguments in [
      [Pictures.jpeg, "missing.jpg", "-v"], ["doctor"], ["model", "list"], ["--help"],
      ["--nonsense"], ["model", "info", model.path],
    ] {
      let result = try Program.run(
        arguments, in: folder.path, environment: ["CUTLINE_MODEL": model.path, "TERM": "xterm"])
      for text in [result.output, result.errors] {
        #expect(!text.contains("\u{1B}") && !text.contains("\r"))
      }
    }
  }

  @Test("No command asks the network", .enabled(if: canTrace, "strace cannot trace here"))
  func network() throws {
    let model = try SampleModel()
    let strace = try #require(Self.find("strace"))
    for arguments in [[Pictures.jpeg, "-m", model.path], ["doctor"], ["model", "list"]] {
      let traced = try Program.spawn(
        [strace, "-f", "-qq", "-e", "trace=%network", "-o", "trace", Program.path] + arguments,
        in: folder.path, environment: [:], input: [], output: .file)
      #expect(traced.status == 0)
      let calls = try String(contentsOfFile: "\(folder.path)/trace", encoding: .utf8)
      // Pairs of sockets lead to our own decoders, and nowhere else.
      let others = calls.split(separator: "\n").filter {
        !$0.contains(#/ (socketpair\(AF_UNIX|sendmsg|recvmsg)/#)
      }
      #expect(others.filter { $0.contains("(") } == [])
    }
  }

  static let canTrace: Bool = {
    guard let strace = find("strace") else { return false }
    let tried = try? Program.spawn(
      [strace, "-f", "-o", "/dev/null", "/bin/true"], in: "/", environment: [:], input: [],
      output: .file)
    return tried?.status == 0
  }()

  static func find(_ program: String) -> String? {
    ["/usr/bin", "/bin", "/usr/local/bin"].map { "\($0)/\(program)" }
      .first { access($0, X_OK) == 0 }
  }
}
