import Captioning
import Files
import Training

/// A training's folder: its checkpoints, and the right to write into it.
struct RunFolder: ~Copyable {
  let path: String
  private let lock: FolderLock
  private var checkpoints: String { "\(path)/checkpoints" }
  /// How many checkpoints stay.
  private let keptCount: Int

  /// Takes the folder, which is created if it is missing.
  init(_ path: String, keeping keptCount: Int) throws {
    try makeFolder("\(path)/checkpoints")
    guard let lock = try FolderLock(path) else {
      throw Failure(
        "\(path): another cutline is training there. Wait for it, or choose another -o.", .locked)
    }
    try Self.removeLeftovers(in: path)
    (self.path, self.keptCount) = (path, keptCount)
    self.lock = lock
  }

  deinit {
    // A removal that failed once, as on a disk with errors, may succeed now.
    try? Self.removeLeftovers(in: path)
  }

  /// Removes what was half written or half removed: nobody else can be writing here now.
  private static func removeLeftovers(in run: String) throws {
    for folder in [run, "\(run)/checkpoints", "\(run)/samples"] where isFolder(folder) {
      for name in try namesInFolder(folder) where name.hasPrefix(".") && name.contains(".tmp-") {
        removeTree("\(folder)/\(name)")
      }
    }
  }

  /// The newest checkpoint that is whole; nil where there is none.
  ///
  /// - Throws: `CheckpointError` if the run was begun with other settings.
  func newestCheckpoint(
    of settings: Checkpoint.Settings, _ messages: Messages
  ) throws -> Checkpoint? {
    for checkpoint in try Checkpoint.all(in: checkpoints) {
      do throws(CheckpointError) {
        try checkpoint.verify()
        let then = try checkpoint.settings()
        for option in (settings + then).map(\.name) {
          let (now, then) = (settings.value(of: option), then.value(of: option))
          guard now != then else { continue }
          // Older checkpoints do not say what was validated.
          if option == TrainingPreparation.validationFingerprint, then == unset { continue }
          throw CheckpointError(
            path: path, problem: .otherSettings(option: option, then: then, now: now))
        }
        return checkpoint
      } catch {
        guard case .incomplete = error.problem else { throw error }
        messages.warning("\(error.description) The one before is used.")
      }
    }
    return nil
  }

  /// Writes a checkpoint, points `last` to it, and `best` if it is; only then removes the oldest.
  ///
  /// - Parameters:
  ///   - state: What is kept.
  ///   - contents: The model folder it will be.
  ///   - settings: What the run was begun with.
  ///   - isBest: Whether no validation before did better.
  /// - Returns: The checkpoint.
  /// - Throws: What the file system said.
  func save(
    _ state: TrainingState, as contents: ModelDirectory.Contents, _ settings: Checkpoint.Settings,
    isBest: Bool = false
  ) throws -> Checkpoint {
    let checkpoint = try Checkpoint.write(state, as: contents, settings, into: checkpoints)
    try link(to: checkpoint, isBest: isBest)
    let best = destinationOfLink("\(path)/best")?.split(separator: "/").last.map(String.init)
    try Checkpoint.removeOld(in: checkpoints, keeping: keptCount, and: best)
    return checkpoint
  }

  /// Points `last` and `best` to the checkpoint that a run goes on from, which may have been written
  /// by one that was killed before it came to that.
  func goOn(from checkpoint: Checkpoint, _ state: TrainingState) throws(FileError) {
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
  /// What an option was given, or that it was not given at all.
  fileprivate func value(of option: String) -> String {
    first { $0.name == option }?.value ?? unset
  }
}

private let unset = "unset"
