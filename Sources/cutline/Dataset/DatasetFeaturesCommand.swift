import ArgumentParser
import Captioning
import Datasets
import Files
import ImageEncoders
import Reports
import Training

/// `cutline dataset features DIR --encoder-model M`: caches the features of a frozen encoder for
/// training.
struct DatasetFeaturesCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract:
      "Compute and cache the encoder features of all pictures, for training with a frozen encoder.",
    discussion: """
      Features are stored in $CUTLINE_CACHE, by default ~/.cache/cutline, where cutline train finds them; \
      train computes missing ones itself. Features of changed pictures or encoders are computed again.
      """)

  @OptionGroup var collection: CollectionOptions
  @Option(
    help: ArgumentHelp(
      "The imported encoder: a folder, or a name on the search path.", valueName: "name|dir"),
    completion: .directory)
  var encoderModel: String
  @Option(
    help: ArgumentHelp(
      "Decoder to be trained (see cutline train).", valueName: "name"),
    transform: DecoderArgument.init)
  var decoder: DecoderArgument?
  @Option(help: ArgumentHelp("Same as --decoder show-attend-tell.", valueName: "soft"))
  var attention: AttentionChoice?
  @Option(help: ArgumentHelp("The --feature-grid of the training.", valueName: "n"))
  var featureGrid: Int?
  @OptionGroup var frames: TrainingFrameOptions
  @Option(help: "The --max-words of the training, which limits the number of frames.")
  var maxWords = 20
  @Flag(help: "Leave out records and pictures that cannot be read, and report them.")
  var skipBad = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    if let featureGrid { try check("--feature-grid", featureGrid, in: 1...8) }
    try check("--max-words", maxWords, in: 1...1000)
  }

  func run() throws {
    let progress = talk.makeProgress()
    defer { progress.clear() }
    let stop = StopSignal(reportingTo: progress)
    let threadCount = try threads.apply()
    let directory = try ModelDirectory(
      named: encoderModel, searching: ModelSearchPath.current.folders, advice: .encoder)
    var configuration = try directory.configuration().encoder
    if let featureGrid { configuration.grid = featureGrid }
    let encoder = try directory.encoder(configuration)
    try directory.beginVerification().wait()
    let found = try TrainingCollection(
      collection.path, collection.reading.choices(), skippingBad: skipBad, threadCount: threadCount,
      report: progress.report, shouldStop: { stop.number != nil })
    let chosen = try DecoderArgument.chosen(decoder, attention).choice.entry
    // Of clips, too, the pooled features of each frame are kept.
    let kind: FeatureKind = chosen.featureKind == .positions ? .positions : .pooled
    guard let folder = FeatureCache.usualFolder(by: Variable.value(of:)) else {
      throw Failure(
        "there is no folder to cache features in: neither CUTLINE_CACHE nor HOME is set. Set one of them.",
        .configuration)
    }
    let cache = FeatureCache(of: encoder, configuration, kind, in: folder)
    let examples = [found.training, found.validation].compactMap { $0 }.flatMap { dataset in
      TokenizedDataset(dataset, maximumWords: 1).examples(with: .init(words: []))
    }
    var features = PictureFeatures(kind, cache: cache)
    var loader = PictureLoader(
      configuration.preprocessing, frames: try frames.choice.frames(maximumWords: maxWords))
    loader.threadCount = threadCount
    let start = ContinuousClock.now
    var first: PassProgress?
    try features.prepare(examples, by: encoder, loader) { pass in
      let seconds = start.duration(to: .now).milliseconds / 1000
      let since = first ?? pass
      first = since
      progress.show { ProgressReport(pass, since: since, seconds: seconds) }
      if stop.number != nil { stop.end() }
    }
    guard features.isCached else {
      throw Failure(
        "\(cache.folder): could not be written. Check the free space and the folder's permissions.",
        .inputOutput)
    }
    let reopened = FeatureCache(of: encoder, configuration, kind, in: folder)
    let megabytes = Double(reopened.byteCount) / 1e6
    progress.say(
      "features of \(examples.count.grouped) pictures or clips are in \(cache.folder) "
        + "(\(megabytes.text(places: 1)) MB)")
  }
}
