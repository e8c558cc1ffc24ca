import ArgumentParser
import BatchCaptioning
import Captioning
import Datasets
import Evaluation
import Files
import Media
import Reports
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
  /// True if what a data set has is not told.
  var isQuiet = false
  /// Splits captions of files into words; a model has its own.
  var tokenizer = CaptionTokenizer()

  /// Returns the captions of a file or folder.
  func captions(
    in results: String, of references: ReferenceCaptions
  ) throws -> EvaluatedCaptions {
    var captions = try EvaluatedCaptions(
      ResultCaptions(at: results, captionColumn: reading.captionColumn), of: references,
      partially: isPartial)
    captions.tokenizer = tokenizer
    return captions
  }

  /// The pictures that a model captions.
  struct Pictures {
    let examples: [CaptionedImage]
    let references: ReferenceCaptions
  }

  /// Returns the pictures of a data set; of its validation split, unless another was chosen.
  func pictures(of path: String) throws -> Pictures {
    var dataset = DatasetReading(path)
    dataset.choices = reading
    if !isQuiet { dataset.say = { progress.report(.message($0)) } }
    let (collection, contents) = try dataset.read()
    let only = contents.datasets.count == 1 ? contents.datasets[0].split : nil
    let found = try collection.read(split ?? only ?? .validation)
    dataset.report(contents.leftOut)
    dataset.report(uncaptioned: found.examples.filter(\.captions.isEmpty).map(\.path))
    let captioned = CaptionDataset(
      split: found.split, examples: found.examples.filter { !$0.captions.isEmpty })
    guard !captioned.examples.isEmpty else { throw DatasetError.noReferences(in: path) }
    return Pictures(
      examples: captioned.examples,
      references: ReferenceCaptions(captioned, of: path, in: collection.files))
  }

  /// Returns the pictures of a data set's training split.
  func trainingPictures(of path: String) throws -> Pictures {
    var source = self
    // What the data set has was said when its other pictures were read.
    (source.split, source.isQuiet) = (.train, true)
    do {
      return try source.pictures(of: path)
    } catch let error as DatasetError {
      throw Failure(
        "--baselines are those of the training captions. \(error) Name them with --training.",
        .inputMissing)
    }
  }

  /// Returns the captions of the training pictures that are nearest to others, by a model's features.
  func nearestCaptions(
    by captioner: Captioner, of pictures: Pictures, among training: Pictures
  ) throws -> Baseline {
    let stop = StopSignal(reportingTo: progress)
    var search = NearestPictures(captioner)
    search.threadCount = threadCount
    do {
      let found = try search.run(
        of: pictures.examples, among: training.examples, shouldStop: { stop.number != nil },
        report: progress.report)
      return Baseline(.nearestPicture, found.map { training.examples[$0].captions[0] })
    } catch is CancellationError {
      stop.end()
    }
  }

  /// Returns the captions that a model writes of pictures.
  ///
  /// - Parameters:
  ///   - model: The model and its search.
  ///   - pictures: The pictures.
  ///   - count: The number of captions to keep of each.
  /// - Returns: The captions.
  /// - Throws: The error of a picture that cannot be read.
  func captions(
    by model: ScoredModel, of pictures: Pictures, count: Int = 1
  ) throws -> EvaluatedCaptions {
    let captioner = model.captioner
    let stop = StopSignal(reportingTo: progress)
    var captioning = DatasetCaptioning(captioner)
    (captioning.threadCount, captioning.captionCount) = (threadCount, count)
    do {
      let found = try captioning.run(
        on: pictures.examples, shouldStop: { stop.number != nil }, report: progress.report)
      var captions = EvaluatedCaptions(
        model.name, found.captions, confidences: found.confidences, of: pictures.references)
      captions.perplexity = found.perplexity
      captions.tokenizer = captioner.ensemble.vocabulary.tokenizer
      return captions
    } catch is CancellationError {
      stop.end()
    }
  }
}

/// A model whose captions are scored.
struct ScoredModel {
  let captioner: Captioner
  let name: String
}

/// The model that captions, and its search.
struct ScoredModelOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The model that captions DATASET: a folder, or a name on the search path.",
      discussion:
        "Repeat it to caption with an ensemble, which averages the models' probabilities.",
      valueName: "name|dir"), completion: .directory)
  var model: [String] = []
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
    help: "Precision of the encoder: f32 (default), bf16, int8 or auto (see cutline caption).")
  var precision: EncoderPrecision?

  func validate() throws {
    if let beam { try check("--beam", beam, in: 1...100) }
    if let captions { try check("--captions", captions, in: 1...100) }
    if let tagGuidance, !(0...100).contains(tagGuidance) {
      throw ValidationError("--tag-guidance must be from 0 to 100, not \(tagGuidance).")
    }
  }

  /// The first option that was given; nil if none was.
  var firstOption: String? {
    if !model.isEmpty { return "--model" }
    if beam != nil { return "--beam" }
    if captions != nil { return "--captions" }
    if tagGuidance != nil { return "--tag-guidance" }
    return precision == nil ? nil : "--precision"
  }

  /// Returns a function that draws the heat map of a picture's caption as an element of a page; an empty one for a
  /// clip, or a picture that cannot be read any more.
  func heatMap() throws -> (EvaluatedCaptions.Picture) throws -> String {
    try DrawingLibrary.load()
    let captioner = try load().captioner
    let drawing = HeatMapDrawing(captioner, StillImageOptions())
    let tokenizer = captioner.ensemble.vocabulary.tokenizer
    return { picture in
      guard let path = picture.path, let caption = picture.captions.first,
        let sheet = try? drawing.sheet(of: .file(path), saying: tokenizer.words(of: caption))
      else { return "" }
      return try heatMapElement(sheet.strip())
    }
  }

  /// Loads the model, or the ensemble.
  func load() throws -> ScoredModel {
    let names = model.isEmpty ? [Variable.model.value ?? "default"] : model
    var directories: [ModelDirectory] = []
    for name in names {
      directories.append(
        try ModelDirectory(named: name, searching: ModelSearchPath.current.folders))
    }
    let ensemble = try CaptionEnsemble(
      loading: ModelEnsemble(directories), precision: precision ?? .float32)
    if let decoder = ensemble.configuration.decoder, !decoder.writesSentences {
      throw Failure(
        "\(directories[0].path): labels clips. Only captioners of sentences are scored.",
        .configuration)
    }
    var chosen = try SearchOptions.parse([])
    chosen.beam = beam
    let search = try chosen.search(
      for: ensemble.configuration, ensemble.vocabulary, captionCount: captions ?? 1)
    var captioner = Captioner(ensemble, search: search)
    if let tagGuidance {
      guard tagGuidance == 0 || ensemble.hasClassifier else {
        throw Failure(
          "--tag-guidance: the model's encoder has no classifier. Import the encoder with --classifier, and train "
            + "with it.", .configuration)
      }
      if tagGuidance > 0 { try ensemble.vocabulary.requireWholeWords(for: "--tag-guidance") }
      captioner.tagGuidance = tagGuidance
    }
    return ScoredModel(captioner: captioner, name: names.joined(separator: " + "))
  }
}
