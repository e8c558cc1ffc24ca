import ArgumentParser
import Files
import Glibc

/// The program: finds the command, runs it, and converts errors into messages and exit codes.
@main
struct Cutline: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cutline",
    abstract: "Caption pictures and video clips.",
    discussion: """
        cutline photo.jpg                           print a caption
        cutline *.png -f jsonl -o captions.jsonl    caption many pictures, as JSON lines
        cutline batch photos -r -o out              caption a folder; resumes where it stopped
        cutline caption --help                      list all options

      Results are written to standard output, everything else to standard error. Exit codes: \
      0 success; 2 some of several files failed; 64 and above the command failed.
      """,
    version: "0.1.0",
    subcommands: [
      CaptionCommand.self, BatchCommand.self, FeaturesCommand.self, TrainCommand.self,
      EvalCommand.self, CompareCommand.self, SheetCommand.self, ReportCommand.self,
      DatasetCommand.self, ModelCommand.self, BenchCommand.self, DoctorCommand.self,
      DecodeWorkerCommand.self,
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

  /// The arguments after the program's name; names of files that are not UTF-8 are kept.
  private static var typedArguments: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0] }
      .map { nameText(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
  }

  private static func prepareProcess() {
    StandardStream.claim()
    // `cutline … | head -1` ends quietly, even under a parent that ignores the signal.
    signal(SIGPIPE, SIG_DFL)
    // A file over `ulimit -f` is then an error of write(2), like a full disk.
    signal(SIGXFSZ, SIG_IGN)
    // The status of worker processes stays available, even under a parent that ignores the signal.
    signal(SIGCHLD, SIG_DFL)
  }

  private static func end(with error: any Error) -> Never {
    if let failure = Failure(error) {
      Messages().failure(failure)
      exit(withError: failure.status.exitCode)
    }
    let code = exitCode(for: error)
    // Help and version, or a command that has already printed its messages.
    if code.isSuccess || error is ExitCode { exit(withError: error) }
    guard code == .validationFailure else {
      Messages().error("bug in cutline (\(error)). Please report it, with the command line.")
      exit(withError: ExitStatus.bug.exitCode)
    }
    var text = fullMessage(for: error)
    if let file = OptionFile(namedBy: typedArguments) {
      text += "\n  (Options were also read from \(file.title).)"
    }
    Messages().plain(text.hasPrefix("Error: ") ? "cutline: \(text.dropFirst(7))" : text)
    exit(withError: code)
  }
}

extension Messages {
  /// Logs the options, including those of a file, and the variables in effect.
  fileprivate func traceSettings(_ arguments: [String]) {
    trace("options: \(arguments.joined(separator: " "))")
    for variable in Variable.allCases {
      if let value = variable.value { trace("\(variable.rawValue)=\(value)") }
    }
  }
}
