import ArgumentParser
import Datasets
import Files
import Reports
import Text
import Training

/// `cutline dataset …`: the commands for collections of captions.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset",
    abstract: "Check, count, convert and synthesize collections of captions.",
    discussion: """
        cutline dataset check data/mine
        cutline dataset convert data/mine -o data/mine-coco --to coco

      DIR is a folder with captions and pictures, or a file of captions, in any of the formats that \
      datasets/README.md describes. The format is detected.
      """,
    subcommands: [
      DatasetCheckCommand.self, DatasetStatsCommand.self, DatasetVocabCommand.self,
      DatasetConvertCommand.self, DatasetFeaturesCommand.self, SynthesizeCommand.self,
    ])
}

/// The collection to read.
struct CollectionOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A folder with captions and pictures, or a file of captions.", valueName: "dir"),
    completion: .file())
  var path: String
  @OptionGroup var reading: ReadingOptions

  /// The data set that these options describe.
  func dataset() throws -> DatasetReading {
    var dataset = DatasetReading(path)
    dataset.choices = try reading.choices()
    return dataset
  }
}

/// The options for reading a collection.
struct ReadingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Column or key of the captions (default: text, caption, or another usual name).",
      valueName: "name"))
  var captionColumn: String?
  @Option(
    help: ArgumentHelp(
      "Folder of the pictures or clips, if it is not in the usual place.", valueName: "dir"),
    completion: .directory)
  var images: String?
  @Flag(
    help: """
      Follow symbolic links out of the collection, wherever they lead, as in Hugging Face's cache and for DVC \
      and git-annex.
      """)
  var followLinks = false

  /// Returns the choices; throws if the chosen folder of pictures is no folder.
  func choices() throws -> ReadingChoices {
    var choices = ReadingChoices()
    (choices.captionColumn, choices.followsLinks) = (captionColumn, followLinks)
    if let images {
      guard isFolder(images) else {
        throw Failure(
          "\(images): is not a folder (--images). Check the spelling.", .inputMissing)
      }
      choices.pictureFolder = normalizedPath(images).isEmpty ? "." : normalizedPath(images)
    }
    return choices
  }
}

/// `cutline dataset vocab DIR`: the words of the training captions.
struct DatasetVocabCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "vocab",
    abstract: "List the words of the training captions, most frequent first.",
    discussion:
      "Prints lines of WORD<TAB>COUNT, or writes the vocab.json of a model folder with -o.")

  @OptionGroup var collection: CollectionOptions
  @OptionGroup var words: TokenizerOptions
  @Option(help: "Minimum word count; training uses 5.")
  var minCount = 5
  @Option(
    name: .shortAndLong, help: "Output file, the vocab.json of a model folder.",
    completion: .file(extensions: ["json"]))
  var output: String?
  @Flag(help: "Replace the output file if it exists.")
  var force = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    guard minCount >= 1 else {
      throw ValidationError("--min-count must be above 0, not \(minCount).")
    }
  }

  func run() throws {
    var reading = try collection.dataset()
    reading.needsPictures = false
    reading.say = talk.messages.say
    let threadCount = try threads.apply()
    let (found, contents) = try reading.read([.train])
    let training = try contents[.train] ?? found.read(.train)
    let counts = CaptionSurvey(
      training, threadCount: threadCount, tokenizer: words.chosen
    ).counts
    let vocabulary = Vocabulary(counts, minimumCount: minCount)
    if let output {
      try AtomicFile.write(vocabulary.json(), to: output, overwriting: force)
    } else {
      try StandardStream.output.write(
        counts.ranked.prefix { $0.count >= minCount }.filter { $0.word.isStorable }
          .map { "\($0.word)\t\($0.count)\n" }.joined())
    }
    talk.messages.note(
      "\(collection.path): \(vocabulary.count.grouped) words (special ones included), "
        + "\(percent(vocabulary.unknownFraction(of: counts))) <unk>"
        + (output.map { ". Wrote \($0)" } ?? ""))
  }
}
