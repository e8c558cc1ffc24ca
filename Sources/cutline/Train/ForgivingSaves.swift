import Files

/// Lets a training go on when a checkpoint could not be written: it is whole in memory, and the disk may
/// have room again at the next.
struct ForgivingSaves<State> {
  /// How many failures in a row end a training: by then most of it would be lost to a power cut.
  static var limit: Int { 3 }

  /// Is told of every failure that is forgiven.
  let say: (String) -> Void
  private var failureCount = 0
  /// The best state so far, where it was the one that could not be written.
  private var unsavedBest: State?

  init(say: @escaping (String) -> Void) { self.say = say }

  /// Writes `state`, and before it the best one if that is still to be written.
  ///
  /// - Parameters:
  ///   - state: What is kept.
  ///   - isBest: Whether none before was better.
  ///   - isLast: Whether nothing comes after it, so that a failure cannot be made good.
  ///   - write: Writes a state, and is told whether it is the best.
  /// - Throws: What ended it: no room at last or too often, or anything else than the file system.
  mutating func save(
    _ state: State, isBest: Bool = false, isLast: Bool = false,
    by write: (State, Bool) throws -> Void
  ) throws {
    if isBest { unsavedBest = state }
    do {
      if let best = unsavedBest {
        try write(best, true)
        unsavedBest = nil
      }
      if !isBest { try write(state, false) }
      failureCount = 0
    } catch let error as FileError {
      failureCount += 1
      try forgive(error, isLast: isLast)
    }
  }

  private func forgive(_ error: FileError, isLast: Bool) throws(Failure) {
    let left = Self.limit - failureCount
    guard !isLast, left > 0 else {
      throw Failure(
        "\(error) No checkpoint could be written of the last steps; the one before is whole.",
        .inputOutput)
    }
    say(
      "\(error) Training goes on and tries again at the next checkpoint; "
        + "\(left == 1 ? "one more failure ends it." : "\(left) more failures in a row end it.")")
  }
}
