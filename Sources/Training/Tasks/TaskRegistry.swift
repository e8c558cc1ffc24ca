import Captioning
import Layers

/// A task that can be trained: its name, the options that it takes, and its maker.
///
/// To add a task, write a `TrainingTask` and a `PreparedTraining`, and add an entry to `all`.
package struct TaskEntry: RegistryEntry, CustomStringConvertible {
  package static let noun = "task"

  /// The name of the task on the command line, and in the settings of a run.
  package let name: String
  /// The sentence about a model of the task, without its subject.
  package let modelSentence: String
  /// The scores by which the best validation can be selected; the first is the default.
  package let selections: [TrainingPlan.Selection]
  /// The options of `cutline train` that do not fit the task.
  package let refusedOptions: Set<String>
  /// Returns the message about an option that does not fit the task.
  package let refusal: @Sendable (_ option: String) -> String
  /// Returns true if the task can resume learning with such a decoder.
  package let takes: @Sendable (DecoderConfiguration) -> Bool
  /// Sets the choices that the task prescribes.
  package let prescribe: @Sendable (inout ModelChoices) -> Void
  /// Returns the command line that uses a trained model, given its folder; nil if no command does.
  package let usage: @Sendable (_ model: String) -> String?
  /// Reads the data set of a run, and makes the model and the plan.
  let prepare:
    @Sendable (
      _ run: TrainingRun, _ shouldStop: () -> Bool, _ report: @escaping (TrainingEvent) -> Void
    ) throws -> any PreparedTraining

  /// All tasks; the first is the default.
  package static let all = [caption, classify]

  /// Writing captions.
  package static let caption = TaskEntry(
    name: "caption", modelSentence: "writes captions",
    selections: [.cider, .bleu4, .rougeL, .loss],
    refusedOptions: [],
    refusal: { "\($0) is for labels. Add --task classify." },
    takes: { $0.writesSentences }, prescribe: { _ in },
    usage: { "cutline caption -m \($0) PHOTO" },
    prepare: { try VisualPreparation<CaptioningTask>($0, shouldStop: $1, report: $2) })

  /// Learning the label of each clip.
  package static let classify = TaskEntry(
    name: "classify", modelSentence: "is a classifier of clips, which writes labels",
    selections: [.accuracy, .loss],
    refusedOptions: [
      "--annotation-size", "--attention", "--attention-size", "--batch-words", "--decoder",
      "--freeze-word-vectors", "--length-penalty", "--max-words", "--min-count", "--no-bad-endings",
      "--no-repeat", "--no-repeat-words",
      "--norm-stabilizer", "--sampling", "--self-critical-epochs", "--tied", "--tokenizer",
      "--unfactored",
      "--word-dropout", "--word-vectors",
    ],
    refusal: {
      "\($0) is for sentences, and --task classify writes one label. Leave it out."
    },
    takes: { !$0.writesSentences },
    prescribe: { choices in
      choices.decoder.type = Configured(.frameClassifier)
      (choices.minimumWordCount, choices.maximumWords, choices.beamWidth) = (1, 1, 1)
    },
    usage: { "cutline caption -m \($0) PHOTO" },
    prepare: { try VisualPreparation<ClassificationTask>($0, shouldStop: $1, report: $2) })
}

extension TaskEntry {
  package var description: String { name }

  /// Returns the first option that is given and does not fit the task, as an error message; nil if all fit.
  package func refusal(of options: [(name: String, isGiven: Bool)]) -> String? {
    options.first { $0.isGiven && refusedOptions.contains($0.name) }.map { refusal($0.name) }
  }

  /// Returns the error message about a model that was trained for another task; nil if it fits.
  package func refusal(of captioner: TrainedCaptioner) -> String? {
    guard !takes(captioner.decoder) else { return nil }
    let (own, path) = (Self.all.first { $0.takes(captioner.decoder) }, captioner.path)
    let isDefault = own?.name == Self.all[0].name
    let remedy = isDefault ? "Leave out --task" : "Add --task \(own?.name ?? "")"
    return
      "\(path): \(own?.modelSentence ?? "is of another task"), and --task \(name) learns another "
      + "task. \(remedy), or take --encoder-model \(path), which keeps the encoder alone."
  }

  /// Returns the error message about a score that does not fit the task; nil if it fits.
  package func refusal(of selection: TrainingPlan.Selection?) -> String? {
    guard let selection, !selections.contains(selection) else { return nil }
    return refusal("--select \(selection.rawValue)")
  }
}
