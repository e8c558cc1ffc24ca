import Captioning
import Media
import Tensors
import Text
import Training

// `train --start-from`: what a captioner that goes on learning keeps, and what contradicts it.

extension CaptionerOptions {
  /// The captioner to go on from; nil where a new one is made.
  ///
  /// - Throws: `ModelError` for what is wrong with its folder.
  func trainedCaptioner() throws(ModelError) -> TrainedCaptioner? {
    guard let startFrom else { return nil }
    return try TrainedCaptioner(
      loading: ModelDirectory(
        named: startFrom, searching: ModelSearchPath.current.folders, advice: .startFrom))
  }

  /// What to say where `--encoder-model` names a captioner; nil where it names an encoder alone.
  func noteOnEncoder() throws(ModelError) -> String? {
    guard let encoderModel, try encoderDirectory(encoderModel).configuration().decoder != nil else {
      return nil
    }
    return "--encoder-model takes the encoder of \(encoderModel) alone, not its decoder and words. "
      + "To go on from these, too: --start-from \(encoderModel)"
  }

  /// The folder of an encoder, or of a model that has one.
  func encoderDirectory(_ name: String) throws(ModelError) -> ModelDirectory {
    try ModelDirectory(
      named: name, searching: ModelSearchPath.current.folders, advice: .encoder)
  }

  /// These options with those of `captioner` where nothing was given.
  ///
  /// - Throws: `Failure` that names the first option that contradicts the captioner.
  func completed(from captioner: TrainedCaptioner) throws(Failure) -> CaptionerOptions {
    try refuseContradictions(to: captioner)
    let (configuration, decoder) = (captioner.configuration, captioner.decoder)
    var options = self
    (options.cell, options.gruReset) = (decoder.cell.rawValue, decoder.gruReset)
    (options.embed, options.hidden) = (decoder.embeddingSize, decoder.hiddenSize)
    (options.layers, options.residual) = (decoder.layerCount, decoder.isResidual)
    (options.decoderName, options.tied) = (
      decoderName ?? DecoderName(decoder.reading), decoder.isTied
    )
    if case .attention(_, let annotationSize, let attentionSize) = decoder.reading {
      (options.annotationSize, options.attentionSize) = (annotationSize, attentionSize)
    }
    options.unfactored = decoder.isUnfactored
    options.featureGrid = configuration.encoder.grid == 1 ? nil : configuration.encoder.grid
    if task == .caption { options.maxWords = maxWords ?? configuration.maximumWords }
    options.lengthPenalty = lengthPenalty ?? configuration.lengthPenalty
    options.noRepeat = noRepeat ?? configuration.unrepeatedCount
    options.license = license ?? configuration.provenance.license
    return options
  }

  private func refuseContradictions(to captioner: TrainedCaptioner) throws(Failure) {
    let (decoder, path) = (captioner.decoder, captioner.path)
    guard (decoder.reading == .labels) == (task == .classify) else {
      throw Failure(
        task == .classify
          ? "\(path): writes captions, and --task classify learns labels. Leave out --task, or "
            + "take --encoder-model \(path), which keeps the encoder alone."
          : "\(path): is a classifier of clips, which says labels. Add --task classify, or take "
            + "--encoder-model \(path), which keeps the encoder alone.", .configuration)
    }
    func agree<Value: Equatable>(
      _ option: String, _ given: Value?, _ kept: Value
    ) throws(Failure) {
      guard let given, given != kept else { return }
      throw Failure(
        "\(option) \(given): contradicts --start-from \(path), which has \(kept). Leave it out.",
        .configuration)
    }
    func agree(_ flag: String, _ isGiven: Bool, _ isKept: Bool) throws(Failure) {
      guard isGiven, !isKept else { return }
      throw Failure(
        "\(flag): contradicts --start-from \(path), which was trained without it. Leave it out.",
        .configuration)
    }
    try agree("--cell", cell, decoder.cell.rawValue)
    try agree("--gru-reset", gruReset?.rawValue, decoder.gruReset.rawValue)
    try agree("--decoder", givenDecoder, DecoderName(decoder.reading)?.rawValue ?? "labels")
    try agree("--embed", embed, decoder.embeddingSize)
    try agree("--hidden", hidden, decoder.hiddenSize)
    try agree("--layers", layers, decoder.layerCount)
    try agree("--residual", residual, decoder.isResidual)
    try agree("--tied", tied, decoder.isTied)
    try agree("--unfactored", unfactored, decoder.isUnfactored)
    try agree("--feature-grid", featureGrid, captioner.configuration.encoder.grid)
    if case .attention(_, let keptAnnotationSize, let keptAttentionSize) = decoder.reading {
      try agree("--annotation-size", annotationSize, keptAnnotationSize)
      try agree("--attention-size", attentionSize, keptAttentionSize)
    }
    switch captioner.configuration.frames {
    case .evenly(let count):
      try agree("--frames", frames.frames, count)
      try agree("--frame-step", frames.frameStep.map { "\($0)" }, "--frames \(count)")
    case .every(let step, _):
      try agree("--frame-step", frames.frameStep, step)
      try agree("--frames", frames.frames.map { "\($0)" }, "--frame-step \(step)")
    case nil: break
    }
  }

  /// The decoder that was asked for, by the name of what it is.
  private var givenDecoder: String? {
    guard decoderName != nil || attention != nil else { return nil }
    return (try? DecoderName.chosen(decoderName, attention)).flatMap {
      DecoderName($0.reading())?.rawValue
    }
  }

  /// The captioner that goes on learning, with rows for the words that are new to it.
  ///
  /// - Parameters:
  ///   - captioner: What it starts from.
  ///   - vocabulary: Its words, and behind them the new ones.
  ///   - seed: Fixes how the rows of new words begin.
  ///   - dataset: What it will be said to have learned from, too.
  ///   - isOfClips: Whether there are clips among that.
  /// - Returns: The model and its configuration.
  /// - Throws: What is wrong with the frames that were asked for.
  func model(
    goingOnFrom captioner: TrainedCaptioner, _ vocabulary: Vocabulary, seed: UInt64,
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
}

extension DecoderConfiguration {
  /// Whether the second layer could read the picture, and the lowest does.
  fileprivate var isUnfactored: Bool {
    reading == .everyWord(isFactored: false) && layerCount > 1
  }
}
