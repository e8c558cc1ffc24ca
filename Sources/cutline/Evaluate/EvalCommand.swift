import ArgumentParser
import Captioning
import Datasets
import Evaluation
import Files
import Metrics
import Text
import Training

/// `cutline eval`: scores captions against those of people.
struct EvalCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Score captions against those of people: BLEU, METEOR, ROUGE-L, CIDEr.",
    discussion: """
      Scores are those of coco-caption (pycocoevalcap), to the last digit printed. Either a model captions DATASET, or \
      RESULTS holds the captions of any program: COCO results, tsv, csv, what cutline caption and batch write, or a \
      folder of texts. Ids and file names are matched; with several captions of a picture the first is scored.

        cutline eval data/flickr8k -m models/mine --split test
        cutline eval --references captions_val.json --results results.json
        cutline eval --references captions_val.json --results results.json --json -o scores.json
      """)

  @Argument(
    help: "A folder of images or clips with captions, or a file of captions, for -m to caption.",
    completion: .file())
  var dataset: String?
  @OptionGroup(title: "Results") var scored: ScoredOptions
  @OptionGroup(title: "Scores") var scores: ScoreOptions
  @OptionGroup(title: "Scores") var words: TokenizerOptions
  @OptionGroup(title: "Output") var output: ScoreOutputOptions
  @OptionGroup(title: "Model") var model: ScoredModelOptions
  @OptionGroup(title: "Data set") var reading: ReadingOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    switch (dataset, scored.references, scored.results) {
    case (nil, nil, nil):
      throw ValidationError(
        "there is nothing to score. Name a DATASET to caption, or --references and --results.")
    case (_?, _?, _): throw ValidationError("DATASET has the references. Leave out --references.")
    case (nil, _, nil):
      throw ValidationError("--results is missing. Name the captions to score.")
    case (nil, nil, _?):
      throw ValidationError("--references is missing. Name the captions of people.")
    case (_?, nil, _?):
      throw ValidationError(
        "DATASET is captioned by a model, but --results has captions. Name their references with --references."
      )
    case (nil, _?, _?):
      if let option = model.firstOption {
        throw ValidationError(
          "\(option) is for captioning DATASET, but the captions are in --results. Leave out one.")
      }
    default: break
    }
    if dataset != nil, words.tokenizer != nil {
      throw ValidationError("--tokenizer: the model has its own. Leave it out.")
    }
  }

  func run() throws {
    let threadCount = try threads.apply()
    var source = CaptionsToScore(
      reading: try reading.choices(), threadCount: threadCount, progress: talk.makeProgress())
    (source.split, source.isPartial) = (scored.split?.value, scored.partial)
    source.tokenizer = words.chosen
    var destination = try output.open()
    let captions = try captions(source)
    let evaluation = try scores.evaluation(of: captions, source)
    for note in evaluation.notes { talk.messages.note("\(captions.path): \(note)") }
    try destination.write(Array(output.text(of: evaluation).utf8))
    try scores.saveFrequencies(of: captions)
    try output.writeReport(on: evaluation)
    try destination.finish()
  }

  private func captions(_ source: CaptionsToScore) throws -> EvaluatedCaptions {
    if let references = scored.references, let results = scored.results {
      return try source.captions(
        in: results,
        of: ReferenceCaptions(at: references, split: source.split, source.reading))
    }
    let path = dataset ?? ""
    let pictures = try source.pictures(of: path)
    let (captioner, name) = try model.captioner()
    return try source.captions(by: captioner, named: name, of: pictures, at: path)
  }
}

/// The captions to score.
struct ScoredOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The captions of people: COCO captions or any file or folder of captions that trainings read.",
      valueName: "file|dir"), completion: .file())
  var references: String?
  @Option(
    help: ArgumentHelp(
      "The captions to score: a file, or a folder with a text for each picture.",
      valueName: "file|dir"), completion: .file())
  var results: String?
  @Option(
    help: ArgumentHelp(
      "The split to score, if there are several: train, val or test.", valueName: "split"))
  var split: SplitName?
  @Flag(
    help: "Score the pictures that have both references and a caption, and say how many have not.")
  var partial = false
}

/// The name of a split, as any collection calls it.
struct SplitName: ExpressibleByArgument {
  let value: CaptionDataset.Split

  init?(argument: String) {
    guard let value = CaptionDataset.Split(named: argument) else { return nil }
    self.value = value
  }
}

/// The scores to compute.
struct ScoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The scores: \(Metric.allCases.map(\.rawValue).joined(separator: ", ")) (default: "
        + "\(Metric.usual.map(\.rawValue).joined(separator: ","))).",
      discussion:
        "WER and CER compare with the nearest reference; self-cider needs several captions a picture.",
      valueName: "list"))
  var metrics: MetricList?
  @Option(
    help: ArgumentHelp(
      "A folder with METEOR's own data: meteor-1.5.jar and data/paraphrase-en.gz, as in pycocoevalcap/meteor.",
      discussion:
        "Without it, METEOR takes synonyms from WordNet, if it is installed, and no paraphrases.",
      valueName: "dir"), completion: .directory)
  var meteorData: String?
  @Option(
    help: ArgumentHelp(
      "The captions that the model learned from, to count those copied word for word.",
      valueName: "file|dir"), completion: .file())
  var training: String?
  @Option(
    help: ArgumentHelp(
      "Weigh CIDEr's n-grams by these document frequencies (default: those of the references).",
      valueName: "file"), completion: .file())
  var df: String?
  @Option(
    help: ArgumentHelp(
      "Write the document frequencies of the references, for --df.", valueName: "file"),
    completion: .file())
  var saveDf: String?

  /// Returns the scores of captions.
  func evaluation(
    of captions: EvaluatedCaptions, _ source: CaptionsToScore
  ) throws -> Evaluation {
    var choices = Evaluation.Choices()
    choices.metrics = metrics?.metrics
    if let meteorData {
      guard isFolder(meteorData) else {
        throw Failure(
          "\(meteorData): is not a folder (--meteor-data). Check the spelling.", .inputMissing)
      }
      choices.meteor = METEORResources(meteorFolder: meteorData)
    }
    if let df {
      let text = try MappedFile(df, limit: 1 << 30).withBytes {
        String(validating: $0, as: UTF8.self)
      }
      guard let text else { throw EvaluationError(df, .badFrequencies(line: 1)) }
      do throws(DocumentFrequencies.FormatError) {
        choices.frequencies = try DocumentFrequencies(text: text)
      } catch {
        throw EvaluationError(df, .badFrequencies(line: error.line))
      }
    }
    if let training {
      choices.training = try ReferenceCaptions(
        at: training, split: isFolder(training) ? .train : nil, source.reading)
    }
    return try Evaluation(of: captions, choices)
  }

  /// Writes the document frequencies, if they are asked for.
  func saveFrequencies(of captions: EvaluatedCaptions) throws {
    guard let saveDf else { return }
    let words = captions.pictures.map { $0.references.map(captions.tokenizer.words(of:)) }
    try AtomicFile.write(DocumentFrequencies(of: words).text, to: saveDf, overwriting: true)
  }
}

/// A list of scores such as `cider,wer`.
struct MetricList: ExpressibleByArgument {
  let metrics: [Metric]

  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
    metrics = names.compactMap { Metric(rawValue: $0.lowercased()) }
    guard metrics.count == names.count, !metrics.isEmpty else { return nil }
  }
}

/// The form of scores and their destination.
struct ScoreOutputOptions: ParsableArguments {
  enum Form: String, ExpressibleByArgument, CaseIterable { case text, json, csv }

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "text, json with the scores of each picture, or csv with a line for each (default: text).",
      valueName: "form"))
  var format: Form?
  @Flag(help: "Same as --format json.")
  var json = false
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Output file, whose extension selects the form (default: standard output).",
      valueName: "file"), completion: .file())
  var output: String?
  @Option(
    help: ArgumentHelp(
      "Also write a page with histograms and the best, worst and random captions, one file that needs no network.",
      discussion: "With --results, --images names the folder of the pictures.",
      valueName: "file"), completion: .file(extensions: ["html"]))
  var report: String?
  @Flag(help: "Replace the output files if they exist.")
  var force = false

  func validate() throws {
    if json, let format, format != .json {
      throw ValidationError("--json and --format \(format.rawValue) cannot be used together.")
    }
  }

  var form: Form {
    if json { return .json }
    if let format { return format }
    let name = output?.lowercased() ?? ""
    return name.hasSuffix(".json") ? .json : name.hasSuffix(".csv") ? .csv : .text
  }

  /// Opens the output, before any work.
  func open() throws(FileError) -> ResultOutput { try ResultOutput(output, overwriting: force) }

  /// Writes the page, if one is asked for.
  func writeReport(on evaluation: Evaluation) throws(FileError) {
    guard let report else { return }
    let page = EvaluationPage(title: "Captions of \(evaluation.captions.path)", evaluation)
    try AtomicFile.write(page.html, to: report, overwriting: force)
  }

  func text(of evaluation: Evaluation) -> String {
    switch form {
    case .text: evaluation.text
    case .json: evaluation.json.prettyText + "\n"
    case .csv: evaluation.csv
    }
  }
}
