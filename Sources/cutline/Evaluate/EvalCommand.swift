import ArgumentParser
import Captioning
import Datasets
import Evaluation
import Files
import Metrics
import Reports
import Text
import Training

/// `cutline eval`: scores captions against those of people.
struct EvalCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Score captions: BLEU, METEOR, ROUGE-L, CIDEr.",
    discussion: """
      Scores are those of coco-caption (pycocoevalcap). Either a model captions DATASET, or \
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
  @Option(
    help: ArgumentHelp(
      "The captions that the model learned from, to count those copied word for word.",
      valueName: "file|dir"), completion: .file())
  var training: String?
  @Flag(
    help: ArgumentHelp(
      "Also score the most frequent caption, common words, trigrams, and the captions of nearest pictures.",
      discussion:
        "They are those of --training, or of DATASET's train split; the nearest picture only with -m."
    ))
  var baselines = false
  @OptionGroup(title: "Grades by people") var rating: RatingOptions
  @OptionGroup(title: "Output") var output: ScoreOutputOptions
  @OptionGroup(title: "Model") var model: ScoredModelOptions
  @OptionGroup(title: "Data set") var reading: ReadingOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  /// Throws if an option was given that belongs to scores.
  private func checkUnused(_ reason: String) throws {
    let unused = [
      ("--report", output.report != nil), ("--save-df", output.saveDf != nil),
      ("--baselines", baselines), ("--training", training != nil),
    ]
    if let option = unused.first(where: \.1)?.0 {
      throw ValidationError("\(reason). Leave out \(option).")
    }
  }

  /// Throws unless the options name captions in one way; in `run`, so that a misspelt option is named first.
  private func checkSources() throws {
    if !rating.ratings.isEmpty {
      guard dataset == nil, scored.results.isEmpty, model.firstOption == nil else {
        throw ValidationError(
          "--ratings have their captions. Leave out DATASET, --results and models.")
      }
      try checkUnused("--ratings are summarized")
      return
    }
    if rating.ratingSheet != nil {
      try checkUnused("--rating-sheet writes captions to grade, and no scores")
      if output.output != nil || output.format != nil || output.json {
        throw ValidationError(
          "--rating-sheet writes captions to grade, and no scores. Leave out --output and forms.")
      }
    }
    if rating.ratingSheet != nil, dataset == nil, !scored.results.isEmpty {
      guard model.firstOption == nil else {
        throw ValidationError(
          "--results have captions. Leave out \(model.firstOption ?? "the model").")
      }
      return
    }
    guard scored.results.count < 2 else {
      throw ValidationError(
        "there are several --results. Score them one by one, compare two with cutline compare, or have people grade "
          + "them together with --rating-sheet.")
    }
    switch (dataset, scored.references, scored.results.first) {
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
    if dataset != nil, scored.partial {
      throw ValidationError(
        "--partial is for --results: a model captions every picture. Leave it out.")
    }
    if baselines, dataset == nil, training == nil {
      throw ValidationError(
        "--baselines are those of the training captions. Name them with --training.")
    }
    if dataset == nil, output.heatMaps {
      throw ValidationError(
        "--heat-maps are those of a model that captions DATASET. Leave them out, or add them to a page of captions "
          + "with cutline report --heat-maps.")
    }
    if dataset != nil, words.tokenizer != nil {
      throw ValidationError("--tokenizer: the model has its own. Leave it out.")
    }
  }

  func run() throws {
    try checkSources()
    let read = try reading.choices()
    let inputs = [
      dataset, scored.references, scores.df, training, scores.meteorData, read.pictureFolder,
    ].compactMap(\.self)
    try output.check(
      against: inputs + scored.results + rating.ratings + model.model,
      and: [rating.ratingSheet].compactMap(\.self))
    try checkPage("--rating-sheet", rating.ratingSheet)
    let threadCount = try threads.apply()
    var source = CaptionsToScore(
      reading: read, threadCount: threadCount, progress: talk.makeProgress())
    (source.split, source.isPartial) = (scored.split?.value, scored.partial)
    source.tokenizer = words.chosen
    if !rating.ratings.isEmpty { return try summarizeRatings(source) }
    if let path = rating.ratingSheet { return try writeRatingSheet(path, source) }
    var destination = try output.open()
    var choices = try scores.choices(threadCount: threadCount)
    if let training {
      choices.training = try ReferenceCaptions(
        at: training, split: isFolder(training) ? .train : nil, source.reading)
    }
    let evaluation = try evaluation(source, choices)
    let captions = evaluation.captions
    for note in evaluation.notes { talk.messages.note("\(captions.path): \(note)") }
    try output.saveFrequencies(of: captions)
    try output.writeReport(
      on: evaluation, heatMap: output.heatMaps ? model.heatMap() : nil, talk.messages)
    try destination.write(Array(output.text(of: evaluation).utf8))
    try destination.finish()
  }

  private func evaluation(
    _ source: CaptionsToScore, _ choices: Evaluation.Choices
  ) throws -> Evaluation {
    guard let dataset else {
      let references = try ReferenceCaptions(
        at: scored.references ?? "", split: source.split, source.reading)
      let captions = try source.captions(in: scored.results.first ?? "", of: references)
      let evaluation = try Evaluation(of: captions, choices)
      guard baselines, let training = choices.training else { return evaluation }
      return try evaluation.compared(
        with: Baseline.blind(beside: captions, training: training), choices)
    }
    let pictures = try source.pictures(of: dataset)
    // Read first, so that an error comes before the work.
    let learned =
      baselines && choices.training == nil ? try source.trainingPictures(of: dataset) : nil
    let model = try model.load()
    let captions = try source.captions(by: model, of: pictures, count: self.model.captions ?? 1)
    let evaluation = try Evaluation(of: captions, choices)
    guard baselines, let training = choices.training ?? learned?.references else {
      return evaluation
    }
    let vocabulary = model.captioner.ensemble.vocabulary
    var found = Baseline.blind(beside: captions, training: training) {
      !vocabulary.tokens(for: [$0]).contains(.unknown)
    }
    if let learned {
      found.append(
        try source.nearestCaptions(by: model.captioner, of: pictures, among: learned))
    }
    return try evaluation.compared(with: found, choices)
  }

  // MARK: Grades by people

  /// Writes the page on which a person grades captions.
  private func writeRatingSheet(_ path: String, _ source: CaptionsToScore) throws {
    let captions: CaptionsToRate
    if let dataset {
      captions = CaptionsToRate(
        try source.captions(by: model.load(), of: source.pictures(of: dataset)))
    } else {
      let references = try scored.references.map {
        try ReferenceCaptions(at: $0, split: source.split, source.reading)
      }
      // References of COCO's form have the names of pictures.
      let ids = scored.references.flatMap { path in
        (try? ReferenceCaptions.identities(at: path)) == nil ? nil : path
      }
      captions = try CaptionsToRate(
        scored.results.map {
          try ShownResults(at: $0, captionColumn: source.reading.captionColumn)
        }, of: references, in: ResultPictures(in: source.reading.pictureFolder, ids: ids))
    }
    for note in captions.notes { talk.messages.note(note) }
    let sheet = try captions.sheet(rating, threadCount: source.threadCount)
    try AtomicFile.write(sheet.html, to: path, overwriting: output.force)
    talk.messages.note(
      "wrote \(path): \(sheet.captionCount.grouped) captions to grade, of \(sheet.pictureCount.grouped) of "
        + "\(captions.pictures.count.grouped) pictures. Open it in a browser, save the grades, and read them:  "
        + "cutline eval --ratings FILE...")
  }

  /// Prints the grades of several people.
  private func summarizeRatings(_ source: CaptionsToScore) throws {
    var destination = try output.open()
    var summary = try RatingSummary(rating.ratings.map { try RatingFile(at: $0) })
    var notes = summary.notes
    if let references = scored.references {
      notes += try summary.correlate(
        with: ReferenceCaptions(at: references, split: source.split, source.reading),
        source.tokenizer, scores.choices(threadCount: source.threadCount))
    }
    for note in notes { talk.messages.note(note) }
    try destination.write(Array(try output.text(of: summary).utf8))
    try destination.finish()
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
  var results: [String] = []
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
