import ArgumentParser
import Captioning
import Media

/// The frames of clips to read, and the limits above which clips are refused.
struct ClipOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Caption each interval of so many seconds of a clip or animated picture, rather than the whole.",
      valueName: "seconds"))
  var every: Double?
  @Flag(help: "Caption each scene of a clip; scenes are separated by cuts.")
  var scenes = false
  @Option(
    help: ArgumentHelp(
      "Frames per caption, evenly spaced (default: the model's, else 16, or 8 with --every or --scenes).",
      valueName: "n"))
  var frames: Int?
  @Option(
    help: ArgumentHelp(
      "Start time in a clip: seconds, m:s or h:m:s.", valueName: "time"))
  var start: ClipTime?
  @Option(help: ArgumentHelp("End time in a clip: seconds, m:s or h:m:s.", valueName: "time"))
  var end: ClipTime?
  @Option(help: ArgumentHelp("Reject longer clips (default: no limit).", valueName: "seconds"))
  var maxDuration: Double?
  @Option(
    help: ArgumentHelp(
      "Time limit for reading a picture or clip (default: 60, or ten times a clip's length).",
      valueName: "seconds"))
  var timeout: Double?

  func validate() throws {
    for (name, value) in [
      ("--every", every), ("--max-duration", maxDuration), ("--timeout", timeout),
    ] {
      guard let value else { continue }
      guard value > 0, value <= 1e9 else {
        throw ValidationError("\(name) must be above 0 seconds, not \(value).")
      }
    }
    if let every, every < 0.05 {
      throw ValidationError("--every must be 0.05 seconds or more, not \(every).")
    }
    if let frames { try check("--frames", frames, in: 1...1000) }
    guard every == nil || !scenes else {
      throw ValidationError("--every and --scenes cannot be used together.")
    }
    if let start, let end, start.seconds >= end.seconds {
      throw ValidationError("--end must be after --start.")
    }
  }

  /// Returns the frames to read: those of the options, else those of the model.
  ///
  /// Animated pictures are clips if any option about clips is given, or if `wantsTimes`.
  func sampling(for model: ModelConfiguration, wantsTimes: Bool) -> ClipSampling {
    var sampling = ClipSampling()
    let isAboutClips = every != nil || scenes || frames != nil || start != nil || end != nil
    sampling.playsAnimations = isAboutClips || wantsTimes
    sampling.cutting = scenes ? .scenes : every.map { .every($0) } ?? .whole
    sampling.frames = frames.map { .evenly($0) } ?? model.frames
    (sampling.start, sampling.end) = (start?.seconds, end?.seconds)
    return sampling
  }

  /// The time limit for reading a file, if the user set one.
  var fileTimeLimit: Duration? { timeout.map { .seconds($0) } }

  /// Returns a note if a clip is too short for several parts, since `--every` promises several.
  func uncutNote(_ result: CaptionResult) -> String? {
    guard let every, case .success(let media) = result.outcome, let clip = media.clip,
      media.segments.count == 1
    else { return nil }
    return
      "\(result.file): lasts \(tenths(clip.duration)) s, so --every \(every) gives one caption for the whole"
  }

  /// Returns the limits above which clips are refused, where pictures have `limits`.
  func limits(like limits: StillImageOptions) -> VideoOptions {
    var options = VideoOptions()
    options.maximumPixels = limits.maximumPixels
    options.isStrict = limits.isStrict
    (options.maximumDuration, options.timeLimit) = (maxDuration, timeout)
    return options
  }
}

/// A time in a clip in the usual notations: `83.5`, `1:23.5` or `0:01:23.5`.
struct ClipTime: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count) else { return nil }
    var seconds = 0.0
    for (place, part) in parts.enumerated() {
      guard let number = Double(part), number >= 0, number.isFinite,
        place == parts.count - 1 || number == number.rounded(), place == 0 || number < 60
      else { return nil }
      seconds = 60 * seconds + number
    }
    self.seconds = seconds
  }
}
