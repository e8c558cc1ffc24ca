import ArgumentParser

@main
struct Cutline: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cutline", abstract: "Describe pictures in words.")
}
