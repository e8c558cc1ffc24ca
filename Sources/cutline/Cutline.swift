import ArgumentParser
import Files
import Glibc

/// The program: finds the command, runs it, and turns what went wrong into a message and an exit code.
@main
struct Cutline: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cutline",
    abstract: "Describe pictures in words.",
    discussion: """
        cutline photo.jpg                           prints a caption
        cutline *.png -f jsonl -o captions.jsonl    many pictures, as JSON lines
        cutline batch photos -r -o out              a hundred thousand; goes on where it was
        cutline caption --help                      all there is to choose

      Results go to standard output, all else to standard error. Exit code 0: all went well; \
      2: some of several files failed; 64 and up: it could not be done.
      """,
    version: "0.1.0",
    subcommands: [
      CaptionCommand.self, BatchCommand.self, FeaturesCommand.self, TrainCommand.self,
      DatasetCommand.self,
      ModelCommand.self, BenchCommand.self, DoctorCommand.self, DecodeWorkerCommand.self,
      UnpackWorkerCommand.self,
    ],
    defaultSubcommand: CaptionCommand.self)

  static func main() {
    prepareProcess()
    do {
      let arguments = try OptionFile.expanding(typedArguments)
      var command = try parseAsRoot(arguments)
      _ = try LogLevel.ofEnvironment()
      (command as? any TalkingCommand)?.talk.messages.traceSettings(arguments)
      try command.run()
    } catch {
      end(with: error)
    }
  }

  /// What was typed behind the program's name, names of files that are no UTF-8 included.
  private static var typedArguments: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0] }
      .map { nameText(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
  }

  private static func prepareProcess() {
    StandardStream.claim()
    // `cutline … | head -1` ends quietly, also under a parent that ignores the signal.
    signal(SIGPIPE, SIG_DFL)
    // A file over `ulimit -f` is then an error of write(2), like a full disk.
    signal(SIGXFSZ, SIG_IGN)
    // How a worker process ended can be told, also under a parent that ignores it.
    signal(SIGCHLD, SIG_DFL)
  }

  private static func end(with error: any Error) -> Never {
    if let failure = Failure(error) {
      Messages().failure(failure)
      exit(withError: failure.status.exitCode)
    }
    let code = exitCode(for: error)
    // Help and version, or a command that has said all there is to say.
    if code.isSuccess || error is ExitCode { exit(withError: error) }
    guard code == .validationFailure else {
      Messages().error("a bug in cutline (\(error)). Please report it, with what you typed.")
      exit(withError: ExitStatus.bug.exitCode)
    }
    var text = fullMessage(for: error)
    if let file = OptionFile(namedBy: typedArguments) {
      text += "\n  (The options of \(file.title) count as typed.)"
    }
    Messages().plain(text.hasPrefix("Error: ") ? "cutline: \(text.dropFirst(7))" : text)
    exit(withError: code)
  }
}

extension Messages {
  /// Says which options, those of a file among them, and which variables count.
  fileprivate func traceSettings(_ arguments: [String]) {
    trace("options: \(arguments.joined(separator: " "))")
    for variable in Variable.allCases {
      if let value = variable.value { trace("\(variable.rawValue)=\(value)") }
    }
  }
}
