import ArgumentParser
import Files

/// What the program says on standard error; results never go there.
struct Messages: Sendable {
  var isQuiet = false
  var isVerbose = false

  /// Says what failed.
  func failure(_ error: any Error) {
    if let failure = Failure(error) { self.error(failure.message) }
  }

  func error(_ text: String) { say(text) }

  /// Says what is doubtful about a result.
  func warning(_ text: String) {
    if !isQuiet { say(text) }
  }

  /// Says what was done.
  func note(_ text: String) {
    if !isQuiet { say(text) }
  }

  /// Says what a job is about, without the program's name in front.
  func status(_ text: String) {
    if !isQuiet { plain(text) }
  }

  /// Says what only the curious want to know.
  func detail(_ text: String) {
    if isVerbose { say(text) }
  }

  /// Writes lines that need nothing in front.
  func plain(_ text: String) {
    // Nobody is left to tell that nobody listens.
    try? StandardStream.error.write(visible(text) + (text.hasSuffix("\n") ? "" : "\n"))
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
    case 0...0x1F, 0x7F...0x9F: result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// The options that every command has.
struct MessageOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false
  @Flag(name: .shortAndLong, help: "Say how long each stage took.")
  var verbose = false
  @Flag(help: "Never colour anything; nothing is coloured so far.")
  var noColor = false
  /// Is there to be known; `OptionFile` reads it before anything is parsed.
  @Option(
    help: ArgumentHelp(
      "A JSON file of options, such as {\"threads\": 2}; those that are typed count more.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var config: String?

  var messages: Messages { Messages(isQuiet: quiet, isVerbose: verbose) }
}
