import ArgumentParser
import Synchronization
import Synthesis

/// `cutline dataset synthesize shapes -o DIR` generates a collection of drawings for training.
struct SynthesizeShapesCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "shapes",
    abstract: "Generate pictures of coloured shapes and their spatial relations.",
    discussion: """
      Each picture shows one or two shapes and has one true caption out of 4,560: of two shapes the larger \
      is named first, of two of the same size the left or the upper one. --clips adds short clips in \
      DIR/clips, each with its reverse, of shapes that move, grow or shrink. DIR/training.json holds \
      options for `cutline train` that learn the pictures in minutes, and DIR/clips/training.json options \
      for the clips, to be used once an encoder has learned the pictures.

        cutline dataset synthesize shapes --clips 40000 -o data/shapes
        cutline train data/shapes --config data/shapes/training.json -o runs/shapes
        cutline train data/shapes/clips --config data/shapes/clips/training.json \\
          --encoder-model runs/shapes/best -o runs/moving
      """)

  @OptionGroup var synthesis: SynthesisOptions
  @Option(help: ArgumentHelp("Training pictures.", valueName: "n"))
  var count = ShapesCollection().trainingCount
  @Option(help: ArgumentHelp("Validation pictures.", valueName: "n"))
  var val = ShapesCollection().validationCount
  @Option(
    help: ArgumentHelp(
      "Training clips, an even number; a tenth as many, at most 1,000, are added for validation.",
      valueName: "n"))
  var clips = 0
  @Option(
    help: ArgumentHelp(
      "The language of the pictures' captions: en, de, ja or ar (default: en).", valueName: "code"))
  var language = CaptionLanguage.english
  @Option(help: ArgumentHelp("Width and height, in pixels.", valueName: "n"))
  var size = ShapesCollection().size
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    try check("--count", count, in: 0...10_000_000)
    try check("--val", val, in: 0...10_000_000)
    try check("--clips", clips, in: 0...1_000_000)
    try check("--size", size, in: 32...1024)
    guard clips == 0 || language == .english else {
      throw ValidationError(
        "--language is for pictures: captions of clips are English. Leave out --clips.")
    }
    guard clips % 2 == 0 else {
      throw ValidationError("--clips must be even, since each clip has its reverse, not \(clips).")
    }
  }

  func run() throws {
    let progress = talk.makeProgress()
    let stop = StopSignal(reportingTo: progress)
    var shapes = ShapesCollection()
    (shapes.trainingCount, shapes.validationCount, shapes.clipCount) = (count, val, clips)
    (shapes.size, shapes.seed, shapes.language) = (size, synthesis.seed, language)
    let files = CountProgress(progress, "files", of: shapes.fileCount)
    let begun = Mutex(0)
    let threadCount = try threads.apply()
    let isWritten = try shapes.write(
      to: synthesis.output, replacing: synthesis.force, threadCount: threadCount
    ) {
      begun.withLock { count in
        files.report(count)
        count += 1
      }
      return stop.number == nil
    }
    if isWritten { files.finish(shapes.fileCount) } else { progress.clear() }
    guard isWritten else { stop.end() }
    let moving = clips > 0 ? ", and \(clips) clips" : ""
    talk.messages.note(
      "wrote \(synthesis.output): \(count) training pictures, \(val) validation pictures\(moving); "
        + "\(SceneCaption.all.count) captions are possible")
  }
}

extension CaptionLanguage: ExpressibleByArgument {}
