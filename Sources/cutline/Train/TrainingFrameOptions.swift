import ArgumentParser
import Training

/// The options for the frames of clips.
struct TrainingFrameOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Use every n-th frame of a clip.",
      discussion: """
        Longer clips use fewer frames, evenly spread, such that frames and words are at most 80 steps \
        (Venugopalan et al., 2015).
        """, valueName: "n"))
  var frameStep: Int?
  @Option(
    help: ArgumentHelp("Use n frames of each clip, evenly spread.", valueName: "n"))
  var frames: Int?

  func validate() throws {
    if let frameStep { try check("--frame-step", frameStep, in: 1...1_000_000) }
    if let frames { try check("--frames", frames, in: 1...1000) }
    guard frameStep == nil || frames == nil else {
      throw ValidationError("--frame-step and --frames contradict each other.")
    }
  }

  /// The choice that these options make.
  var choice: ClipFrameChoice {
    var choice = ClipFrameChoice()
    (choice.step, choice.count) = (frameStep, frames)
    return choice
  }
}
