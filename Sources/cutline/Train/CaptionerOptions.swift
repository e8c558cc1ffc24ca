import ArgumentParser
import Captioning
import ImageEncoders
import Layers
import Tensors
import Text
import Training

/// The options of the model that `cutline train` makes.
struct CaptionerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The task: \(TaskEntry.nameList) (default: caption).",
      discussion: """
        A classifier reads a clip frame by frame and labels each frame; the caption of the clip is the \
        label with the highest mean probability (activity recognition; Donahue et al., 2015). The label of \
        a clip is its only caption, or the name of its folder: DATASET/train/LABEL, DATASET/val/LABEL. Labels \
        are written in lower case.
        """, valueName: "task"), completion: .list(TaskEntry.all.map(\.name)),
    transform: TaskEntry.named)
  var task = TaskEntry.caption
  @Option(
    help: ArgumentHelp(
      "An imported encoder to start from: a folder, or a name on the search path.",
      discussion: "Without one, --encoder is trained from scratch.", valueName: "name|dir"),
    completion: .directory)
  var encoderModel: String?
  @Option(
    help: ArgumentHelp(
      "The encoder to train from scratch (default: small_cnn): \(EncoderArchitecture.nameList).",
      discussion: """
        The larger ones need many more pictures than most collections of captions have: prefer published \
        weights (--encoder-model).
        """, valueName: "name"),
    completion: .list(EncoderArchitecture.all.map(\.name)), transform: EncoderArchitecture.named)
  var encoder: EncoderArchitecture?
  @Option(
    help: ArgumentHelp(
      "Start from a captioner: a folder, such as RUN/best, or a name on the search path.",
      discussion: """
        Its encoder, decoder and words are kept, and words that are new and frequent enough (--min-count) \
        are added; the optimizer starts from zero. The encoder stays frozen without --encoder-lr. Options \
        that are not given are as the captioner has them.
        """, valueName: "name|dir"), completion: .directory)
  var startFrom: String?
  @Option(
    help: ArgumentHelp(
      "Pool each of n x n parts of a picture by itself, rather than all of it (default: 1).",
      discussion: "With it a decoder can tell left from right, and directions of movement.",
      valueName: "n"))
  var featureGrid: Int?
  @Option(
    help: ArgumentHelp(
      "The recurrent cell: \(CellType.nameList) (default: lstm).",
      discussion: "Its options follow a colon: gru:reset=before.", valueName: "cell"),
    completion: .list(CellType.all.map(\.name)), transform: Configured<CellType>.init)
  var cell: Configured<CellType>?
  @Option(
    help: ArgumentHelp(
      "The same as --cell gru:reset=before or gru:reset=after (default).",
      discussion: GRU.resetOption.help, valueName: "when"))
  var gruReset: GRU.Reset?
  @Option(
    help: ArgumentHelp(
      "The number of recurrent layers, one on top of the other (default: 1; lrcn and s2vt: 2).",
      valueName: "n"))
  var layers: Int?
  @Flag(help: "Add residual connections around each layer but the first.")
  var residual = false
  @Option(
    name: [.customLong("decoder"), .customLong("preset")],
    help: ArgumentHelp(
      "The decoder: \(DecoderArgument.nameList) (default: show-and-tell).",
      discussion: """
        Its options follow a colon: show-attend-tell:annotation-size=256,attention-size=128. Show and \
        Tell reads the picture first, LRCN beside every word; Show, Attend and Tell attends to it \
        before each word. Of a clip these three read the mean of its frames (video-mean is another name of \
        show-and-tell). S2VT reads a clip frame by frame before it writes, and temporal attention attends to \
        its frames before each word; only these two can use the order of frames.
        """, valueName: "name"),
    completion: .list(DecoderType.all.filter(\.writesSentences).map(\.name)),
    transform: DecoderArgument.init)
  var decoderName: DecoderArgument?
  @Option(
    help: ArgumentHelp(
      "soft: the same as --decoder show-attend-tell.", valueName: "none|soft"))
  var attention: AttentionChoice?
  @Flag(
    help: "The same as --decoder lrcn:factored=false: feed the picture to the lowest layer.")
  var unfactored = false
  @OptionGroup var frames: TrainingFrameOptions
  @Option(
    help: "With attention: the number of features kept of each position (default: 512).")
  var annotationSize: Int?
  @Option(
    help: "With attention: the number of features that positions are compared by (default: 512).")
  var attentionSize: Int?
  @Option(help: "The size of the word embedding (default: 512).")
  var embed: Int?
  @Option(help: "The size of the hidden state (default: 512).")
  var hidden: Int?
  @Option(
    help: ArgumentHelp(
      "Initialise the word embedding from a text file of GloVe or word2vec.",
      discussion: "Words that it lacks, and <bos>, <eos> and <unk>, start at random.",
      valueName: "file"), completion: .file())
  var wordVectors: String?
  @Flag(help: "Freeze the word embedding; with --tied the output layer, too.")
  var freezeWordVectors = false
  @Flag(help: "Score words by the rows of the word embedding (Press & Wolf, 2017).")
  var tied = false
  @OptionGroup var words: LearnedTokenizerOptions
  @Option(help: ArgumentHelp("Rarer words become <unk> (default: 5).", valueName: "min-count"))
  var minCount: Int?
  @Option(help: ArgumentHelp("Longer captions are cut (default: 20).", valueName: "max-words"))
  var maxWords: Int?
  @Option(
    help: ArgumentHelp(
      "The length penalty of captions, in validation and in use: none (default), average or a (see "
        + "caption).", valueName: "none|average|a"))
  var lengthPenalty: LengthPenalty?
  @Option(
    help: ArgumentHelp(
      "Block n-grams of this size from being repeated, in validation and in use.", valueName: "n"))
  var noRepeat: Int?
  @Flag(
    inversion: .prefixedNo,
    help: "Let a word follow itself (default), or not, in validation and in use.")
  var repeatWords: Bool?
  @Flag(
    inversion: .prefixedNo,
    help:
      "Let captions end in a, of, with and the like (default), or not, in validation and in use.")
  var badEndings: Bool?
  @Option(help: "The licence of the trained model, for its config.json.")
  var license: String?

  func validate() throws {
    for (option, size, range) in [
      ("--embed", embed, 1...16_384), ("--hidden", hidden, 1...16_384),
      ("--annotation-size", annotationSize, DecoderType.annotationSize.range),
      ("--attention-size", attentionSize, DecoderType.attentionSize.range),
    ] {
      if let size { try check(option, size, in: range) }
    }
    if let maxWords { try check("--max-words", maxWords, in: 1...1000) }
    if let noRepeat { try check("--no-repeat", noRepeat, in: 1...1000) }
    if let minCount { try check("--min-count", minCount, in: 1...1_000_000) }
    if let featureGrid { try check("--feature-grid", featureGrid, in: 1...8) }
    if let layers { try check("--layers", layers, in: 1...64) }
    try refuseForeignOptions()
    _ = try DecoderArgument.chosen(decoderName, attention)
    try refuseSettingsGivenTwice()
    guard encoder == nil || encoderModel == nil else {
      throw ValidationError(
        "--encoder trains a new encoder, and --encoder-model starts from a trained one. Leave one out."
      )
    }
    if startFrom == nil { try checkWhole() } else { try refuseOtherStarts() }
  }

  /// Throws if there is anything else to start from than a captioner.
  private func refuseOtherStarts() throws {
    let others = [
      ("--encoder-model", encoderModel != nil), ("--encoder", encoder != nil),
      ("--word-vectors", wordVectors != nil),
      ("--freeze-word-vectors", freezeWordVectors), ("--tokenizer", words.tokenizer != nil),
    ]
    guard let other = others.first(where: \.1)?.0 else { return }
    throw ValidationError(
      "\(other) and --start-from contradict each other: a captioner brings its encoder and words. "
        + "Leave one out.")
  }

  /// Throws if an option of the cell or the decoder is given in two ways.
  private func refuseSettingsGivenTwice() throws {
    let (cell, decoder) = (
      cell ?? Configured(.lstm), decoderName?.choice ?? Configured(.showAndTell)
    )
    let twice = [
      ("--gru-reset", "--cell", gruReset != nil && cell.gives(GRU.resetOption)),
      (
        "--annotation-size", "--decoder",
        annotationSize != nil && decoder.gives(DecoderType.annotationSize)
      ),
      (
        "--attention-size", "--decoder",
        attentionSize != nil && decoder.gives(DecoderType.attentionSize)
      ),
      ("--unfactored", "--decoder", unfactored && decoder.gives(DecoderType.isFactored)),
    ]
    guard let (option, other, _) = twice.first(where: \.2) else { return }
    throw ValidationError("\(option) and \(other) set the same option. Leave one out.")
  }

  /// Throws what does not fit together in a decoder that is made anew.
  private func checkWhole() throws {
    guard gruReset ?? .after == .after || chosenCell.has(GRU.resetOption) else {
      throw ValidationError("--gru-reset is for --cell gru, not \(chosenCell.entry.name).")
    }
    try checkDecoder()
    guard !freezeWordVectors || wordVectors != nil else {
      throw ValidationError("--freeze-word-vectors needs --word-vectors: random ones must learn.")
    }
    guard !tied || decoder.type.entry.tying != .never else {
      throw ValidationError("--tied is not for --decoder \(chosenDecoder.name). Leave it out.")
    }
    guard !tied || decoder.canBeTied else {
      throw ValidationError(
        "--tied needs --embed and --hidden to be the same without attention, not \(decoder.embeddingSize) and "
          + "\(decoder.hiddenSize).")
    }
  }

  private func refuseForeignOptions() throws {
    try task.refuse([
      ("--decoder", decoderName != nil), ("--attention", attention != nil),
      ("--annotation-size", annotationSize != nil), ("--attention-size", attentionSize != nil),
      ("--unfactored", unfactored), ("--word-vectors", wordVectors != nil),
      ("--freeze-word-vectors", freezeWordVectors), ("--tied", tied),
      ("--min-count", minCount != nil), ("--max-words", maxWords != nil),
      ("--tokenizer", words.tokenizer != nil),
      ("--length-penalty", (lengthPenalty ?? .none) != .none), ("--no-repeat", noRepeat != nil),
      ("--no-repeat-words", repeatWords == false), ("--no-bad-endings", badEndings == false),
    ])
  }

  /// The number of times below which words become `<unk>`.
  var minimumWordCount: Int { minCount ?? 5 }
  /// The most words of a caption.
  var maximumWords: Int { maxWords ?? 20 }

  private func checkDecoder() throws {
    let name = chosenDecoder.name
    guard featureGrid == nil || decoder.featureKind != .positions else {
      throw ValidationError(
        "--feature-grid is not for --decoder \(name), which reads every position. Leave it out.")
    }
    if residual {
      guard layerCount > 1 else {
        throw ValidationError(
          "--residual leads around layers above the first: it needs --layers 2.")
      }
      guard decoder.type.entry.canBeResidual else {
        throw ValidationError("--residual is not for --decoder \(name). Leave it out.")
      }
    }
    if let problem = decoder.type.entry.layerProblem(decoder) {
      throw ValidationError("--layers with --decoder \(name) \(problem), not \(layerCount).")
    }
    for (option, size) in [
      (DecoderType.annotationSize, annotationSize), (DecoderType.attentionSize, attentionSize),
    ] where size != nil && !chosenDecoder.choice.has(option) {
      throw ValidationError(
        "--\(option.name) is for a decoder with attention, not \(name). Leave it out, or add --attention soft."
      )
    }
    guard !unfactored || chosenDecoder.choice.has(DecoderType.isFactored) else {
      throw ValidationError("--unfactored is for --decoder lrcn, not \(name).")
    }
  }

  /// The default length penalty of the model's captions.
  var rankingPenalty: LengthPenalty { lengthPenalty ?? .none }

  private static let usualSize = 512

  var layerCount: Int { layers ?? chosenDecoder.choice.entry.usualLayerCount }

  /// The cell, with the option that `--gru-reset` gives.
  var chosenCell: Configured<CellType> {
    var cell = cell ?? Configured(.lstm)
    if let gruReset { cell[GRU.resetOption] = gruReset }
    return cell
  }

  /// The decoder, with the options that `--annotation-size`, `--attention-size` and `--unfactored` give.
  var chosenDecoder: DecoderArgument {
    // Contradictions were refused before.
    var chosen =
      (try? DecoderArgument.chosen(decoderName, attention)) ?? DecoderArgument(.showAndTell)
    if let annotationSize { chosen.choice[DecoderType.annotationSize] = annotationSize }
    if let attentionSize { chosen.choice[DecoderType.attentionSize] = attentionSize }
    // A single layer has no second one to feed the picture to.
    if unfactored || layers == 1 && !chosen.choice.gives(DecoderType.isFactored) {
      chosen.choice[DecoderType.isFactored] = false
    }
    return chosen
  }

  /// The decoder that the options describe.
  var decoder: DecoderConfiguration {
    var decoder = DecoderConfiguration(
      chosenDecoder.choice, cell: chosenCell, embeddingSize: embed ?? Self.usualSize,
      hiddenSize: hidden ?? Self.usualSize)
    (decoder.layerCount, decoder.isResidual, decoder.isTied) = (layerCount, residual, tied)
    return decoder
  }

  /// Returns the choices that these options make.
  ///
  /// - Parameter trained: The captioner of `--start-from`.
  /// - Returns: The choices.
  /// - Throws: `ModelError` if there is no such encoder.
  func choices(startingFrom trained: TrainedCaptioner?) throws(ModelError) -> ModelChoices {
    var choices = ModelChoices()
    (choices.task, choices.captioner, choices.decoder) = (task, trained, decoder)
    choices.architecture = encoder ?? .smallCNN
    choices.encoder = if let encoderModel { try encoderDirectory(encoderModel) } else { nil }
    (choices.featureGrid, choices.frames) = (featureGrid, frames.choice)
    (choices.minimumWordCount, choices.maximumWords) = (minimumWordCount, maximumWords)
    choices.tokenizer = CaptionTokenizer(words.chosen.kind)
    choices.mergeCount = words.chosen.mergeCount
    choices.lengthPenalty = rankingPenalty
    choices.rules.noRepeatNGramSize = noRepeat
    choices.rules.noRepeatWords = repeatWords == false
    choices.rules.noBadEndings = badEndings == false
    (choices.wordVectors, choices.freezesWordVectors) = (wordVectors, freezeWordVectors)
    (choices.license, choices.settings) = (license, settings)
    task.prescribe(&choices)
    return choices
  }
}

extension GRU.Reset: ExpressibleByArgument {}
