import ArgumentParser
import Glibc

@main
struct Cutline: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cutline", abstract: "Describe pictures in words.",
    subcommands: [TrainCommand.self])
}

/// Writes one line of talk to standard error; standard output is for results.
func say(_ line: String) {
  let text = Array("\(line)\n".utf8)
  _ = write(STDERR_FILENO, text, text.count)
}

/// A share as people read it, such as "1.9 %".
func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }

/// Three digits after the point.
func rounded(_ number: some BinaryFloatingPoint) -> String {
  "\((Double(number) * 1000).rounded() / 1000)"
}
