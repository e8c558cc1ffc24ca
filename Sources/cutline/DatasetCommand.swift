import ArgumentParser

/// `cutline dataset`: what can be done with captions and pictures before learning from them.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Make collections of pictures with captions.",
    subcommands: [SynthesizeCommand.self])
}
