import Captioning
import ImageEncoders
import Layers
import Media
import Tensors
import Text

/// The choices that decide which model a training run makes.
package struct ModelChoices: Sendable {
  package var task = TaskEntry.caption
  /// The folder of an imported encoder to start from; nil trains one from scratch.
  package var encoder: ModelDirectory?
  /// The encoder to train from scratch.
  package var architecture = EncoderArchitecture.smallCNN
  /// The captioner to start from; nil makes a new decoder.
  package var captioner: TrainedCaptioner?
  /// The decoder of a new model.
  package var decoder = DecoderConfiguration()
  /// The number of parts that each side of a feature map is cut into for pooling; nil is 1.
  package var featureGrid: Int?
  package var frames = ClipFrameChoice()
  /// The tokenizer of a new captioner.
  package var tokenizer = CaptionTokenizer()
  /// The most merges of byte pair encoding, which splits words of a new captioner into pieces; nil keeps them whole.
  package var mergeCount: Int?
  /// Words that occur less often become `<unk>`, and pairs of pieces are not merged.
  package var minimumWordCount = 5
  /// The most words of a caption; the rest is cut off.
  package var maximumWords = 20
  /// The length penalty of the beam search, in validation and in use.
  package var lengthPenalty = LengthPenalty.none
  /// The width of the beam search in use; nil is the usual one.
  package var beamWidth: Int?
  /// The rules for words, in validation and in use.
  package var rules = WordRules()
  /// A text file of word vectors that the word embedding starts with.
  package var wordVectors: String?
  /// True if the word embedding is frozen.
  package var freezesWordVectors = false
  /// The licence of the model.
  package var license: String?
  /// The names and values by which these choices are compared when a run is resumed.
  package var settings: Checkpoint.Settings = []

  package init() {}

  /// True if the encoder was trained before.
  var startsFromEncoder: Bool { encoder != nil || captioner != nil }

  /// Sets what a plan takes from these choices.
  func adapt(_ plan: inout TrainingPlan) {
    plan.measuresFeatures = captioner == nil
    plan.measuresNorms = !startsFromEncoder
    (plan.minimumWordCount, plan.maximumWords) = (minimumWordCount, maximumWords)
    plan.search.lengthPenalty = lengthPenalty
    plan.search.rules = rules
    plan.freezesWords = freezesWordVectors
  }

  // MARK: The model

  /// Returns the words that a model writes once it has learned from words of these counts.
  func vocabulary(of counts: WordCounts) -> Vocabulary {
    if let captioner {
      return captioner.vocabulary.growing(by: counts, minimumCount: minimumWordCount)
    }
    if let mergeCount {
      return Vocabulary(piecesOf: counts, mergeCount: mergeCount, minimumCount: minimumWordCount)
    }
    return Vocabulary(counts, minimumCount: minimumWordCount, tokenizer: tokenizer)
  }

  /// Makes the model before its first step: new, or with the weights of the encoder or captioner to start from.
  ///
  /// - Parameters:
  ///   - vocabulary: The words it will write.
  ///   - seed: The seed of its random values.
  ///   - dataset: The name of the data set, for the model card.
  ///   - isOfClips: True if there are clips in the data set.
  /// - Returns: The model and its configuration.
  /// - Throws: An error of the encoder's folder, or of the choice of frames.
  func makeModel(
    _ vocabulary: Vocabulary, seed: UInt64, trainedOn dataset: String, isOfClips: Bool
  ) throws -> (CaptionModel, ModelConfiguration) {
    if let captioner {
      return try model(
        startingFrom: captioner, vocabulary, seed: seed, trainedOn: dataset, isOfClips: isOfClips)
    }
    var random = SeededGenerator(seed: seed)
    var configuration = ModelConfiguration(encoder: EncoderConfiguration(architecture))
    configuration.encoder.grid = featureGrid ?? 1
    var trainedEncoder: (any ImageEncoder)?
    if let directory = encoder {
      configuration.encoder = try directory.configuration().encoder
      configuration.provenance.startedFrom = try directory.configuration().provenance.startedFrom
      if let featureGrid, featureGrid > 1, configuration.encoder.classCount != nil {
        throw TrainingError(
          .choice,
          "--feature-grid: \(directory.path) has a classifier, which reads the mean of the map. Leave out the "
            + "grid, or import the encoder without --classifier.")
      }
      if let featureGrid { configuration.encoder.grid = featureGrid }
      trainedEncoder = try directory.encoder(configuration.encoder)
      try directory.beginVerification().wait()
    }
    configuration.decoder = decoder
    if isOfClips { configuration.frames = try frames.frames(maximumWords: maximumWords) }
    if let beamWidth { configuration.beamWidth = beamWidth }
    configure(&configuration, trainedOn: dataset)

    let blank = configuration.encoder.makeEncoder()
    var model = CaptionModel(
      encoder: blank,
      decoder: decoder.makeDecoder(reading: blank, vocabularySize: vocabulary.count))
    model.initialize(using: &random)
    if let trainedEncoder { model.encoder = trainedEncoder }
    return (model, configuration)
  }

  /// Returns the captioner to start from, with rows for the words that are new to it.
  private func model(
    startingFrom captioner: TrainedCaptioner, _ vocabulary: Vocabulary, seed: UInt64,
    trainedOn dataset: String, isOfClips: Bool
  ) throws -> (CaptionModel, ModelConfiguration) {
    var random = SeededGenerator(seed: seed)
    var model = CaptionModel(
      encoder: captioner.model.encoder,
      decoder: captioner.decoder.makeDecoder(
        reading: captioner.model.encoder, vocabularySize: vocabulary.count))
    model.initialize(using: &random)
    model.encoder = captioner.model.encoder
    model.decoder.takeOver(captioner.model.decoder)

    var configuration = captioner.configuration
    if configuration.frames == nil, isOfClips {
      configuration.frames = try frames.frames(maximumWords: maximumWords)
    }
    configure(&configuration, trainedOn: dataset)
    let earlier = captioner.configuration.provenance
    configuration.metrics = [:]
    configuration.provenance.startedFrom =
      "a captioner (model.safetensors: SHA-256 \(captioner.weightsChecksum)), from "
      + (earlier.startedFrom ?? "a new encoder")
    if let old = earlier.trainedOn, let new = configuration.provenance.trainedOn, old != new {
      configuration.provenance.trainedOn = "\(old), then \(new)"
    }
    return (model, configuration)
  }

  /// Sets how captions are searched for, and the provenance of the model.
  private func configure(_ configuration: inout ModelConfiguration, trainedOn dataset: String) {
    (configuration.maximumWords, configuration.lengthPenalty) = (maximumWords, lengthPenalty)
    configuration.rules = rules
    configuration.provenance.license = license
    configuration.provenance.trainedOn = dataset.split(separator: "/").last.map(String.init)
  }

  /// Returns the classes of the encoder's classifier; nil if it has none.
  func classes() throws(ModelError) -> PictureClasses? {
    if let captioner { return captioner.classes }
    return try encoder.flatMap { directory throws(ModelError) in
      try directory.classes(try directory.configuration().encoder)
    }
  }

  /// Returns the vectors that the word embedding starts with; nil if no file of them was chosen.
  func wordVectors(of vocabulary: Vocabulary) throws(WordVectorError) -> WordVectors? {
    guard let wordVectors else { return nil }
    return try WordVectors(wordVectors, of: vocabulary, size: decoder.embeddingSize)
  }

  /// Returns the settings that must be the same when a run is resumed: those of the choices, and those that
  /// follow from the model.
  func settings(of configuration: ModelConfiguration) -> Checkpoint.Settings {
    // Options that were added later are recorded only where they are given, so that older runs resume.
    let given: [(String, String)?] = [
      configuration.encoder.grid == 1
        ? nil : ("--feature-grid", "\(configuration.encoder.grid)"),
      configuration.frames.map { ("FRAMES of a clip", $0.json.compactText) },
    ]
    return [("ENCODER's origin", configuration.provenance.startedFrom ?? "none")] + settings
      + given.compactMap { $0 }
  }
}
