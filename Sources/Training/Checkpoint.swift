import Captioning
import Files
import Layers
import Tensors
import Text

/// The state of a training as a folder: a model, and what is needed besides to resume.
///
///     step-0000400/   a model folder in float32
///                     optimizer.safetensors   the optimizer state, such as `NAME.first`, and `NAME.value`
///                                             if the model holds an average of the weights
///                     state.json              step, epoch, batch index, and the settings of the run
///                     COMPLETE                checksums of all of these, written last
///
/// A checkpoint is written aside and renamed into place, so it is whole or missing. The older one is
/// removed only when the newer has reached the disk.
package struct Checkpoint {
  /// The settings that a run was started with: options and values, in the order they are compared.
  package typealias Settings = [(name: String, value: String)]

  package let path: String

  private enum FileName {
    static let optimizer = "optimizer.safetensors"
    static let state = "state.json"
    static let complete = "COMPLETE"
  }
  private static let prefix = "step-"
  private static let schema = "cutline.checkpoint/1"

  /// The checkpoints of a folder, newest first, complete or not.
  package static func all(in folder: String) throws(FileError) -> [Checkpoint] {
    guard isFolder(folder) else { return [] }
    return try namesInFolder(folder).filter { $0.hasPrefix(prefix) }.reversed()
      .map { Checkpoint(path: "\(folder)/\($0)") }
  }

  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  // MARK: Writing

  /// Writes a checkpoint of `state` into `folder`.
  ///
  /// - Parameters:
  ///   - state: The state to keep.
  ///   - settings: The settings that the run was started with.
  ///   - folder: The folder of all checkpoints.
  ///   - writeModel: Writes the files of the model into a folder. One of them must be `model.safetensors`,
  ///     with the parameters of `state.result` in float32.
  /// - Returns: The checkpoint, which has reached the disk.
  /// - Throws: The error of the file system.
  package static func write<Model>(
    _ state: TrainingState<Model>, _ settings: Settings, into folder: String,
    writingModel writeModel: (_ folder: String) throws(FileError) -> Void
  ) throws(FileError) -> Checkpoint {
    let number = String(state.step)
    let padding = String(repeating: "0", count: max(0, 7 - number.count))
    let path = "\(folder)/\(prefix)\(padding)\(number)"
    let aside = try DirectoryReplacement(path, replacingFolderWith: FileName.state)
    let working = aside.workingPath
    try writeModel(working)
    try WeightsFile.write(
      OptimizerParameters(of: state).parameters.map { ($0.parameter.name, $0.value) },
      to: "\(working)/\(FileName.optimizer)")
    try AtomicFile.write(
      json(state, settings).prettyText + "\n", to: "\(working)/\(FileName.state)")
    let names = try namesInFolder(working)
    try AtomicFile.write(
      try ChecksumList(of: names, in: working).text, to: "\(working)/\(FileName.complete)")
    try aside.commit()
    return Checkpoint(path: path)
  }

  /// Writes a checkpoint whose model folder has the given contents.
  package static func write<Model>(
    _ state: TrainingState<Model>, as contents: ModelDirectory.Contents, _ settings: Settings,
    into folder: String
  ) throws(FileError) -> Checkpoint {
    try write(state, settings, into: folder) { folder throws(FileError) in
      try ModelDirectory.write(contents, into: folder, precision: .float32)
    }
  }

  private static func json<Model>(
    _ state: TrainingState<Model>, _ settings: Settings
  ) -> JSONValue {
    let steps = state.optimizer.states.map { ($0.key, $0.value.step) }.sorted { $0.0 < $1.0 }
    return .object([
      .init("schema", .string(schema)), .init("step", .number(Double(state.step))),
      .init("epoch", .number(Double(state.epoch))),
      .init("position", .number(Double(state.batchIndex))),
      .init("summarized_step", .number(Double(state.summarized.step))),
      .init("summarized_position", .number(Double(state.summarized.batchIndex))),
      .init("loss_sum", .number(state.lossSum)),
      .init("skipped_batches", .number(Double(state.skippedBatchCount))),
      .init("clipped_steps", state.clippedStepCount.map { .number(Double($0)) } ?? .null),
      .init("validated_step", .number(Double(state.progress.validatedStep))),
      .init("best_score", state.progress.bestScore.map(JSONValue.number) ?? .null),
      .init("loss_of_best", state.progress.lossOfBest.map(JSONValue.number) ?? .null),
      .init("epochs_since_best", .number(Double(state.progress.validationsSinceBest))),
      .init("reductions", .number(Double(state.progress.reductionCount))),
      .init("settings", .object(settings.map { .init($0.name, .string($0.value)) })),
      .init("optimizer_steps", .object(steps.map { .init($0, .number(Double($1))) })),
    ])
  }

  /// Removes all but the newest `count` checkpoints of `folder`, and the one named `best`.
  ///
  /// Each loses its name first, so that a killed program leaves no incomplete checkpoint.
  package static func removeOld(
    in folder: String, keeping count: Int, and best: String?
  ) throws(FileError) {
    for old in try all(in: folder).dropFirst(count) where old.name != best {
      try removeTreeAtOnce(old.path)
    }
  }

  // MARK: Reading

  /// Returns the settings that the run was started with.
  package func settings() throws(CheckpointError) -> Settings {
    guard case .object(let members) = try document()["settings"] else { throw damaged("settings") }
    return members.map { ($0.key, $0.value.string ?? "") }
  }

  /// Compares every file with its checksum.
  package func verify() throws(CheckpointError) {
    do throws(ChecksumError) {
      try ChecksumList(reading: "\(path)/\(FileName.complete)").verify(in: path)
    } catch {
      throw CheckpointError(path: path, problem: .incomplete("\(error)"))
    }
  }

  /// Reads the state; call `verify` first.
  ///
  /// - Parameters:
  ///   - model: A model of the same shape, whose weights are replaced.
  ///   - plan: The plan that the run was started with.
  /// - Returns: The state that was written, to the bit.
  /// - Throws: `CheckpointError` for the file that cannot be used.
  package func state<Model>(
    of model: Model, _ plan: TrainingPlan
  ) throws(CheckpointError) -> TrainingState<Model> {
    let document = try document()
    var state = TrainingState(model, plan)
    guard let step = document["step"]?.integer, let epoch = document["epoch"]?.integer,
      let batchIndex = document["position"]?.integer, let sum = document["loss_sum"]?.number,
      let sinceBest = document["epochs_since_best"]?.integer,
      let reductions = document["reductions"]?.integer,
      case .object(let steps) = document["optimizer_steps"]
    else { throw damaged("step, epoch, position, …") }
    (state.step, state.epoch, state.lossSum) = (step, epoch, sum)
    state.batchIndex = batchIndex
    state.skippedBatchCount = document["skipped_batches"]?.integer ?? 0
    readSummary(in: document, plan, &state)
    state.progress.bestScore = document["best_score"]?.number
    state.progress.lossOfBest = document["loss_of_best"]?.number
    (state.progress.validationsSinceBest, state.progress.reductionCount) = (sinceBest, reductions)
    for member in steps {
      guard let count = member.value.integer else { throw damaged("optimizer_steps") }
      state.optimizer.states[member.key] = .init(step: count, tensors: [])
    }
    do {
      try WeightsFile("\(path)/model.safetensors").load(into: &state.model) { _ in false }
      if state.average != nil { state.average = state.model }
      var parameters = OptimizerParameters(of: state)
      try WeightsFile("\(path)/\(FileName.optimizer)").load(into: &parameters) { _ in false }
      parameters.restore(&state)
    } catch {
      throw CheckpointError(path: path, problem: .incomplete("\(error)"))
    }
    return state
  }

  /// Reads the position of the last summary.
  ///
  /// A checkpoint from before there were validations within an epoch does not contain it; its last summary
  /// was made at the start of its epoch.
  private func readSummary<Model>(
    in document: JSONValue, _ plan: TrainingPlan, _ state: inout TrainingState<Model>
  ) {
    guard let step = document["summarized_step"]?.integer,
      let batchIndex = document["summarized_position"]?.integer,
      let validatedStep = document["validated_step"]?.integer
    else {
      let stepCount = (state.batchIndex + plan.batchesPerStep - 1) / plan.batchesPerStep
      state.summarized.step = state.step - stepCount
      state.progress.validatedStep = state.summarized.step
      state.clippedStepCount = state.batchIndex == 0 ? 0 : nil
      return
    }
    state.summarized = .init(step: step, batchIndex: batchIndex)
    state.progress.validatedStep = validatedStep
    state.clippedStepCount = document["clipped_steps"]?.integer
  }

  private func document() throws(CheckpointError) -> JSONValue {
    let file = "\(path)/\(FileName.state)"
    do {
      let bytes = try MappedFile(file, limit: 1 << 20).withBytes { Array($0) }
      let document = try JSONValue(reading: bytes)
      guard document["schema"]?.string == Self.schema else { throw damaged("schema") }
      return document
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw CheckpointError(path: path, problem: .incomplete("\(error)"))
    }
  }

  private func damaged(_ key: String) -> CheckpointError {
    CheckpointError(path: path, problem: .incomplete("state.json has no usable value of \(key)"))
  }
}

/// The optimizer state, and the weights where the model holds an average, as parameters, so that they are
/// loaded with the same checks as weights.
private struct OptimizerParameters: Module {
  private var names: [String] = []
  private var values: [Tensor] = []

  /// Zeros stand for optimizer state that is missing.
  init<Model>(of state: TrainingState<Model>) {
    for (parameter, value) in state.model.parameters {
      if state.average != nil, parameter.role == .learned { add("\(parameter.name).value", value) }
      guard let kept = state.optimizer.states[parameter.name] else { continue }
      for (index, slot) in state.optimizer.rule.stateNames.enumerated() {
        let isThere = index < kept.tensors.count
        add(
          "\(parameter.name).\(slot)",
          isThere ? kept.tensors[index] : Tensor(zeros: value.shape, on: value.device))
      }
    }
  }

  private mutating func add(_ name: String, _ value: Tensor) {
    names.append(name)
    values.append(value)
  }

  /// Puts everything back into a state.
  func restore<Model>(_ state: inout TrainingState<Model>) {
    let found = Dictionary(uniqueKeysWithValues: zip(names, values))
    let slots = state.optimizer.rule.stateNames
    for name in state.optimizer.states.keys {
      state.optimizer.states[name]?.tensors = slots.compactMap { found["\(name).\($0)"] }
    }
    state.model.updateParameters { parameter, value in
      if let kept = found["\(parameter.name).value"] { value = kept }
    }
  }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    for index in names.indices { visitor.visit(names[index], &values[index]) }
  }
}

/// The reason that a training cannot resume from a checkpoint.
package struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    /// Not as it was written.
    case incomplete(String)
    /// The run was started with another value of an option.
    case otherSettings(option: String, then: String, now: String)
  }
  package let path: String
  package let problem: Problem

  package init(path: String, problem: Problem) { (self.path, self.problem) = (path, problem) }

  package var description: String {
    switch problem {
    case .incomplete(let what):
      "\(path): is not whole (\(what)). Remove it to resume from the one before."
    case .otherSettings(SettingName.trainingFingerprint, _, _):
      "\(path): was started on other training data: a caption, an image or their order has changed. "
        + "Resume on the same data, or start anew with another -o."
    case .otherSettings(SettingName.validationFingerprint, _, "none"):
      "\(path): was started with validation data, and there is none now. "
        + "Resume with the same data, or start anew with another -o."
    case .otherSettings(SettingName.validationFingerprint, _, _):
      "\(path): was started with other validation data: a caption, an image or their order has changed. "
        + "Resume with the same data, or start anew with another -o."
    case .otherSettings(let option, let then, let now):
      "\(path): was started with \(option) \(then), not \(now). "
        + "Resume with the same options, or start anew with another -o."
    }
  }
}
