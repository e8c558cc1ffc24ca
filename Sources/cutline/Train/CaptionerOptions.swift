import ArgumentParser
import Captioning
import ImageEncoders
import Layers
import Tensors
import Text
import Training

/// What captioner `cutline train` makes.
struct CaptionerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "caption (default), or classify: learn which label each clip has.",
      discussion: """
        A model that classifies reads a clip frame by frame, says after each what is going on, and \
        captions the clip with the label that is likeliest in the mean (activity recognition; Donahue \
        et al., 2015). Each clip has its label for its only caption, or lies in a folder that is called \
        so: DATASET/train/LABEL, DATASET/val/LABEL.
        """, valueName: "task"))
  var task = TaskName.caption
  @Option(
    help: ArgumentHelp(
      "An imported encoder to start from: a folder, or a name on the search path.",
      discussion: "Without one, a small encoder learns from scratch.", valueName: "name|dir"),
    completion: .directory)
  var encoderModel: String?
  @Option(
    help: ArgumentHelp(
      "Start from a captioner: a folder, such as RUN/best, or a name on the search path.",
      discussion: """
        Its encoder, decoder and words are kept, and words that are new and frequent enough (--min-count) \
        are added; the optimizer begins anew. The encoder stays as it is without --encoder-lr. What is not \
        given is as the captioner has it.
        """, valueName: "name|dir"), completion: .directory)
  var startFrom: String?
  @Option(
    help: ArgumentHelp(
      "Keep the mean of each of n x n parts of a picture, rather than of all of it (default: 1).",
      discussion: "Who sees where things are can tell left from right, and which way they move.",
      valueName: "n"))
  var featureGrid: Int?
  @Option(help: "The recurrent cell: lstm (default), gru or rnn.")
  var cell: String?
  @Option(
    help: ArgumentHelp(
      "Whether a GRU resets before its product (Cho et al., 2014) or after it, as PyTorch's (default).",
      valueName: "when"))
  var gruReset: GRU.Reset?
  @Option(
    help: ArgumentHelp(
      "How many recurrent layers lie on top of each other (default: 1; 2 of lrcn and s2vt).",
      valueName: "n"))
  var layers: Int?
  @Flag(help: "Let connections lead around each layer but the first.")
  var residual = false
  @Option(
    name: [.customLong("decoder"), .customLong("preset")],
    help: ArgumentHelp(
      "show-and-tell (default), show-attend-tell, lrcn, s2vt, temporal-attention or video-mean.",
      discussion: """
        Show and Tell reads the picture first, LRCN beside every word; Show, Attend and Tell looks at \
        it again before each word. Of a clip these three see the mean of its frames (video-mean is \
        Show and Tell by another name). S2VT reads it frame by frame before it writes, and temporal \
        attention looks at its frames again before each word: to these two their order, or what is in \
        which, can tell something.
        """, valueName: "name"))
  var decoderName: DecoderName?
  @Option(
    help: ArgumentHelp(
      "soft is the same as --decoder show-attend-tell.", valueName: "none|soft"))
  var attention: AttentionChoice?
  @Flag(help: "With lrcn: show the picture to the lowest layer rather than to the second.")
  var unfactored = false
  @OptionGroup var frames: TrainingFrameOptions
  @Option(
    help: "With attention: how many numbers it keeps of each position of a picture (default: 512).")
  var annotationSize: Int?
  @Option(help: "With attention: how many numbers positions are compared by (default: 512).")
  var attentionSize: Int?
  @Option(help: "Size of the word embedding (default: 512).")
  var embed: Int?
  @Option(help: "Size of the hidden state (default: 512).")
  var hidden: Int?
  @Option(
    help: ArgumentHelp(
      "Begin with these vectors of words: a text file of GloVe or word2vec.",
      discussion: "Words that it lacks, and <bos>, <eos> and <unk>, begin at random.",
      valueName: "file"), completion: .file())
  var wordVectors: String?
  @Flag(help: "Leave the word embedding as it begins; with --tied, what words are scored by, too.")
  var freezeWordVectors = false
  @Flag(help: "Score words by the rows of the word embedding (Press & Wolf, 2017).")
  var tied = false
  @Option(help: ArgumentHelp("Rarer words become <unk> (default: 5).", valueName: "min-count"))
  var minCount: Int?
  @Option(help: ArgumentHelp("Longer captions are cut (default: 20).", valueName: "max-words"))
  var maxWords: Int?
  @Option(
    help: ArgumentHelp(
      "How captions are ranked in validation and in use: none (default), average or a (see caption).",
      valueName: "none|average|a"))
  var lengthPenalty: LengthPenalty?
  @Option(
    help: ArgumentHelp(
      "So many words in a row no caption says twice, in validation and in use.", valueName: "n"))
  var noRepeat: Int?
  @Option(help: "The licence of what is learned, for the model's config.json.")
  var license: String?

  func validate() throws {
    for (option, size) in [
      ("--embed", embed), ("--hidden", hidden), ("--annotation-size", annotationSize),
      ("--attention-size", attentionSize),
    ] {
      if let size { try check(option, size, in: 1...16_384) }
    }
    if let maxWords { try check("--max-words", maxWords, in: 1...1000) }
    if let noRepeat { try check("--no-repeat", noRepeat, in: 1...1000) }
    if let minCount { try check("--min-count", minCount, in: 1...1_000_000) }
    guard cell.map({ DecoderConfiguration.CellKind(rawValue: $0) != nil }) ?? true else {
      throw ValidationError("--cell must be lstm, gru or rnn.")
    }
    if let featureGrid { try check("--feature-grid", featureGrid, in: 1...8) }
    if let layers { try check("--layers", layers, in: 1...64) }
    if task == .classify { try refuseSentences() }
    let name = try DecoderName.chosen(decoderName, attention)
    if startFrom == nil { try checkWhole(name) } else { try refuseOtherStarts() }
  }

  /// Throws if there is anything else to start from than a captioner.
  private func refuseOtherStarts() throws {
    let others = [
      ("--encoder-model", encoderModel != nil), ("--word-vectors", wordVectors != nil),
      ("--freeze-word-vectors", freezeWordVectors),
    ]
    guard let other = others.first(where: \.1)?.0 else { return }
    throw ValidationError(
      "\(other) and --start-from contradict each other: a captioner brings its encoder and words. "
        + "Leave one out.")
  }

  /// Throws what does not fit together in a decoder that is made anew.
  private func checkWhole(_ name: DecoderName) throws {
    guard gruReset ?? .after == .after || cell == "gru" else {
      throw ValidationError("--gru-reset is about --cell gru, not \(cell ?? Self.usualCell).")
    }
    try checkDecoder(name)
    guard !freezeWordVectors || wordVectors != nil else {
      throw ValidationError("--freeze-word-vectors needs --word-vectors: random ones must learn.")
    }
    guard !tied || decoder.canBeTied else {
      throw ValidationError(
        "--tied needs --embed and --hidden to be the same without attention, not \(decoder.embeddingSize) and "
          + "\(decoder.hiddenSize).")
    }
  }

  private func refuseSentences() throws {
    try task.refuse([
      ("--decoder", decoderName != nil), ("--attention", attention != nil),
      ("--unfactored", unfactored), ("--word-vectors", wordVectors != nil),
      ("--freeze-word-vectors", freezeWordVectors), ("--tied", tied),
      ("--min-count", minCount != nil), ("--max-words", maxWords != nil),
      ("--length-penalty", (lengthPenalty ?? .none) != .none), ("--no-repeat", noRepeat != nil),
    ])
  }

  /// Words that are seen less often become `<unk>`; every label counts.
  var minimumWordCount: Int { task == .classify ? 1 : minCount ?? 5 }
  /// The most words of a caption.
  var maximumWords: Int { task == .classify ? 1 : maxWords ?? 20 }

  private func checkDecoder(_ name: DecoderName) throws {
    guard featureGrid == nil || name != .showAttendTell else {
      throw ValidationError(
        "--feature-grid is not for --decoder \(name.rawValue), which sees every position. "
          + "Leave it out.")
    }
    if residual {
      guard layerCount > 1 else {
        throw ValidationError(
          "--residual leads around layers above the first: it needs --layers 2.")
      }
      guard name != .lrcn, name != .s2vt else {
        throw ValidationError("--residual is not for --decoder \(name.rawValue). Leave it out.")
      }
    }
    guard name != .s2vt || layerCount == 2 else {
      throw ValidationError(
        "--decoder s2vt has two layers, one for frames and one for words, not \(layerCount).")
    }
    guard !unfactored || name == .lrcn else {
      throw ValidationError("--unfactored is about --decoder lrcn, not \(name.rawValue).")
    }
  }

  /// How captions are ranked unless the user says otherwise.
  var rankingPenalty: LengthPenalty { lengthPenalty ?? .none }

  private static let usualCell = "lstm"
  private static let usualSize = 512

  private var layerCount: Int { layers ?? chosenDecoder.usualLayerCount }

  /// Contradictions were refused before.
  private var chosenDecoder: DecoderName {
    (try? DecoderName.chosen(decoderName, attention)) ?? .showAndTell
  }

  /// The decoder that the options describe.
  private var decoder: DecoderConfiguration {
    var decoder = DecoderConfiguration(
      cell: cell.flatMap(DecoderConfiguration.CellKind.init) ?? .lstm,
      embeddingSize: embed ?? Self.usualSize, hiddenSize: hidden ?? Self.usualSize,
      reading: task == .classify
        ? .labels
        : chosenDecoder.reading(
          annotationSize: annotationSize ?? Self.usualSize,
          attentionSize: attentionSize ?? Self.usualSize,
          isFactored: !unfactored && layerCount > 1))
    (decoder.layerCount, decoder.isResidual) = (layerCount, residual)
    (decoder.gruReset, decoder.isTied) = (gruReset ?? .after, tied)
    return decoder
  }

  /// A model that has learned nothing but what its encoder or the captioner has, and its configuration.
  ///
  /// - Parameters:
  ///   - vocabulary: The words it will write.
  ///   - trained: The captioner that goes on learning; nil makes a new one.
  ///   - seed: Fixes how it begins.
  ///   - dataset: What it will be said to have learned from.
  ///   - isOfClips: Whether there are clips among that.
  /// - Returns: Both.
  /// - Throws: What is wrong with the encoder's folder.
  func makeModel(
    _ vocabulary: Vocabulary, startingFrom trained: TrainedCaptioner?, seed: UInt64,
    trainedOn dataset: String, isOfClips: Bool
  ) throws -> (CaptionModel, ModelConfiguration) {
    if let trained {
      return try model(
        goingOnFrom: trained, vocabulary, seed: seed, trainedOn: dataset, isOfClips: isOfClips)
    }
    var random = SeededGenerator(seed: seed)
    var configuration = ModelConfiguration(encoder: EncoderConfiguration(.smallCNN))
    configuration.encoder.grid = featureGrid ?? 1
    var encoder: (any ImageEncoder)?
    if let encoderModel {
      let directory = try encoderDirectory(encoderModel)
      configuration.encoder = try directory.configuration().encoder
      configuration.provenance.startedFrom = try directory.configuration().provenance.startedFrom
      if let featureGrid { configuration.encoder.grid = featureGrid }
      encoder = try directory.encoder(configuration.encoder)
      try directory.beginVerification().wait()
    }
    configuration.decoder = decoder
    if isOfClips { configuration.frames = try frames.frames(maximumWords: maximumWords) }
    if task == .classify { configuration.beamWidth = 1 }
    configure(&configuration, trainedOn: dataset)

    let blank = configuration.encoder.makeEncoder()
    var model = CaptionModel(
      encoder: blank,
      decoder: decoder.makeDecoder(reading: blank, vocabularySize: vocabulary.count))
    model.initialize(using: &random)
    if let encoder { model.encoder = encoder }
    return (model, configuration)
  }

  /// Sets how captions are found, and what there is to say of the model.
  func configure(_ configuration: inout ModelConfiguration, trainedOn dataset: String) {
    (configuration.maximumWords, configuration.lengthPenalty) = (maximumWords, rankingPenalty)
    configuration.unrepeatedCount = noRepeat
    configuration.provenance.license = license
    configuration.provenance.trainedOn = dataset.split(separator: "/").last.map(String.init)
  }

  /// What the words begin with, if something was given.
  func wordVectors(of vocabulary: Vocabulary) throws(WordVectorError) -> WordVectors? {
    guard let wordVectors else { return nil }
    return try WordVectors(wordVectors, of: vocabulary, size: decoder.embeddingSize)
  }

  /// What must be the same for a run to go on.
  func settings(of configuration: ModelConfiguration) -> Checkpoint.Settings {
    let origin = ("ENCODER's origin", configuration.provenance.startedFrom ?? "none")
    let sizes = [("--embed", "\(decoder.embeddingSize)"), ("--hidden", "\(decoder.hiddenSize)")]
    let ofSentences = [
      ("--attention", chosenDecoder == .showAttendTell ? "soft" : "none"),
      ("--annotation-size", "\(annotationSize ?? Self.usualSize)"),
      ("--attention-size", "\(attentionSize ?? Self.usualSize)"),
      ("--min-count", "\(minimumWordCount)"), ("--max-words", "\(maximumWords)"),
    ]
    let ofTask = task == .classify ? [("--task", task.rawValue)] : ofSentences
    let always = [origin, ("--cell", decoder.cell.rawValue)] + sizes + ofTask
    // Options that came later are named only where they are given, so that older runs go on.
    let given: [(String, String)?] = [
      decoder.gruReset == .after ? nil : ("--gru-reset", decoder.gruReset.rawValue),
      [.showAndTell, .showAttendTell].contains(chosenDecoder)
        ? nil : ("--decoder", chosenDecoder.rawValue),
      configuration.encoder.grid == 1
        ? nil : ("--feature-grid", "\(configuration.encoder.grid)"),
      unfactored ? ("--unfactored", "true") : nil,
      configuration.frames.map { ("FRAMES of a clip", $0.json.compactText) },
      layerCount == chosenDecoder.usualLayerCount ? nil : ("--layers", "\(layerCount)"),
      residual ? ("--residual", "true") : nil,
      wordVectors.map { ("--word-vectors", $0) },
      freezeWordVectors ? ("--freeze-word-vectors", "true") : nil,
      tied ? ("--tied", "true") : nil,
      rankingPenalty == .none ? nil : ("--length-penalty", rankingPenalty.name),
      noRepeat.map { ("--no-repeat", "\($0)") },
    ]
    return always + given.compactMap { $0 }
  }
}

extension GRU.Reset: ExpressibleByArgument {}
