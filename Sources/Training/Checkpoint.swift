import Captioning
import Files
import Layers
import Tensors
import Text

/// Where a training stands, as a folder: a model that captions, and what learning on takes besides.
///
///     step-0000400/   a model folder in float32
///                     optimizer.safetensors   what the optimizer remembers, such as `NAME.first`, and
///                                             `NAME.value` where the model holds an average of the weights
///                     state.json              step, epoch and position, and the run's settings
///                     COMPLETE                checksums of all of these, written last
///
/// A checkpoint is written aside and renamed into place, so it is whole or not there; the older one goes
/// only when the newer has reached the disk.
package struct Checkpoint {
  /// What a run was begun with: option and value, in the order they are compared.
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
  ///   - state: What is kept.
  ///   - contents: The model folder it will be; its parameters are those of `state`.
  ///   - settings: What the run was begun with.
  ///   - folder: Where checkpoints lie.
  /// - Returns: The checkpoint, on the disk.
  /// - Throws: What the file system said.
  package static func write(
    _ state: TrainingState, as contents: ModelDirectory.Contents, _ settings: Settings,
    into folder: String
  ) throws(FileError) -> Checkpoint {
    let number = String(state.step)
    let padding = String(repeating: "0", count: max(0, 7 - number.count))
    let path = "\(folder)/\(prefix)\(padding)\(number)"
    let aside = try DirectoryReplacement(path, replacingFolderWith: FileName.state)
    let working = aside.workingPath
    try ModelDirectory.write(contents, into: working, precision: .float32)
    try WeightsFile.write(
      Keepsakes(of: state).parameters.map { ($0.parameter.name, $0.value) },
      to: "\(working)/\(FileName.optimizer)")
    try AtomicFile.write(
      json(state, settings).prettyText + "\n", to: "\(working)/\(FileName.state)")
    let names = try namesInFolder(working)
    try AtomicFile.write(
      try ChecksumList(of: names, in: working).text, to: "\(working)/\(FileName.complete)")
    try aside.commit()
    return Checkpoint(path: path)
  }

  private static func json(_ state: TrainingState, _ settings: Settings) -> JSONValue {
    let steps = state.optimizer.memories.map { ($0.key, $0.value.step) }.sorted { $0.0 < $1.0 }
    return .object([
      .init("schema", .string(schema)), .init("step", .number(Double(state.step))),
      .init("epoch", .number(Double(state.epoch))),
      .init("position", .number(Double(state.position))),
      .init("summarized_step", .number(Double(state.summarized.step))),
      .init("summarized_position", .number(Double(state.summarized.position))),
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
  /// Each loses its name first: were the program killed halfway, half a checkpoint would be left.
  package static func removeOld(
    in folder: String, keeping count: Int, and best: String?
  ) throws(FileError) {
    for old in try all(in: folder).dropFirst(count) where old.name != best {
      try removeTreeAtOnce(old.path)
    }
  }

  // MARK: Reading

  /// What the run was begun with.
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

  /// Puts the state together again; `verify` first.
  ///
  /// - Parameters:
  ///   - model: Of the same shape; its numbers are replaced.
  ///   - plan: What the run was begun with.
  /// - Returns: The state that was written, to the bit.
  /// - Throws: What cannot be used.
  package func state(
    of model: CaptionModel, _ plan: TrainingPlan
  ) throws(CheckpointError) -> TrainingState {
    let document = try document()
    var state = TrainingState(model, plan)
    guard let step = document["step"]?.integer, let epoch = document["epoch"]?.integer,
      let position = document["position"]?.integer, let sum = document["loss_sum"]?.number,
      let sinceBest = document["epochs_since_best"]?.integer,
      let reductions = document["reductions"]?.integer,
      case .object(let steps) = document["optimizer_steps"]
    else { throw damaged("step, epoch, position, …") }
    (state.step, state.epoch, state.position, state.lossSum) = (step, epoch, position, sum)
    state.skippedBatchCount = document["skipped_batches"]?.integer ?? 0
    readSummary(in: document, plan, &state)
    state.progress.bestScore = document["best_score"]?.number
    state.progress.lossOfBest = document["loss_of_best"]?.number
    (state.progress.validationsSinceBest, state.progress.reductionCount) = (sinceBest, reductions)
    for member in steps {
      guard let count = member.value.integer else { throw damaged("optimizer_steps") }
      state.optimizer.memories[member.key] = .init(step: count, tensors: [])
    }
    do {
      try WeightsFile("\(path)/model.safetensors").load(into: &state.model) { _ in false }
      if state.average != nil { state.average = state.model }
      var keepsakes = Keepsakes(of: state)
      try WeightsFile("\(path)/\(FileName.optimizer)").load(into: &keepsakes) { _ in false }
      keepsakes.restore(&state)
    } catch {
      throw CheckpointError(path: path, problem: .incomplete("\(error)"))
    }
    return state
  }

  /// Reads where the last summary was made.
  ///
  /// A checkpoint from before there were validations within an epoch does not say; its last one was made
  /// where its epoch began.
  private func readSummary(
    in document: JSONValue, _ plan: TrainingPlan, _ state: inout TrainingState
  ) {
    guard let step = document["summarized_step"]?.integer,
      let position = document["summarized_position"]?.integer,
      let validatedStep = document["validated_step"]?.integer
    else {
      let stepCount = (state.position + plan.batchesPerStep - 1) / plan.batchesPerStep
      state.summarized.step = state.step - stepCount
      state.progress.validatedStep = state.summarized.step
      state.clippedStepCount = state.position == 0 ? 0 : nil
      return
    }
    state.summarized = .init(step: step, position: position)
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
    CheckpointError(path: path, problem: .incomplete("state.json says nothing usable under \(key)"))
  }
}

/// What learning on takes besides the model, as parameters, so that it is loaded with the checks that
/// weights go through.
private struct Keepsakes: Module {
  private var names: [String] = []
  private var values: [Tensor] = []

  /// Zeros stand for memories that a state lacks.
  init(of state: TrainingState) {
    for (parameter, value) in state.model.parameters {
      if state.average != nil, parameter.role == .learned { add("\(parameter.name).value", value) }
      guard let memory = state.optimizer.memories[parameter.name] else { continue }
      for (index, slot) in state.optimizer.rule.memoryNames.enumerated() {
        let isThere = index < memory.tensors.count
        add(
          "\(parameter.name).\(slot)",
          isThere ? memory.tensors[index] : Tensor(zeros: value.shape, on: value.device))
      }
    }
  }

  private mutating func add(_ name: String, _ value: Tensor) {
    names.append(name)
    values.append(value)
  }

  /// Puts everything where it was.
  func restore(_ state: inout TrainingState) {
    let found = Dictionary(uniqueKeysWithValues: zip(names, values))
    let slots = state.optimizer.rule.memoryNames
    for name in state.optimizer.memories.keys {
      state.optimizer.memories[name]?.tensors = slots.compactMap { found["\(name).\($0)"] }
    }
    state.model.updateParameters { parameter, value in
      if let kept = found["\(parameter.name).value"] { value = kept }
    }
  }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    for index in names.indices { visitor.visit(names[index], &values[index]) }
  }
}

/// Why a training cannot go on from a checkpoint.
package struct CheckpointError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    /// Not as it was written.
    case incomplete(String)
    /// The run was begun with another value of an option.
    case otherSettings(option: String, then: String, now: String)
  }
  package let path: String
  package let problem: Problem

  package init(path: String, problem: Problem) { (self.path, self.problem) = (path, problem) }

  package var description: String {
    switch problem {
    case .incomplete(let what):
      "\(path): is not whole (\(what)). Remove it, to go on from the one before."
    case .otherSettings(let option, let then, let now):
      "\(path): was begun with \(option) \(then), not \(now). "
        + "Go on with the same options, or begin anew with another -o."
    }
  }
}
