import ArgumentParser
import Files

/// The messages of the program on standard error; results never go there.
struct Messages: Sendable {
  var level = LogLevel.info
  /// True if each message is a JSON object on its own line, as progress is.
  var isJSON = false

  /// Prints an error.
  func failure(_ error: any Error) {
    if let failure = Failure(error) { self.error(failure.message) }
  }

  func error(_ text: String) { say(text) }

  /// Prints a warning about a result.
  func warning(_ text: String) {
    if level >= .warn { say(text) }
  }

  /// Prints a note on what was done.
  func note(_ text: String) {
    if level >= .info { say(text) }
  }

  /// Prints what a job is about, without the program's name in front.
  func status(_ text: String) {
    if level >= .info { plain(text) }
  }

  /// Prints a detail, at the debug level.
  func detail(_ text: String) {
    if level >= .debug { say(text) }
  }

  /// Prints a fact for troubleshooting, at the trace level.
  func trace(_ text: String) {
    if level >= .trace { say(text) }
  }

  /// Writes lines without a prefix.
  func plain(_ text: String) {
    let line =
      isJSON
      ? Progress.message(text) : visible(text) + (text.hasSuffix("\n") ? "" : "\n")
    // If standard error is closed, there is nowhere to report it.
    try? StandardStream.error.write(line)
  }

  private func say(_ text: String) { plain(Self.remark(text)) }
}

/// Returns the text without characters that move a terminal's cursor: names of files may contain
/// any.
func visible(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0x0A: result += "\n"
    case _ where scalar.nameByte != nil: result += visibleName(String(scalar))
    case 0...0x1F, 0x7F...0x9F: result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A command with options for messages.
protocol TalkingCommand: ParsableCommand {
  var talk: MessageOptions { get }
}

/// The options that every command has.
struct MessageOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print errors only.")
  var quiet = false
  @Flag(
    name: .shortAndLong,
    help: """
      Print the time of each stage; twice, -vv, also the options and variables in effect. \
      ($CUTLINE_LOG: error, warn, info, debug or trace.)
      """)
  var verbose: Int
  /// Accepted from scripts that give it to every program; nothing is colored.
  @Flag(help: .hidden)
  var noColor = false
  @Option(
    help: ArgumentHelp(
      "Progress output: auto (a bar on a terminal, lines elsewhere), plain (lines), none, or json (one "
        + "JSON object per line).", valueName: "style"))
  var progress = ProgressStyle.auto
  /// Declared for the help; `OptionFile` reads it before the arguments are parsed.
  @Option(
    help: ArgumentHelp(
      "A JSON file of options, such as {\"threads\": 2}; those on the command line take precedence.",
      discussion: "$CUTLINE_CONFIG can name it, too.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var config: String?

  /// The level of the options, else of `$CUTLINE_LOG`, which `main` has checked.
  var level: LogLevel {
    if quiet { return .error }
    if verbose > 0 { return verbose > 1 ? .trace : .debug }
    return (try? LogLevel.ofEnvironment()) ?? .info
  }

  var messages: Messages { Messages(level: level, isJSON: progress == .json) }

  func makeProgress() -> Progress { Progress(progress, level: level) }
}
