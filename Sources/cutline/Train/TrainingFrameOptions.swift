import ArgumentParser
import Media

/// Which frames of clips are learned from.
struct TrainingFrameOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Look at every so many-th frame of a clip.",
      discussion: """
        Or at fewer, evenly spread, where these and the words would be more than 80 steps (Venugopalan \
        et al., 2015).
        """, valueName: "n"))
  var frameStep: Int?
  @Option(
    help: ArgumentHelp("Look at so many frames of each clip, evenly spread.", valueName: "n"))
  var frames: Int?

  func validate() throws {
    if let frameStep { try check("--frame-step", frameStep, in: 1...1_000_000) }
    if let frames { try check("--frames", frames, in: 1...1000) }
    guard frameStep == nil || frames == nil else {
      throw ValidationError("--frame-step and --frames contradict each other.")
    }
  }

  /// The frames for captions of so many words at most.
  ///
  /// - Throws: `Failure` where the words leave too few.
  func frames(maximumWords: Int) throws(Failure) -> ClipSampling.Frames {
    if let frames { return .evenly(frames) }
    let left = Self.mostSteps - maximumWords - 1
    guard left >= Self.fewestFrames else {
      throw Failure(
        "--max-words \(maximumWords): leaves no room for the frames of clips, which share "
          + "\(Self.mostSteps) steps with the words. At most --max-words "
          + "\(Self.mostSteps - 1 - Self.fewestFrames) fits; or say with --frames how many frames to "
          + "look at.", .configuration)
    }
    return .every(frameStep ?? 10, atMost: left)
  }

  /// Frames, words and `<eos>`.
  private static let mostSteps = 80
  /// One frame tells nothing of what moves.
  private static let fewestFrames = 2
}
