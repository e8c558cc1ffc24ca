import Captioning
import Tensors

// So that `import Training` is enough to train.
@_exported import struct Datasets.DatasetError

// A training run as other packages see it: the settings that most runs choose.

extension TrainingRun {
  /// The number of epochs to train.
  public var epochs: Int {
    get { learning.plan.epochCount }
    set { learning.plan.epochCount = newValue }
  }

  /// The number of captions in a batch.
  public var batchSize: Int {
    get { learning.batchSize }
    set { learning.batchSize = newValue }
  }

  /// The decoder's peak learning rate.
  public var learningRate: Float {
    get { learning.plan.learningRate }
    set { learning.plan.learningRate = newValue }
  }

  /// The encoder's peak learning rate; 0 freezes the encoder.
  ///
  /// Nil is 0 for an encoder that was trained before, else the decoder's rate.
  public var encoderLearningRate: Float? {
    get { learning.encoderLearningRate }
    set { learning.encoderLearningRate = newValue }
  }

  /// The seed of all random values.
  public var seed: UInt64 {
    get { learning.plan.seed }
    set { learning.plan.seed = newValue }
  }

  /// The size of a word's embedding.
  public var embeddingSize: Int {
    get { model.decoder.embeddingSize }
    set { model.decoder.embeddingSize = newValue }
  }

  /// The size of the decoder's hidden state.
  public var hiddenSize: Int {
    get { model.decoder.hiddenSize }
    set { model.decoder.hiddenSize = newValue }
  }

  /// The number of times that a word must occur to enter the vocabulary.
  public var minimumWordCount: Int {
    get { model.minimumWordCount }
    set { model.minimumWordCount = newValue }
  }

  /// Starts from the encoder of a model, which is frozen unless `encoderLearningRate` is set.
  ///
  /// - Parameter name: The path of a model's folder, or a name, as for `Captioner(model:)`.
  /// - Throws: `ModelError` if there is no such model.
  public mutating func start(fromEncoderOf name: String) throws(ModelError) {
    model.encoder = try ModelDirectory(
      named: name, searching: ModelSearchPath.current.folders, advice: .library)
  }

  /// Starts from a captioner: its encoder, its decoder and its vocabulary.
  ///
  /// - Parameter name: The path of a model's folder, or a name, as for `Captioner(model:)`.
  /// - Throws: `ModelError` if there is no such captioner, or if it is damaged.
  public mutating func start(from name: String) throws(ModelError) {
    let captioner = try TrainedCaptioner(
      loading: ModelDirectory(
        named: name, searching: ModelSearchPath.current.folders, advice: .library))
    (model.captioner, model.decoder) = (captioner, captioner.decoder)
    model.maximumWords = captioner.configuration.maximumWords
    model.lengthPenalty = captioner.configuration.lengthPenalty
    model.rules = captioner.configuration.rules
    model.license = captioner.configuration.provenance.license
  }

  /// Trains, or resumes the same training that was stopped.
  ///
  /// - Parameters:
  ///   - threads: The number of threads, at least 1; nil is all cores of the process.
  ///   - report: Takes lines of text: the messages of the run, and its progress at the end of each stage.
  ///   - shouldStop: Returns true to stop after the step under way.
  /// - Returns: The end of the run.
  /// - Throws: `TrainingError` for settings that do not fit, or `DatasetError`, `MediaError`, `ModelError` or an
  ///   error of the file system. `CancellationError` if it was stopped before its first step.
  @discardableResult
  public func train(
    threads: Int? = nil, report: @escaping (String) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws -> Outcome {
    let before = Device.threadCount
    Device.setThreadCount(max(1, threads ?? before))
    defer { Device.setThreadCount(before) }
    try learning.check()
    for (name, size) in [("embeddingSize", embeddingSize), ("hiddenSize", hiddenSize)] {
      guard 1...65_536 ~= size else {
        throw TrainingError(.choice, "\(name) must be from 1 to 65536, not \(size).")
      }
    }
    var run = self
    run.threadCount = Device.threadCount
    run.model.settings = [
      ("--cell", model.decoder.cell.entry.name), ("--embed", "\(embeddingSize)"),
      ("--hidden", "\(hiddenSize)"), ("--min-count", "\(minimumWordCount)"),
      ("--max-words", "\(model.maximumWords)"),
    ]
    return try run.run(shouldStop: shouldStop) { event in
      if case .progress = event { return }
      report(event.description)
    }
  }
}

extension TrainingRun.Outcome {
  /// The folder of the model to use; nil if the run was stopped before its end.
  public var model: String? {
    switch self {
    case .finished(let model), .ranOutOfPatience(_, let model): model
    case .stopped: nil
    }
  }
}
