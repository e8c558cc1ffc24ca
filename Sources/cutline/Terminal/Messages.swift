import ArgumentParser
import Files

/// What the program says on standard error; results never go there.
struct Messages: Sendable {
  var level = LogLevel.info
  /// Whether each message is a JSON object on a line of its own, as progress is.
  var isJSON = false

  /// Says what failed.
  func failure(_ error: any Error) {
    if let failure = Failure(error) { self.error(failure.message) }
  }

  func error(_ text: String) { say(text) }

  /// Says what is doubtful about a result.
  func warning(_ text: String) {
    if level >= .warn { say(text) }
  }

  /// Says what was done.
  func note(_ text: String) {
    if level >= .info { say(text) }
  }

  /// Says what a job is about, without the program's name in front.
  func status(_ text: String) {
    if level >= .info { plain(text) }
  }

  /// Says what only the curious want to know.
  func detail(_ text: String) {
    if level >= .debug { say(text) }
  }

  /// Says what helps to find out why the program did what it did.
  func trace(_ text: String) {
    if level >= .trace { say(text) }
  }

  /// Writes lines that need nothing in front.
  func plain(_ text: String) {
    let line =
      isJSON
      ? Progress.message(text) : visible(text) + (text.hasSuffix("\n") ? "" : "\n")
    // Nobody is left to tell that nobody listens.
    try? StandardStream.error.write(line)
  }

  /// Only the last line of a message may follow on a second: its advice.
  private func say(_ text: String) {
    plain("cutline: " + text.split(separator: "\n").joined(separator: "\n      "))
  }
}

/// The text without what would move a terminal's cursor: names of files may hold anything.
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

/// A command that the options about messages are given to.
protocol TalkingCommand: ParsableCommand {
  var talk: MessageOptions { get }
}

/// The options that every command has.
struct MessageOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false
  @Flag(
    name: .shortAndLong,
    help: """
      Say how long each stage took; twice, -vv, also which options and variables counted. \
      ($CUTLINE_LOG: error, warn, info, debug or trace.)
      """)
  var verbose: Int
  @Flag(help: "Never colour anything; nothing is coloured so far.")
  var noColor = false
  @Option(
    help: ArgumentHelp(
      "auto, plain, none or json: a bar on a terminal and lines elsewhere, always lines, neither, or one "
        + "JSON object a line.", valueName: "how"))
  var progress = ProgressStyle.auto
  /// Is there to be known; `OptionFile` reads it before anything is parsed.
  @Option(
    help: ArgumentHelp(
      "A JSON file of options, such as {\"threads\": 2}; those that are typed count more.",
      discussion: "$CUTLINE_CONFIG may name it, too.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var config: String?

  /// What was typed, else what `$CUTLINE_LOG` says; `main` has checked that one.
  var level: LogLevel {
    if quiet { return .error }
    if verbose > 0 { return verbose > 1 ? .trace : .debug }
    return (try? LogLevel.ofEnvironment()) ?? .info
  }

  var messages: Messages { Messages(level: level, isJSON: progress == .json) }

  func makeProgress() -> Progress { Progress(progress, level: level) }
}
