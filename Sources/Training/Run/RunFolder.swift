import Captioning
import Files

/// The folder of a training run: its checkpoints, and the right to write into it.
package struct RunFolder: ~Copyable {
  package let path: String
  private let lock: FolderLock
  private var checkpoints: String { "\(path)/checkpoints" }
  /// The number of newest checkpoints that stay.
  private let keptCount: Int

  /// Locks the folder, and creates it if it is missing.
  package init(_ path: String, keeping keptCount: Int) throws {
    try makeFolder("\(path)/checkpoints")
    guard let lock = try FolderLock(path) else {
      throw TrainingError(
        .locked, "\(path): another cutline is training there. Wait for it, or choose another -o.")
    }
    try Self.removeLeftovers(in: path)
    (self.path, self.keptCount) = (path, keptCount)
    self.lock = lock
  }

  deinit {
    // A removal that failed before, as on a disk with errors, may succeed now.
    try? Self.removeLeftovers(in: path)
  }

  /// Removes half-written and half-removed files: no other process can be writing here now.
  private static func removeLeftovers(in run: String) throws {
    for folder in [run, "\(run)/checkpoints", "\(run)/samples"] where isFolder(folder) {
      for name in try namesInFolder(folder) where name.hasPrefix(".") && name.contains(".tmp-") {
        removeTree("\(folder)/\(name)")
      }
    }
  }

  /// Returns the newest checkpoint that is whole; nil if there is none.
  ///
  /// - Throws: `CheckpointError` if the run was started with other settings.
  package func newestCheckpoint(
    of settings: Checkpoint.Settings, _ say: (RunMessage) -> Void
  ) throws -> Checkpoint? {
    for checkpoint in try Checkpoint.all(in: checkpoints) {
      do throws(CheckpointError) {
        try checkpoint.verify()
        if let (option, then, now) = try checkpoint.settings().firstChange(in: settings) {
          throw CheckpointError(
            path: path, problem: .otherSettings(option: option, then: then, now: now))
        }
        return checkpoint
      } catch {
        guard case .incomplete = error.problem else { throw error }
        say(.remark("\(error.description) The one before is used.", .warning))
      }
    }
    return nil
  }

  /// Writes a checkpoint, points `last` to it, and `best` if it is the best; then removes the oldest.
  ///
  /// - Parameters:
  ///   - state: The state to keep.
  ///   - settings: The settings that the run was started with.
  ///   - isBest: True if no validation before was better.
  ///   - writeModel: Writes the files of the model into a folder.
  /// - Returns: The checkpoint.
  /// - Throws: The error of the file system.
  package func save<Model>(
    _ state: TrainingState<Model>, _ settings: Checkpoint.Settings, isBest: Bool = false,
    writingModel writeModel: (_ folder: String) throws(FileError) -> Void
  ) throws -> Checkpoint {
    let checkpoint = try Checkpoint.write(
      state, settings, into: checkpoints, writingModel: writeModel)
    try link(to: checkpoint, isBest: isBest)
    let best = destinationOfLink("\(path)/best")?.split(separator: "/").last.map(String.init)
    try Checkpoint.removeOld(in: checkpoints, keeping: keptCount, and: best)
    return checkpoint
  }

  /// Points `last` and `best` to the checkpoint that a run resumes from; a run that was killed may have
  /// written it without setting the links.
  package func relink<Model>(
    to checkpoint: Checkpoint, _ state: TrainingState<Model>
  ) throws(FileError) {
    let progress = state.progress
    let isBest =
      progress.validatedStep == state.step && progress.bestScore != nil
      && progress.validationsSinceBest == 0
    try link(to: checkpoint, isBest: isBest)
  }

  private func link(to checkpoint: Checkpoint, isBest: Bool) throws(FileError) {
    let place = "checkpoints/\(checkpoint.name)"
    for name in isBest ? ["last", "best"] : ["last"]
    where destinationOfLink("\(path)/\(name)") != place {
      try replaceLink(at: "\(path)/\(name)", pointingTo: place)
    }
  }
}

extension Checkpoint.Settings {
  /// Returns the first setting that has another value now, with both values; nil if all are the same.
  package func firstChange(in now: Self) -> (option: String, then: String, now: String)? {
    for option in (now + self).map(\.name) {
      let (then, now) = (value(of: option), now.value(of: option))
      if TrainingOptions.table.isSame(option, then, now) { continue }
      // Older checkpoints do not record the validation set, but sizes of an attention that there is not, and
      // whichever name of a decoder was typed.
      switch option {
      case SettingName.validationFingerprint where then == unset: continue
      case "--annotation-size" where now == unset, "--attention-size" where now == unset: continue
      case "--decoder" where Self.ownDecoderName(then) == Self.ownDecoderName(now): continue
      default: break
      }
      return (option, then, now)
    }
    return nil
  }

  /// Returns the decoder's own name for one of its names, which is recorded unless `--attention` says it.
  private static func ownDecoderName(_ name: String) -> String {
    guard let type = try? DecoderType.named(name) else { return name }
    return type == .showAndTell ? unset : type.name
  }

  /// Returns the value of an option, or that it has none.
  private func value(of option: String) -> String {
    first { $0.name == option }?.value ?? unset
  }
}

private let unset = "unset"
