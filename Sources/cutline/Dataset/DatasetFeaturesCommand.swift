import ArgumentParser
import Captioning
import Datasets
import Files
import ImageEncoders
import Reports
import Training

/// `cutline dataset features DIR --encoder-model M`: what a frozen encoder sees, for trainings to come.
struct DatasetFeaturesCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Compute what an encoder sees in all pictures, for trainings that leave it frozen.",
    discussion: """
      Kept in $CUTLINE_CACHE, by default ~/.cache/cutline, where cutline train finds it; train computes \
      by itself what is not there. A picture or an encoder that has changed is looked at anew.
      """)

  @OptionGroup var collection: CollectionOptions
  @Option(
    help: ArgumentHelp(
      "The imported encoder: a folder, or a name on the search path.", valueName: "name|dir"),
    completion: .directory)
  var encoderModel: String
  @Option(
    help: ArgumentHelp(
      "The decoder that will be trained (see cutline train).", valueName: "name"))
  var decoder: DecoderName?
  @Option(help: ArgumentHelp("The same as --decoder show-attend-tell.", valueName: "soft"))
  var attention: AttentionChoice?
  @Option(help: ArgumentHelp("As --feature-grid of the training.", valueName: "n"))
  var featureGrid: Int?
  @OptionGroup var frames: TrainingFrameOptions
  @Option(help: "As --max-words of the training, which decides how many frames there is room for.")
  var maxWords = 20
  @Flag(help: "Leave out records and pictures that cannot be read, and say which.")
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
      talk.messages, progress,
      shouldStop: { stop.number != nil })
    let chosen = try DecoderName.chosen(decoder, attention)
    let kind: FeatureKind = chosen == .showAttendTell ? .positions : .pooled
    guard let cache = FeatureCache(of: encoder, configuration, kind) else {
      throw Failure(
        "there is no place to keep features: neither CUTLINE_CACHE nor HOME is set.",
        .configuration)
    }
    let examples = [found.training, found.validation].compactMap { $0 }.flatMap { dataset in
      TokenizedDataset(dataset, maximumWords: 1).examples(with: .init(words: []))
    }
    var features = PictureFeatures(kind, cache: cache)
    var loader = PictureLoader(
      configuration.preprocessing, frames: try frames.frames(maximumWords: maxWords))
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
        "\(cache.folder): could not be written. Is the disk full, or the folder another's?",
        .inputOutput)
    }
    let reopened = FeatureCache(of: encoder, configuration, kind)
    let megabytes = Double(reopened?.byteCount ?? 0) / 1e6
    progress.say(
      "features of \(examples.count.grouped) pictures or clips are in \(cache.folder) "
        + "(\(megabytes.text(places: 1)) MB)")
  }
}
