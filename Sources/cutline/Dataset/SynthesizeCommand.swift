import ArgumentParser

/// `cutline dataset synthesize …`: collections that nobody had to gather.
struct SynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize", abstract: "Draw pictures or clips with captions to learn from.",
    discussion: """
        cutline dataset synthesize shapes -o data/shapes
        cutline dataset synthesize crops --from data/flickr8k -o data/crops

      The same options draw the same again.
      """,
    subcommands: [SynthesizeShapesCommand.self, SynthesizeCropsCommand.self])
}

/// Where a drawn collection goes, and what is drawn at random.
struct SynthesisOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String
  @Option(help: "Fixes every random choice.")
  var seed: UInt64 = 1
  @Flag(help: "Replace a folder that was drawn before.")
  var force = false
}
