import ArgumentParser
import Captioning
import Datasets
import Evaluation
import Files
import Training

/// `cutline compare A B`: compares the scores of two models or results.
struct CompareCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare two models, or two files of captions, on the same pictures.",
    discussion: """
      Each of A and B is a model, as a folder or by its name, or a file of captions in any form that cutline eval \
      takes. Prints both scores, their difference, and the interval that holds it in 95 % of resampled sets of \
      pictures (paired bootstrap): a difference whose interval contains 0 may be chance. P is the probability of a \
      difference of the other sign, or none. Then come the pictures on \
      which the two differ most.

        cutline compare default runs/first/best --references data/flickr8k --split test
        cutline compare old.json new.json --references captions_val.json
      """)

  @Argument(
    help: ArgumentHelp("A model or a file of captions.", valueName: "a"), completion: .file())
  var a: String
  @Argument(
    help: ArgumentHelp("The model or file to compare with it.", valueName: "b"), completion: .file()
  )
  var b: String
  @Option(
    help: ArgumentHelp(
      "The captions of people; with a model, a data set whose pictures it captions.",
      valueName: "file|dir"), completion: .file())
  var references: String
  @Option(
    help: ArgumentHelp(
      "The split to score, if there are several: train, val or test.", valueName: "split"))
  var split: SplitName?
  @Flag(help: "Score the pictures that have references and both captions.")
  var partial = false
  @OptionGroup(title: "Scores") var scores: ScoreOptions
  @OptionGroup(title: "Scores") var words: TokenizerOptions
  @Option(help: ArgumentHelp("The number of resampled sets.", valueName: "n"))
  var resamples = 1000
  @Option(
    help: ArgumentHelp("The percentage of differences that the interval holds.", valueName: "p"))
  var interval = 95.0
  @Option(help: ArgumentHelp("The seed of the resampling.", valueName: "s"))
  var seed: UInt64 = 1
  @Option(help: ArgumentHelp("The number of pictures to show that differ most.", valueName: "n"))
  var show = 10
  @OptionGroup(title: "Output") var output: ComparisonOutputOptions
  @OptionGroup(title: "Data set") var reading: ReadingOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    try check("--resamples", resamples, in: 100...1_000_000)
    try check("--show", show, in: 0...100_000)
    guard interval >= 1, interval < 100 else {
      throw ValidationError("--interval must be from 1 to below 100, not \(interval).")
    }
  }

  func run() throws {
    let threadCount = try threads.apply()
    var source = CaptionsToScore(
      reading: try reading.choices(), threadCount: threadCount, progress: talk.makeProgress())
    (source.split, source.isPartial) = (split?.value, partial)
    source.tokenizer = words.chosen
    try output.check(against: [a, b, references])
    var destination = try output.open()
    let choices = try scores.choices(threadCount: threadCount)
    let found = try captions(source)
    guard found[0].tokenizer == found[1].tokenizer else {
      throw Failure(
        "\(a), \(b): one is split into words by \(found[0].tokenizer.kind.rawValue), the other by "
          + "\(found[1].tokenizer.kind.rawValue), so their scores cannot be compared. Choose the other with "
          + "--tokenizer, if it is a file.", .configuration)
    }
    let evaluations = try found.map { captions in
      let evaluation = try Evaluation(of: captions, choices)
      for note in evaluation.notes { talk.messages.note("\(captions.path): \(note)") }
      return evaluation
    }
    let comparison = Comparison(
      evaluations[0], evaluations[1], names: (a, b), resampleCount: resamples,
      intervalShare: interval / 100, seed: seed,
      contrastCount: show)
    try destination.write(
      Array((output.isJSON ? comparison.json.prettyText + "\n" : comparison.text).utf8))
    try destination.finish()
  }

  /// Returns the captions of both, of the same pictures.
  private func captions(_ source: CaptionsToScore) throws -> [EvaluatedCaptions] {
    let names = [a, b]
    let areModels = names.map(Self.isModel)
    guard areModels.contains(true) else {
      return try shared(
        source,
        names.map { try ResultCaptions(at: $0, captionColumn: source.reading.captionColumn) },
        ReferenceCaptions(at: references, split: source.split, source.reading))
    }
    let pictures = try source.pictures(of: references)
    return try zip(names, areModels).map { name, isModel in
      guard isModel else { return try source.captions(in: name, of: pictures.references) }
      return try source.captions(by: ScoredModelOptions.parse(["-m", name]).load(), of: pictures)
    }
  }

  /// Returns the captions of two files; with `--partial`, of the pictures that both have.
  private func shared(
    _ source: CaptionsToScore, _ results: [ResultCaptions], _ references: ReferenceCaptions
  ) throws -> [EvaluatedCaptions] {
    let found = try results.map { results in
      var captions = try EvaluatedCaptions(
        results, of: references, partially: source.isPartial)
      captions.tokenizer = source.tokenizer
      return captions
    }
    guard source.isPartial else { return found }
    let labels = found.map { Set($0.pictures.map(\.label)) }
    let both = labels[0].intersection(labels[1])
    guard !both.isEmpty else {
      throw Failure("\(a), \(b): have no picture in common that has references.", .badData)
    }
    return found.map { $0.keeping { both.contains($0.label) } }
  }

  /// Returns true for the folder or the name of a model.
  private static func isModel(_ name: String) -> Bool {
    if isFile(name) { return false }
    if isFolder(name) { return isFile("\(name)/config.json") }
    return (try? ModelDirectory(named: name, searching: ModelSearchPath.current.folders)) != nil
  }
}

/// The form of a comparison and its destination.
struct ComparisonOutputOptions: ParsableArguments {
  @Flag(help: "Print JSON; also by an output file called .json.")
  var json = false
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Output file (default: standard output).", valueName: "file"),
    completion: .file())
  var output: String?
  @Flag(help: "Replace the output file if it exists.")
  var force = false

  /// True if JSON is asked for, by the option or the file's extension.
  var isJSON: Bool { json || output?.lowercased().hasSuffix(".json") == true }

  /// Throws if the file is one of the inputs, which no --force may cost.
  func check(against inputs: [String]) throws(Failure) {
    try protect(inputs, from: [output].compactMap(\.self))
  }

  func open() throws(FileError) -> ResultOutput { try ResultOutput(output, overwriting: force) }
}
