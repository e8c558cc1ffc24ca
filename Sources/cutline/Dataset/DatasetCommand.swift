import ArgumentParser
import Datasets
import Files
import Reports
import Text

/// `cutline dataset …`: what there is to do with collections of captions.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Check, count, convert and draw collections of captions.",
    discussion: """
        cutline dataset check data/mine
        cutline dataset convert data/mine -o data/mine-coco --to coco

      DIR is a folder with captions and pictures, or a file of captions, in any of the forms that \
      datasets/README.md describes; which one it is, is found out.
      """,
    subcommands: [
      DatasetCheckCommand.self, DatasetStatsCommand.self, DatasetVocabCommand.self,
      DatasetConvertCommand.self, DatasetFeaturesCommand.self, SynthesizeCommand.self,
    ])
}

/// Which collection to read.
struct CollectionOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A folder with captions and pictures, or a file of captions.", valueName: "dir"),
    completion: .file())
  var path: String
  @OptionGroup var reading: ReadingOptions
}

/// How a collection is read.
struct ReadingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The column or member with the captions (default: text, caption, or another usual name).",
      valueName: "name"))
  var captionColumn: String?
  @Option(
    help: ArgumentHelp(
      "The folder of the pictures or clips, if it is not where it usually is.", valueName: "dir"),
    completion: .directory)
  var images: String?
  @Flag(
    help: """
      Follow symbolic links out of the collection, wherever they lead, as in Hugging Face's cache and for DVC \
      and git-annex.
      """)
  var followLinks = false

  /// What was chosen, where the folder of pictures is one.
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
    abstract: "List the words of the training captions, the frequent ones first.",
    discussion:
      "Prints lines of WORD<TAB>COUNT, or writes the vocab.json of a model folder with -o.")

  @OptionGroup var collection: CollectionOptions
  @Option(help: "Leave out words seen less often; 5 is what training does.")
  var minCount = 5
  @Option(
    name: .shortAndLong, help: "The vocab.json to write.", completion: .file(extensions: ["json"]))
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
    var reading = try DatasetReading(collection)
    reading.needsPictures = false
    reading.messages = talk.messages
    let threadCount = try threads.apply()
    let (found, contents) = try reading.read([.train])
    let training = try contents[.train] ?? found.read(.train)
    let counts = CaptionSurvey(training, threadCount: threadCount).counts
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
