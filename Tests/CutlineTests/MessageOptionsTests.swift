import ArgumentParser
import Files
import Foundation
import TestSupport
import Testing

@testable import cutline

@Suite("-q, -v, CUTLINE_LOG and --progress")
struct MessageOptionsTests {
  let folder: TemporaryFolder
  let model: SampleModel

  init() throws {
    (folder, model) = (try TemporaryFolder(), try SampleModel())
    for name in ["a.jpg", "b.jpg"] {
      try folder.write(MappedFile(Pictures.jpeg).withBytes { Array($0) }, to: name)
    }
    // Two copies, of which check warns.
    try folder.write("a.jpg\ta dog\nb.jpg\ta cat\n", to: "captions.tsv")
  }

  /// Returns the standard error of `caption` for two images, one of them truncated.
  private func errors(_ options: [String], _ environment: [String: String] = [:]) throws -> String {
    let whole = try MappedFile(Pictures.jpeg).withBytes { Array($0) }
    try folder.write(Array(whole.prefix(whole.count * 3 / 4)), to: "cut.jpg")
    let result = try Program.run(
      ["caption", "a.jpg", "cut.jpg", "-m", model.path] + options, in: folder.path,
      environment: environment)
    #expect(result.status == 0, "\(result.errors)")
    return result.errors
  }

  @Test("every command that is shown has them")
  func everyCommand() {
    func leaves(_ command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
      let parts = command.configuration.subcommands
      return parts.isEmpty ? [command] : parts.flatMap(leaves)
    }
    let shown = leaves(Cutline.self).filter { $0.configuration.shouldDisplay }
    #expect(shown.count > 15)
    for command in shown {
      let isTalking = command is any TalkingCommand.Type
      #expect(isTalking, "\(command)")
      let help = Cutline.helpMessage(for: command)
      for option in ["--quiet", "--verbose", "--progress", "--config"] {
        #expect(help.contains(option), "\(command): \(option)")
      }
    }
  }

  @Test("each level says more than the one before")
  func levels() throws {
    let (warning, timing, variable) = ("using what was decoded", ": decode ", "CUTLINE_LOG=")
    let said = try LogLevel.allCases.map { try errors([], ["CUTLINE_LOG": $0.rawValue]) }
    #expect(said.map { $0.contains(warning) } == [false, true, true, true, true])
    #expect(said.map { $0.contains(timing) } == [false, false, false, true, true])
    #expect(said.map { $0.contains(variable) } == [false, false, false, false, true])
    #expect(said[0] == "")
  }

  @Test("what is typed counts more than the environment, and that more than a file")
  func precedence() throws {
    #expect(try errors(["-q"], ["CUTLINE_LOG": "trace"]) == "")
    #expect(try errors(["-v"], ["CUTLINE_LOG": "error"]).contains(": decode "))
    #expect(try errors(["-vv"]).contains("options: caption a.jpg cut.jpg -m"))
    #expect(try errors(["-v", "-v"]).contains("CUTLINE_THREADS=1"))
    #expect(try !errors(["-v"]).contains("CUTLINE_THREADS=1"))
    try folder.write(#"{"quiet": true}"#, to: "quiet.json")
    let file = ["--config", "quiet.json"]
    #expect(try errors(file) == "")
    #expect(try errors(file, ["CUTLINE_LOG": "warn"]).contains("using what was decoded"))
    #expect(try errors(file + ["-v"]).contains(": decode "))
  }

  @Test("a level that is none is refused by every command, saying which there are")
  func wrongLevel() throws {
    for command in [["model", "list"], ["doctor"], ["a.jpg"], ["dataset", "stats", "."]] {
      let result = try Program.run(
        command, in: folder.path, environment: ["CUTLINE_LOG": "loud"])
      #expect(result.status == 78)
      #expect(
        result.errors == "cutline: CUTLINE_LOG: is 'loud', but must be one of error, warn, info, "
          + "debug, trace. Correct or unset it.\n")
    }
  }

  @Test(
    "--progress json says in lines of JSON how far it is",
    arguments: [
      (["caption", "a.jpg", "b.jpg", "-m", "MODEL"], "captions"),
      (["features", "a.jpg", "b.jpg", "-m", "MODEL", "-o", "out.safetensors"], "pictures"),
      (["dataset", "check", "captions.tsv"], "pictures"),
      (["dataset", "synthesize", "shapes", "--count", "2", "--val", "0", "-o", "drawn"], "files"),
    ])
  func json(arguments: [String], event: String) throws {
    let command = arguments.map { $0 == "MODEL" ? model.path : $0 }
    let result = try Program.run(command + ["--progress", "json"], in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    let lines = try result.errors.split(separator: "\n").map {
      try JSONValue(reading: Array($0.utf8))
    }
    #expect(lines.allSatisfy { $0["event"]?.string != nil }, "\(result.errors)")
    let last = try #require(lines.last { $0["event"]?.string == event })
    #expect(last["done"]?.integer == 2 && last["total"]?.integer == 2)
  }

  @Test("commands with nothing to show take it, and say what there is")
  func accepted() throws {
    for style in ["auto", "plain", "none", "json"] {
      let result = try Program.run(["model", "list", "--progress", style], in: folder.path)
      #expect(result.status == 0, "\(result.errors)")
    }
    let wrong = try Program.run(["model", "list", "--progress", "loud"], in: folder.path)
    #expect(wrong.status == 64)
    for style in ["'loud'", "auto", "plain", "none", "json"] {
      #expect(wrong.errors.contains(style), "\(wrong.errors)")
    }
  }
}
