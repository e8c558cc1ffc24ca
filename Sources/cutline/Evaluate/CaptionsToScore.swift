import ArgumentParser
import Captioning
import Datasets
import Evaluation
import Files
import Tensors
import Text
import Training

/// Reads captions and references, or has a model write the captions.
struct CaptionsToScore {
  let reading: ReadingChoices
  let threadCount: Int
  let progress: Progress
  /// The split to score; nil for the only one.
  var split: CaptionDataset.Split?
  /// True if pictures without a caption are left out.
  var isPartial = false
  /// Splits captions of files into words; a model has its own.
  var tokenizer = CaptionTokenizer()

  /// Returns the captions of a file or folder.
  func captions(
    in results: String, of references: ReferenceCaptions
  ) throws -> EvaluatedCaptions {
    var captions = try EvaluatedCaptions(
      ResultCaptions(at: results), of: references, partially: isPartial)
    captions.tokenizer = tokenizer
    return captions
  }

  /// Returns the pictures of a data set; of its validation split, unless another was chosen.
  func pictures(of path: String) throws -> CaptionDataset {
    var dataset = DatasetReading(path)
    dataset.choices = reading
    dataset.say = { progress.report(.message($0)) }
    let (collection, contents) = try dataset.read()
    let only = contents.datasets.count == 1 ? contents.datasets[0].split : nil
    let found = try collection.read(split ?? only ?? .validation)
    let captioned = found.examples.filter { !$0.captions.isEmpty }
    if captioned.isEmpty {
      throw DatasetError.noReferences(in: path)
    }
    return CaptionDataset(split: found.split, examples: captioned)
  }

  /// Returns the captions that a model writes of the pictures of a data set.
  ///
  /// - Parameters:
  ///   - captioner: The model and its search.
  ///   - name: The name of the model, for messages.
  ///   - dataset: The pictures.
  ///   - path: The path of the data set.
  /// - Returns: The captions.
  /// - Throws: The error of a picture that cannot be read.
  func captions(
    by captioner: Captioner, named name: String, of dataset: CaptionDataset, at path: String
  ) throws -> EvaluatedCaptions {
    let stop = StopSignal(reportingTo: progress)
    var captioning = DatasetCaptioning(captioner)
    captioning.threadCount = threadCount
    let references = ReferenceCaptions(dataset, of: path)
    do {
      let found = try captioning.run(
        on: dataset.examples, shouldStop: { stop.number != nil }, report: progress.report)
      var captions = EvaluatedCaptions(name, found.captions, of: references)
      captions.perplexity = found.perplexity
      captions.tokenizer = captioner.ensemble.vocabulary.tokenizer
      return captions
    } catch is CancellationError {
      stop.end()
    }
  }
}

/// The model that captions, and its search.
struct ScoredModelOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The model that captions DATASET: a folder, or a name on the search path.",
      valueName: "name|dir"), completion: .directory)
  var model: String?
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Beam width; 1 is greedy search (default: the model's).", valueName: "n"))
  var beam: Int?
  @Option(
    name: [.customShort("k"), .long],
    help: ArgumentHelp(
      "Number of captions per picture, of which the best is scored.", valueName: "n"))
  var captions: Int?
  @Option(
    help: ArgumentHelp(
      "Reward words that the classifier suggests (default: the model's; 0 turns it off).",
      valueName: "x"))
  var tagGuidance: Float?
  @Option(
    help: "Precision of the encoder: f32 (default) or bf16.")
  var precision: StoredPrecision?

  func validate() throws {
    if let beam { try check("--beam", beam, in: 1...100) }
    if let captions { try check("--captions", captions, in: 1...100) }
    if let tagGuidance, !(0...100).contains(tagGuidance) {
      throw ValidationError("--tag-guidance must be from 0 to 100, not \(tagGuidance).")
    }
  }

  /// The first option that was given; nil if none was.
  var firstOption: String? {
    if model != nil { return "--model" }
    if beam != nil { return "--beam" }
    if captions != nil { return "--captions" }
    if tagGuidance != nil { return "--tag-guidance" }
    return precision == nil ? nil : "--precision"
  }

  /// Returns the model called `name`, else the one of the options.
  func captioner(_ name: String? = nil) throws -> (captioner: Captioner, name: String) {
    let name = name ?? model ?? Variable.model.value ?? "default"
    let directory = try ModelDirectory(named: name, searching: ModelSearchPath.current.folders)
    let ensemble = try CaptionEnsemble(loading: ModelEnsemble([directory]))
    if let decoder = ensemble.configuration.decoder, !decoder.writesSentences {
      throw Failure(
        "\(directory.path): labels clips. Only captioners of sentences are scored.", .configuration)
    }
    var chosen = try SearchOptions.parse([])
    chosen.beam = beam
    let search = try chosen.search(
      for: ensemble.configuration, ensemble.vocabulary, captionCount: captions ?? 1)
    let type = (precision ?? .f32).elementType
    try type.requireMultiplying()
    var captioner = Captioner(ensemble, search: search, precision: type)
    if let tagGuidance {
      guard tagGuidance == 0 || ensemble.hasClassifier else {
        throw Failure(
          "--tag-guidance: the model's encoder has no classifier. Import the encoder with --classifier, and train "
            + "with it.", .configuration)
      }
      captioner.tagGuidance = tagGuidance
    }
    return (captioner, name)
  }
}
