import Media

/// The choice of the frames of clips that a model learns from.
package struct ClipFrameChoice: Sendable, Equatable {
  /// Every `step`-th frame; nil is every tenth.
  package var step: Int?
  /// The number of frames, evenly spread over the clip; nil reads every `step`-th frame.
  package var count: Int?

  package init() {}

  /// Returns the frames for captions of at most `maximumWords` words.
  ///
  /// - Throws: `TrainingError` if the words leave room for too few frames.
  package func frames(maximumWords: Int) throws(TrainingError) -> ClipSampling.Frames {
    if let count { return .evenly(count) }
    let left = Self.mostSteps - maximumWords - 1
    guard left >= Self.fewestFrames else {
      throw TrainingError(
        .choice,
        "--max-words \(maximumWords): leaves no room for the frames of clips, which share "
          + "\(Self.mostSteps) steps with the words. At most --max-words "
          + "\(Self.mostSteps - 1 - Self.fewestFrames) fits; or set the number of frames "
          + "with --frames.")
    }
    return .every(step ?? 10, atMost: left)
  }

  /// The most steps of a sequence of frames, words and `<eos>`.
  private static let mostSteps = 80
  /// The fewest frames; one alone shows no movement.
  private static let fewestFrames = 2
}
