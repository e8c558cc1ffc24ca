import ArgumentParser
import Captioning
import Datasets
import Files
import ImageEncoders
import Layers
import Tensors
import Text
import Training

/// `cutline train DATASET -o RUN` learns to caption from pictures with captions.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Learn to caption from pictures with captions.",
    discussion: """
      DATASET is a folder with captions and pictures in one of many forms (datasets/README.md), or a \
      file of captions. RUN/last is the model so far. A run that was stopped, even killed, goes on where \
      it was when the same command is typed again, and ends with the same model.

        cutline train data/flickr8k --encoder-model models/mobilenet -o runs/first
      """)

  @Argument(
    help: "A folder with pictures and captions, or a file of captions.", completion: .file())
  var dataset: String
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String
  @Option(
    help: "An imported encoder to start from; without one, a small encoder learns from scratch.",
    completion: .directory)
  var encoderModel: String?
  @OptionGroup var learning: LearningOptions
  @Option(help: "The recurrent cell: lstm, gru or rnn.")
  var cell = "lstm"
  @Option(help: "Size of the word embedding.")
  var embed = 512
  @Option(help: "Size of the hidden state.")
  var hidden = 512
  @Option(help: "Rarer words become <unk>.")
  var minCount = 5
  @Option(help: "Longer captions are cut.")
  var maxWords = 20
  @Option(help: ArgumentHelp("Steps between checkpoints.", valueName: "n"))
  var saveEvery = 500
  @Option(name: .shortAndLong, help: "Threads to compute with.")
  var threads: Int?
  @Flag(help: "Leave out records and pictures that cannot be read, and say which.")
  var skipBad = false
  @Option(help: "The licence of what is learned, for the model's config.json.")
  var license: String?

  func validate() throws {
    try check("--embed", embed, in: 1...16_384)
    try check("--hidden", hidden, in: 1...16_384)
    try check("--max-words", maxWords, in: 1...1000)
    try check("--min-count", minCount, in: 1...1_000_000)
    try check("--save-every", saveEvery, in: 1...1_000_000_000)
    guard DecoderConfiguration.CellKind(rawValue: cell) != nil else {
      throw ValidationError("--cell must be lstm, gru or rnn.")
    }
  }

  func run() throws {
    let stop = StopSignal()
    if let threads { Device.setThreadCount(threads) }
    // At once, not after the first epoch: where nothing can be written nothing need be learned.
    let run = try RunFolder(output)
    let collection = try TrainingCollection(
      dataset, skippingBad: skipBad, threadCount: threads ?? ProcessorBudget().threadCount,
      shouldStop: { stop.number != nil })
    if stop.number != nil { stop.end() }
    let training = TokenizedDataset(collection.training, maximumWords: maxWords)
    let validation = collection.validation.map { TokenizedDataset($0, maximumWords: maxWords) }
    let vocabulary = Vocabulary(training.counts, minimumCount: minCount)
    let (model, configuration) = try makeModel(vocabulary)
    guard !training.references.isEmpty else {
      throw Failure("\(dataset): has no captions to learn from. Is it the right folder?", .badData)
    }
    let plan = plan(for: training.examples(with: vocabulary))
    let settings = settings(of: training, configuration, plan)
    let checkpoint = try run.newestCheckpoint(of: settings)
    var trainer = Trainer(
      model, configuration.encoder, training: training.examples(with: vocabulary),
      validation: validation?.examples(with: vocabulary) ?? [],
      references: validation?.references ?? [], vocabulary: vocabulary, plan: plan,
      resuming: try checkpoint?.state(of: model, plan))
    let unknown = vocabulary.unknownFraction(of: training.counts)
    say("\(dataset)  vocabulary \(vocabulary.count) (\(percent(unknown)) <unk>)")
    say(
      "model  \(model.parameterCount) parameters, \(trainer.batches(ofEpoch: 0).count) batches an epoch"
    )
    if let checkpoint { say("going on from \(checkpoint.path)") }

    let save = { (state: TrainingState, isBest: Bool) in
      try TrainingHealth.checkNumbers(of: state)
      let contents = contents(state, configuration, (vocabulary, training.counts))
      try run.save(state, as: contents, settings, isBest: isBest)
    }
    var health = TrainingHealth()
    let clock = ContinuousClock()
    while trainer.state.epoch < plan.epochCount {
      let start = clock.now
      let report = try trainer.learnEpoch { report, state in
        if state.step % 20 == 0 {
          say(
            "step \(state.step)  loss \(rounded(report.loss))  grad \(rounded(report.gradientNorm))"
          )
        }
        try health.check(report, state)
        if stop.number != nil { return false }
        if state.step % saveEvery == 0 { try save(state, false) }
        return true
      }
      guard let report else {
        try save(trainer.state, false)
        say("saved \(output)/last at step \(trainer.state.step). To go on, type the same again.")
        stop.end()
      }
      say(line(about: report, seconds: start.duration(to: clock.now).components.seconds))
      try save(trainer.state, report.isBest)
    }
    let result = "\(output)/\(trainer.state.progress.bestScore == nil ? "last" : "best")"
    say("wrote \(result). Use it:  cutline caption -m \(result) PHOTO")
  }

  private func line(about report: Trainer.EpochReport, seconds: Int64) -> String {
    let head = "epoch \(report.epoch)/\(learning.epochs)  loss \(rounded(report.trainingLoss))"
    guard let validation = report.validation else { return "\(head)  \(seconds) s" }
    let score = validation.scores.corpus
    return head
      + "  val loss \(rounded(validation.loss))  BLEU-4 \(rounded(score.bleu[3]))"
      + "  CIDEr \(rounded(score.cider))\(report.isBest ? " *best*" : "")  \(seconds) s"
      + "  \"\(validation.sample.caption)\" (ref: \"\(validation.sample.reference)\")"
  }

  /// What must be the same for a run to go on: everything its outcome depends on.
  private func settings(
    of training: TokenizedDataset, _ configuration: ModelConfiguration, _ plan: TrainingPlan
  ) -> Checkpoint.Settings {
    [
      ("DATASET's fingerprint", training.fingerprint),
      ("--encoder-model", configuration.provenance.startedFrom ?? "none"), ("--cell", cell),
      ("--embed", "\(embed)"), ("--hidden", "\(hidden)"), ("--min-count", "\(minCount)"),
      ("--max-words", "\(maxWords)"),
    ] + learning.settings(of: plan)
  }

  private func plan(for examples: [TrainingExample]) -> TrainingPlan {
    var plan = learning.plan(startsFromEncoder: encoderModel != nil)
    (plan.minimumWordCount, plan.maximumWords) = (minCount, maxWords)
    let steps = Trainer.batches(of: examples, epoch: 0, plan).count / plan.batchesPerStep
    plan.sampling = learning.scheduledSampling(stepCount: steps * plan.epochCount)
    return plan
  }

  private func makeModel(_ vocabulary: Vocabulary) throws -> (CaptionModel, ModelConfiguration) {
    var random = SeededGenerator(seed: learning.seed)
    var configuration = ModelConfiguration(encoder: EncoderConfiguration(.smallCNN))
    var encoder: (any ImageEncoder)?
    if let encoderModel {
      let directory = try ModelDirectory(named: encoderModel, searching: [])
      configuration.encoder = try directory.configuration().encoder
      configuration.provenance.startedFrom = try directory.configuration().provenance.startedFrom
      encoder = try directory.encoder(configuration.encoder)
      try directory.beginVerification().wait()
    }
    let decoderConfiguration = DecoderConfiguration(
      cell: DecoderConfiguration.CellKind(rawValue: cell) ?? .lstm, embeddingSize: embed,
      hiddenSize: hidden)
    configuration.decoder = decoderConfiguration
    configuration.maximumWords = maxWords
    configuration.provenance.license = license
    configuration.provenance.trainedOn = dataset.split(separator: "/").last.map(String.init)

    let blank = configuration.encoder.makeEncoder()
    var model = CaptionModel(
      encoder: blank,
      decoder: decoderConfiguration.makeDecoder(
        featureSize: blank.pooledSize, vocabularySize: vocabulary.count))
    model.initialize(using: &random)
    if let encoder { model.encoder = encoder }
    return (model, configuration)
  }

  private func contents(
    _ state: TrainingState, _ configuration: ModelConfiguration,
    _ words: (vocabulary: Vocabulary, counts: WordCounts)
  ) -> ModelDirectory.Contents {
    let card = """
      # A captioner trained on \(configuration.provenance.trainedOn ?? dataset)

      Written by `cutline train` at step \(state.step), in epoch \(state.epoch) of \(learning.epochs).

      """
    return .init(
      configuration: configuration,
      parameters: state.result.parameters.map { ($0.parameter.name, $0.value) },
      words: words, card: card)
  }
}

/// Watches over a training, for one that has diverged teaches nothing more.
private struct TrainingHealth {
  private var badStepCount = 0
  /// How many steps without a finite gradient in a row end a training.
  private static let limit = 5

  mutating func check(_ report: TrainingState.Report, _ state: TrainingState) throws {
    badStepCount = report.loss.isFinite && report.gradientNorm.isFinite ? 0 : badStepCount + 1
    guard badStepCount < Self.limit else { throw Self.failure(atStep: state.step) }
  }

  /// Throws unless all numbers of the model are finite: no checkpoint may hold others.
  static func checkNumbers(of state: TrainingState) throws {
    guard state.model.parameters.allSatisfy(\.value.isFinite) else {
      throw failure(atStep: state.step)
    }
  }

  private static func failure(atStep step: Int) -> Failure {
    Failure(
      "training diverged before step \(step): the loss or a weight is not finite any more. The last "
        + "checkpoint is whole. Begin again with a smaller --lr, in another folder.", .diverged)
  }
}
