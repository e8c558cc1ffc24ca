import Captioning
import Files
import Layers
import Tensors
import Text

/// Where a training stands, as a folder: a model that captions, and what learning on takes besides.
///
///     step-0000400/   a model folder in float32
///                     optimizer.safetensors   Adam's moments, `NAME.first` and `NAME.second`
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
    let moments = state.optimizer.moments.sorted { $0.key < $1.key }
    try WeightsFile.write(
      moments.flatMap { [("\($0).first", $1.first), ("\($0).second", $1.second)] },
      to: "\(working)/\(FileName.optimizer)")
    try AtomicFile.write(
      json(state, moments.map { ($0.key, $0.value.step) }, settings).prettyText + "\n",
      to: "\(working)/\(FileName.state)")
    let names = try namesInFolder(working)
    try AtomicFile.write(
      try ChecksumList(of: names, in: working).text, to: "\(working)/\(FileName.complete)")
    try aside.commit()
    return Checkpoint(path: path)
  }

  private static func json(
    _ state: TrainingState, _ steps: [(String, Int)], _ settings: Settings
  ) -> JSONValue {
    .object([
      .init("schema", .string(schema)), .init("step", .number(Double(state.step))),
      .init("epoch", .number(Double(state.epoch))),
      .init("position", .number(Double(state.position))),
      .init("loss_sum", .number(state.lossSum)),
      .init("best_cider", state.bestScore.map(JSONValue.number) ?? .null),
      .init("settings", .object(settings.map { .init($0.name, .string($0.value)) })),
      .init("optimizer_steps", .object(steps.map { .init($0, .number(Double($1))) })),
    ])
  }

  /// Removes all but the newest `count` checkpoints of `folder`, and the one named `best`.
  package static func removeOld(
    in folder: String, keeping count: Int, and best: String?
  ) throws(FileError) {
    for old in try all(in: folder).dropFirst(count) where old.name != best { removeTree(old.path) }
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
  /// - Parameter model: Of the same shape; its numbers are replaced.
  /// - Returns: The state that was written, to the bit.
  /// - Throws: What cannot be used.
  package func state(of model: CaptionModel) throws(CheckpointError) -> TrainingState {
    let document = try document()
    var state = TrainingState(model)
    guard let step = document["step"]?.integer, let epoch = document["epoch"]?.integer,
      let position = document["position"]?.integer, let sum = document["loss_sum"]?.number,
      case .object(let steps) = document["optimizer_steps"]
    else { throw damaged("step, epoch, position, loss_sum or optimizer_steps") }
    (state.step, state.epoch, state.position, state.lossSum) = (step, epoch, position, sum)
    state.bestScore = document["best_cider"]?.number
    do {
      try WeightsFile("\(path)/model.safetensors").load(into: &state.model) { _ in false }
      var shapes: [String: Shape] = [:]
      for (parameter, value) in model.parameters { shapes[parameter.name] = value.shape }
      var moments = MomentsModule(names: steps.map(\.key), shapes: shapes)
      try WeightsFile("\(path)/\(FileName.optimizer)").load(into: &moments) { _ in false }
      for (index, member) in steps.enumerated() {
        guard let count = member.value.integer else { throw damaged("optimizer_steps") }
        state.optimizer.moments[member.key] = .init(
          step: count, first: moments.first[index], second: moments.second[index])
      }
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw CheckpointError(path: path, problem: .incomplete("\(error)"))
    }
    return state
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

/// Adam's moments as parameters, so that they are loaded with the checks that weights go through.
private struct MomentsModule: Module {
  let names: [String]
  var first: [Tensor]
  var second: [Tensor]

  init(names: [String], shapes: [String: Shape]) {
    self.names = names
    first = names.map { Tensor(zeros: shapes[$0] ?? [0]) }
    second = first
  }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    for index in names.indices {
      visitor.visit("\(names[index]).first", &first[index])
      visitor.visit("\(names[index]).second", &second[index])
    }
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
