import Files
import Reports

/// A training that is ready for its first step: a task with its data, a model and a plan.
package protocol PreparedTraining {
  associatedtype Task: TrainingTask

  var task: Task { get }
  /// The model before its first step.
  var model: Task.Model { get }
  var plan: TrainingPlan { get }
  /// All settings that the outcome depends on; they must be the same for a run to resume.
  var settings: Checkpoint.Settings { get }

  /// Returns the messages about what the training is going to learn, and from what.
  func introduction(of trainer: Trainer<Task>) -> [RunMessage]

  /// Writes the files of a model into a folder, among them `model.safetensors`, which holds the parameters
  /// of `state.result` in float32.
  func writeModel(of state: TrainingState<Task.Model>, into folder: String) throws(FileError)

  /// Checks a summary for a model that cannot learn.
  ///
  /// - Parameters:
  ///   - summary: The summary.
  ///   - say: Receives a warning.
  /// - Throws: The likely cause, and the remedy.
  func check(
    _ summary: TrainingSummary<Task.Evaluation>, _ say: (RunMessage) -> Void
  ) throws(TrainingError)
}

/// The names of settings that are not options.
enum SettingName {
  static let trainingFingerprint = "DATASET's fingerprint"
  /// The fingerprint of the validation set, by which `best` was chosen; older checkpoints lack it.
  static let validationFingerprint = "VALIDATION's fingerprint"
}

extension PreparedTraining {
  /// Returns a trainer that starts, or resumes from a checkpoint.
  func trainer(from checkpoint: Checkpoint? = nil) throws -> Trainer<Task> {
    Trainer(task, model, plan, resuming: try checkpoint?.state(of: model, plan))
  }

  package func introduction(of trainer: Trainer<Task>) -> [RunMessage] {
    [modelMessage(of: trainer)]
  }

  /// Returns the message about the size of the model and of an epoch.
  func modelMessage(of trainer: Trainer<Task>) -> RunMessage {
    .line(
      "model  \(model.parameterCount.grouped) parameters, "
        + "\(trainer.batches(ofEpoch: 0).count.grouped) batches an epoch")
  }

  package func check(
    _ summary: TrainingSummary<Task.Evaluation>, _ say: (RunMessage) -> Void
  ) throws(TrainingError) {}
}
