import Captioning
import Files
import Training

/// A training's folder: its checkpoints, and the right to write into it.
struct RunFolder: ~Copyable {
  let path: String
  private let lock: FolderLock
  private var checkpoints: String { "\(path)/checkpoints" }
  /// How many checkpoints stay.
  private let keptCount = 3

  /// Takes the folder, which is created if it is missing.
  init(_ path: String) throws {
    try makeFolder("\(path)/checkpoints")
    guard let lock = try FolderLock(path) else {
      throw Failure(
        "\(path): another cutline is training there. Wait for it, or choose another -o.", .locked)
    }
    try Self.removeLeftovers(in: [path, "\(path)/checkpoints"])
    self.path = path
    self.lock = lock
  }

  /// Removes what a killed run had half written: nobody else can be writing here now.
  private static func removeLeftovers(in folders: [String]) throws {
    for folder in folders {
      for name in try namesInFolder(folder) where name.hasPrefix(".") && name.contains(".tmp-") {
        removeTree("\(folder)/\(name)")
      }
    }
  }

  /// The newest checkpoint that is whole; nil where there is none.
  ///
  /// - Throws: `CheckpointError` if the run was begun with other settings.
  func newestCheckpoint(of settings: Checkpoint.Settings) throws -> Checkpoint? {
    for checkpoint in try Checkpoint.all(in: checkpoints) {
      do throws(CheckpointError) {
        try checkpoint.verify()
        let then = try checkpoint.settings()
        for ((option, now), then) in zip(settings, then) where now != then.value {
          throw CheckpointError(
            path: path, problem: .otherSettings(option: option, then: then.value, now: now))
        }
        return checkpoint
      } catch {
        guard case .incomplete = error.problem else { throw error }
        Messages().warning("\(error.description) The one before is used.")
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
  ///   - isBest: Whether no epoch before did better.
  /// - Returns: The checkpoint.
  /// - Throws: What the file system said.
  func save(
    _ state: TrainingState, as contents: ModelDirectory.Contents, _ settings: Checkpoint.Settings,
    isBest: Bool = false
  ) throws -> Checkpoint {
    let checkpoint = try Checkpoint.write(state, as: contents, settings, into: checkpoints)
    let place = "checkpoints/\(checkpoint.name)"
    try replaceLink(at: "\(path)/last", pointingTo: place)
    if isBest { try replaceLink(at: "\(path)/best", pointingTo: place) }
    let best = destinationOfLink("\(path)/best")?.split(separator: "/").last.map(String.init)
    try Checkpoint.removeOld(in: checkpoints, keeping: keptCount, and: best)
    return checkpoint
  }
}
