import ArgumentParser
import Evaluation
import Files
import Metrics

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
        "Without it, METEOR takes synonyms from WordNet, if it is installed, and no paraphrases. The first use takes "
        + "some seconds to index the table of paraphrases, in $CUTLINE_CACHE, by default ~/.cache/cutline.",
      valueName: "dir"), completion: .directory)
  var meteorData: String?
  @Option(
    help: ArgumentHelp(
      "Also compute SPICE, by its authors' program in Java: spice-1.0.jar, as in pycocoevalcap/spice.",
      discussion: "Its folder must hold Stanford CoreNLP 3.6.0, as that program demands.",
      valueName: "file"), completion: .file(extensions: ["jar"]))
  var spice: String?
  @Option(
    help: ArgumentHelp(
      "Weigh CIDEr's n-grams by these document frequencies (default: those of the references).",
      valueName: "file"), completion: .file())
  var df: String?

  /// Returns the choice of the scores with the data that they need.
  func choices(threadCount: Int) throws -> Evaluation.Choices {
    var choices = Evaluation.Choices()
    choices.threadCount = threadCount
    choices.metrics = metrics?.metrics
    if let meteorData {
      guard isFolder(meteorData) else {
        throw Failure(
          "\(meteorData): is not a folder (--meteor-data). Check the spelling.", .inputMissing)
      }
      choices.meteor = METEORResources(meteorFolder: meteorData)
      choices.meteor.cacheFolder = cacheFolder(by: Variable.value(of:)).map { "\($0)/meteor" }
    }
    if spice == nil, metrics?.metrics.contains(.spice) ?? false {
      throw ValidationError(
        "--metrics spice: it is computed by its authors' program. Name its spice-1.0.jar with --spice."
      )
    }
    if let spice {
      guard isFile(spice) else {
        throw Failure(
          "\(spice): is not a file (--spice). Name spice-1.0.jar, as in pycocoevalcap/spice.",
          .inputMissing)
      }
      choices.spice = SPICEProgram(jar: spice)
      choices.spice?.cacheFolder = cacheFolder(by: Variable.value(of:)).map { "\($0)/spice" }
    }
    if let df {
      choices.frequencies = try frequencies(df)
      choices.frequenciesPath = df
    }
    return choices
  }

  private func frequencies(_ path: String) throws -> DocumentFrequencies {
    let text: String?
    do throws(FileError) {
      text = try MappedFile(path, limit: 1 << 30).withBytes {
        String(validating: $0, as: UTF8.self)
      }
    } catch {
      throw Failure(error.description, .inputMissing)
    }
    guard let text else { throw EvaluationError(path, .badFrequencies(line: 1)) }
    do throws(DocumentFrequencies.FormatError) {
      return try DocumentFrequencies(text: text)
    } catch {
      throw EvaluationError(path, .badFrequencies(line: error.line))
    }
  }
}

/// A list of scores such as `cider,wer`.
struct MetricList: ExpressibleByArgument {
  let metrics: [Metric]

  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.lowercased().filter { $0 != " " } }
    metrics = names.compactMap(Metric.init)
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
  @Flag(
    help:
      "Add heat maps to the pictures that --report shows of a model: attention, or occlusion without it."
  )
  var heatMaps = false
  @Option(
    help: ArgumentHelp(
      "Write the document frequencies of the references, for --df.", valueName: "file"),
    completion: .file())
  var saveDf: String?
  @Flag(help: "Replace the output files if they exist.")
  var force = false

  func validate() throws {
    if heatMaps, report == nil {
      throw ValidationError("--heat-maps are shown on the page of --report. Add --report FILE.")
    }
    if json, let format, format != .json {
      throw ValidationError("--json and --format \(format.rawValue) cannot be used together.")
    }
  }

  private var form: Form {
    if json { return .json }
    if let format { return format }
    let name = output?.lowercased() ?? ""
    return name.hasSuffix(".json") ? .json : name.hasSuffix(".csv") ? .csv : .text
  }

  /// Throws if a file cannot be written, is written twice, or is one of the inputs, which no --force may cost.
  func check(against inputs: [String], and more: [String] = []) throws {
    let outputs = [output, report, saveDf].compactMap(\.self) + more
    try protect(inputs, from: outputs)
    try checkPage("--report", report)
    for (place, path) in outputs.enumerated() {
      if outputs[..<place].contains(path) {
        throw ValidationError(
          "\(path) is named for two outputs. Choose another name for one of them.")
      }
      // Each is opened when it is written, which may be an hour away.
      _ = try AtomicFile(path, overwriting: force)
    }
  }

  /// Opens the output, before any work.
  func open() throws(FileError) -> ResultOutput { try ResultOutput(output, overwriting: force) }

  /// Writes the document frequencies, if they are asked for.
  func saveFrequencies(of captions: EvaluatedCaptions) throws(FileError) {
    guard let saveDf else { return }
    let words = captions.pictures.map { $0.references.map(captions.tokenizer.words(of:)) }
    let frequencies = DocumentFrequencies(of: words, tokenizer: captions.tokenizer.kind)
    try AtomicFile.write(frequencies.text, to: saveDf, overwriting: force)
  }

  /// Writes the page, if one is asked for.
  ///
  /// - Parameters:
  ///   - evaluation: The scores.
  ///   - heatMap: Returns the heat map of a picture as an element; empty for none.
  ///   - messages: Takes what the page lacks.
  /// - Throws: The errors of heat maps; `FileError` if the page cannot be written.
  func writeReport(
    on evaluation: Evaluation, heatMap: ((EvaluatedCaptions.Picture) throws -> String)?,
    _ messages: Messages
  ) throws {
    guard let report else { return }
    var page = EvaluationPage(title: "Captions of \(evaluation.captions.path)", evaluation)
    if let heatMap {
      for index in page.shownPictures {
        page.extras[index] = try heatMap(evaluation.captions.pictures[index])
      }
    }
    try AtomicFile.write(page.html, to: report, overwriting: force)
    if page.hasNoPictures {
      messages.warning("\(report): shows no pictures. Name their folder with --images.")
    }
  }

  func text(of summary: RatingSummary) throws -> String {
    switch form {
    case .text: summary.text
    case .json: summary.json.prettyText + "\n"
    case .csv:
      throw ValidationError(
        "csv has a line for each scored picture. Choose text or json for ratings.")
    }
  }

  func text(of evaluation: Evaluation) -> String {
    switch form {
    case .text: evaluation.text
    case .json: evaluation.json.prettyText + "\n"
    case .csv: evaluation.csv
    }
  }
}
