import ArgumentParser
import Captioning
import Media

/// Which frames of clips are looked at, and which clips are refused.
struct ClipOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Caption a clip, or a picture that moves, every so many seconds, rather than once.",
      valueName: "seconds"))
  var every: Double?
  @Flag(help: "Caption each scene of a clip, between two cuts.")
  var scenes = false
  @Option(
    help: ArgumentHelp(
      "Frames looked at per caption, evenly spread (default: as the model has learned, else 16, or 8 "
        + "with --every or --scenes).",
      valueName: "n"))
  var frames: Int?
  @Option(
    help: ArgumentHelp(
      "Where in a clip to begin: seconds, or m:s, or h:m:s.", valueName: "time"))
  var start: ClipTime?
  @Option(help: ArgumentHelp("Where to end.", valueName: "time"))
  var end: ClipTime?
  @Option(help: ArgumentHelp("Refuse longer clips (default: none).", valueName: "seconds"))
  var maxDuration: Double?
  @Option(
    help: ArgumentHelp(
      "Give up reading a picture or clip after so long (default: a minute, or ten times a clip's length).",
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
      throw ValidationError("--every and --scenes contradict each other.")
    }
    if let start, let end, start.seconds >= end.seconds {
      throw ValidationError("--end must be after --start.")
    }
  }

  /// Which frames are looked at: as the options say, else as the model has learned.
  ///
  /// Pictures that move are clips for whoever says something of clips, or `wantsTimes`.
  func sampling(for model: ModelConfiguration, wantsTimes: Bool) -> ClipSampling {
    var sampling = ClipSampling()
    let isAboutClips = every != nil || scenes || frames != nil || start != nil || end != nil
    sampling.playsAnimations = isAboutClips || wantsTimes
    sampling.cutting = scenes ? .scenes : every.map { .every($0) } ?? .whole
    sampling.frames = frames.map { .evenly($0) } ?? model.frames
    (sampling.start, sampling.end) = (start?.seconds, end?.seconds)
    return sampling
  }

  /// How long a file may take to be read, where the user says so.
  var fileTimeLimit: Duration? { timeout.map { .seconds($0) } }

  /// That a clip is too short to be cut, if it is; whoever asks for parts expects several.
  func uncutNote(_ result: CaptionResult) -> String? {
    guard let every, case .success(let media) = result.outcome, let clip = media.clip,
      media.segments.count == 1
    else { return nil }
    return
      "\(result.file): lasts \(tenths(clip.duration)) s, so that --every \(every) leaves it whole"
  }

  /// What is refused, where pictures have `limits`.
  func limits(like limits: StillImageOptions) -> VideoOptions {
    var options = VideoOptions()
    options.maximumPixels = limits.maximumPixels
    options.isStrict = limits.isStrict
    (options.maximumDuration, options.timeLimit) = (maxDuration, timeout)
    return options
  }
}

/// A time in a clip as people type it: `83.5`, `1:23.5` or `0:01:23.5`.
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
