import Captioning
import Layers
import Text
import Training

extension CaptionerOptions {
  /// The settings that must be the same for a run to resume.
  ///
  /// Checkpoints hold these names and values, so options that became options of a cell or decoder keep the
  /// names that they had before.
  var settings: Checkpoint.Settings {
    let sizes = [("--embed", "\(decoder.embeddingSize)"), ("--hidden", "\(decoder.hiddenSize)")]
    let chosen = chosenDecoder
    let sizesOfAttention = [DecoderType.annotationSize, DecoderType.attentionSize]
      .filter(chosen.choice.has).map { ("--\($0.name)", "\(chosen.choice[$0])") }
    let ofDecoder =
      [("--attention", chosen.choice.entry == .showAttendTell ? "soft" : "none")]
      + sizesOfAttention
      + [("--min-count", "\(minimumWordCount)"), ("--max-words", "\(maximumWords)")]
    let ofTask =
      (task.name == TaskEntry.all[0].name ? [] : [("--task", task.name)])
      + ofDecoder.filter { option, _ in !task.refusedOptions.contains(option) }
    let cell = chosenCell.text(leavingOut: [GRU.resetOption.name])
    let always = [("--cell", cell)] + sizes + ofTask
    let isUnfactored =
      unfactored
      || chosen.choice.gives(DecoderType.isFactored) && !chosen.choice[DecoderType.isFactored]
        && layers != 1
    let reset = chosenCell[GRU.resetOption]
    // Options that were added later are recorded only where they are given, so that older runs resume.
    let given: [(String, String)?] = [
      encoder.flatMap { $0 == .smallCNN ? nil : ("--encoder", $0.name) },
      reset == .after ? nil : ("--gru-reset", reset.rawValue),
      [DecoderType.showAndTell.name, DecoderType.showAttendTell.name].contains(chosen.ownText)
        ? nil : ("--decoder", chosen.ownText),
      isUnfactored ? ("--unfactored", "true") : nil,
      layerCount == chosen.choice.entry.usualLayerCount ? nil : ("--layers", "\(layerCount)"),
      residual ? ("--residual", "true") : nil,
      wordVectors.map { ("--word-vectors", $0) },
      freezeWordVectors ? ("--freeze-word-vectors", "true") : nil,
      tied ? ("--tied", "true") : nil,
      words.chosen.kind == .english ? nil : ("--tokenizer", words.chosen.text),
      rankingPenalty == .none ? nil : ("--length-penalty", rankingPenalty.name),
      noRepeat.map { ("--no-repeat", "\($0)") },
      repeatWords.map { ($0 ? "--repeat-words" : "--no-repeat-words", "true") },
      badEndings.map { ($0 ? "--bad-endings" : "--no-bad-endings", "true") },
    ]
    return always + given.compactMap { $0 }
  }
}

extension DecoderArgument {
  /// The argument without the options that are settings by themselves.
  fileprivate var ownText: String {
    let others = [
      DecoderType.annotationSize.name, DecoderType.attentionSize.name, DecoderType.isFactored.name,
    ]
    return choice.text(leavingOut: others)
  }
}
