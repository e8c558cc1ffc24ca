import ArgumentParser

/// `cutline dataset synthesize …`: generates collections.
struct SynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize", abstract: "Generate pictures or clips with captions for training.",
    discussion: """
        cutline dataset synthesize shapes -o data/shapes
        cutline dataset synthesize crops --from data/flickr8k -o data/crops

      The same options generate the same collection again.
      """,
    subcommands: [SynthesizeShapesCommand.self, SynthesizeCropsCommand.self])
}

/// The folder and the random seed of a generated collection.
struct SynthesisOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The output folder.", completion: .directory)
  var output: String
  @Option(help: "Random seed.")
  var seed: UInt64 = 1
  @Flag(help: "Replace a folder that was generated before.")
  var force = false
}
