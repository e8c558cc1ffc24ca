import Files

/// A policy that lets a training continue when a checkpoint cannot be written: the state is whole in memory, and
/// the disk may have room again at the next checkpoint.
struct ForgivingSaves<State> {
  /// The number of failures in a row that end a training; a power cut would then lose too many steps.
  static var limit: Int { 3 }

  /// Takes a message for each failure that does not end the training.
  let say: (String) -> Void
  private var failureCount = 0
  /// The best state so far, if it could not be written.
  private var unsavedBest: State?

  init(say: @escaping (String) -> Void) { self.say = say }

  /// Writes `state`, and before it the best one if that is still to be written.
  ///
  /// - Parameters:
  ///   - state: The state to write.
  ///   - isBest: True if no state before was better.
  ///   - isLast: True if no other state follows, so that a failure is final.
  ///   - write: Writes a state; its second parameter is true for the best one.
  /// - Throws: `TrainingError` after the last or too many failures of the file system; any other error of
  ///   `write`.
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

  private func forgive(_ error: FileError, isLast: Bool) throws(TrainingError) {
    let left = Self.limit - failureCount
    guard !isLast, left > 0 else {
      throw TrainingError(
        .checkpoint,
        "\(error) No checkpoint could be written of the last steps; the one before is whole.")
    }
    say(
      "\(error) Training continues and tries again at the next checkpoint; "
        + "\(left == 1 ? "one more failure ends it." : "\(left) more failures in a row end it.")")
  }
}
