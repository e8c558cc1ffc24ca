import Captioning
import Layers
import Media
import Tensors
import Text
import Training

// `train --start-from`: the options that a captioner sets, and those that contradict it.

extension CaptionerOptions {
  /// The captioner to start from; nil makes a new one.
  ///
  /// - Throws: `ModelError` for what is wrong with its folder.
  func trainedCaptioner() throws(ModelError) -> TrainedCaptioner? {
    guard let startFrom else { return nil }
    return try TrainedCaptioner(
      loading: ModelDirectory(
        named: startFrom, searching: ModelSearchPath.current.folders, advice: .startFrom))
  }

  /// Returns a note if `--encoder-model` names a captioner, of which only the encoder is taken; nil otherwise.
  func noteOnEncoder() throws(ModelError) -> String? {
    guard let encoderModel, try encoderDirectory(encoderModel).configuration().decoder != nil else {
      return nil
    }
    return "--encoder-model takes the encoder of \(encoderModel) alone, not its decoder and words. "
      + "To keep these, too: --start-from \(encoderModel)"
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
    (options.cell, options.gruReset) = (decoder.cell, nil)
    (options.embed, options.hidden) = (decoder.embeddingSize, decoder.hiddenSize)
    (options.layers, options.residual) = (decoder.layerCount, decoder.isResidual)
    (options.tied, options.unfactored) = (decoder.isTied, decoder.isUnfactored)
    if decoder.writesSentences {
      options.decoderName = DecoderArgument(decoder.type, named: decoderName?.name)
    }
    options.featureGrid = configuration.encoder.grid == 1 ? nil : configuration.encoder.grid
    options.maxWords = maxWords ?? configuration.maximumWords
    options.lengthPenalty = lengthPenalty ?? configuration.lengthPenalty
    options.noRepeat = noRepeat ?? configuration.rules.noRepeatNGramSize
    options.repeatWords = repeatWords ?? (configuration.rules.noRepeatWords ? false : nil)
    options.badEndings = badEndings ?? (configuration.rules.noBadEndings ? false : nil)
    options.license = license ?? configuration.provenance.license
    return options
  }

  private func refuseContradictions(to captioner: TrainedCaptioner) throws(Failure) {
    let (decoder, path) = (captioner.decoder, captioner.path)
    if let message = task.refusal(of: captioner) { throw Failure(message, .configuration) }
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
    if let cell, !cell.agrees(with: decoder.cell) {
      try agree("--cell", cell.text, decoder.cell.text)
    }
    try agree("--gru-reset", gruReset?.rawValue, decoder.cell[GRU.resetOption].rawValue)
    if let given = givenDecoder, !given.agrees(with: decoder.type) {
      try agree("--decoder", given.text, decoder.type.text)
    }
    try agree("--embed", embed, decoder.embeddingSize)
    try agree("--hidden", hidden, decoder.hiddenSize)
    try agree("--layers", layers, decoder.layerCount)
    try agree("--residual", residual, decoder.isResidual)
    try agree("--tied", tied, decoder.isTied)
    try agree("--unfactored", unfactored, decoder.isUnfactored)
    try agree("--feature-grid", featureGrid, captioner.configuration.encoder.grid)
    for (option, size) in [
      (DecoderType.annotationSize, annotationSize), (DecoderType.attentionSize, attentionSize),
    ] {
      guard let size, !decoder.type.has(option) else {
        try agree("--\(option.name)", size, decoder.type[option])
        continue
      }
      throw Failure(
        "--\(option.name) \(size): contradicts --start-from \(path), which has no attention. Leave it out.",
        .configuration)
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

  /// The decoder that the options name; nil if they name none.
  private var givenDecoder: Configured<DecoderType>? {
    guard decoderName != nil || attention != nil else { return nil }
    return (try? DecoderArgument.chosen(decoderName, attention))?.choice
  }
}

extension DecoderConfiguration {
  /// True if the second layer could read the picture, and the lowest does.
  fileprivate var isUnfactored: Bool {
    type.has(DecoderType.isFactored) && !type[DecoderType.isFactored] && layerCount > 1
  }
}
