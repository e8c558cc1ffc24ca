/// The selection of a clip's segments and of the frames sampled from each.
public struct ClipSampling: Sendable, Equatable {
  /// The division of a clip into segments that get a caption each.
  public enum Cutting: Sendable, Equatable {
    /// One segment: the whole clip.
    case whole
    /// Segments of a fixed length in seconds, at least 0.05.
    case every(Double)
    /// One segment per scene, between two cuts.
    case scenes
  }
  package var cutting = Cutting.whole
  /// The frames sampled from a segment.
  public enum Frames: Sendable, Equatable {
    /// A fixed number of frames, from 1 to 1000, evenly spaced.
    case evenly(Int)
    /// Every nth frame, beginning with the first.
    ///
    /// If that makes more than `atMost`, `atMost` evenly spaced frames are sampled instead, so that a long
    /// clip is covered to its end.
    case every(Int, atMost: Int)

    /// The maximum number of frames.
    package var most: Int {
      switch self {
      case .evenly(let count), .every(_, let count): count
      }
    }
  }
  /// The frames sampled from a segment; nil for 16 of a whole clip and 8 of a shorter segment, evenly spaced.
  package var frames: Frames?
  /// The start and the end of the selected part, in seconds; nil for those of the clip.
  package var start: Double?
  package var end: Double?
  /// True if animated images are treated as clips.
  package var playsAnimations = false

  package init() {}

  /// The frames sampled from each segment, with the default filled in.
  package var chosenFrames: Frames { frames ?? .evenly(cutting == .whole ? 16 : 8) }

  /// The minimum length of the last segment in seconds; a shorter remainder is joined to the segment before.
  static let shortestRest = 0.5

  /// The maximum number of segments: one per second of a week.
  package static let maximumSegmentCount = 7 * 86_400

  /// Returns the selected part of a clip of `duration` seconds; nil if the clip ends before it starts.
  package func range(of duration: Double) -> ClosedRange<Double>? {
    let begin = start ?? 0
    let stop = min(end ?? duration, duration)
    // A clip of a single frame may have a duration of 0.
    return begin < stop || (begin == 0 && duration <= 0) ? begin...max(begin, stop) : nil
  }
}

/// A segment of a clip, in seconds from its start.
package struct ClipSegment: Sendable, Equatable {
  package let start: Double
  package let end: Double

  package init(start: Double, end: Double) { (self.start, self.end) = (start, end) }

  /// Returns the times of the sampled frames.
  ///
  /// - Parameters:
  ///   - frames: The frames to sample.
  ///   - frameRate: The clip's frame rate, in frames per second.
  /// - Returns: At least one time in seconds, in ascending order.
  package func times(_ frames: ClipSampling.Frames, frameRate: Double) -> [Double] {
    switch frames {
    case .evenly(let count): return times(count)
    case .every(let step, let most):
      // The tolerance of 0.05 frames allows for a last frame that is slightly too short or too long.
      let count = ((end - start) * frameRate / Double(step) - 0.05 / Double(step)).rounded(.up)
      guard count <= Double(most) else { return times(most) }
      return (0..<max(1, Int(count))).map {
        // Frames are sampled in their middle, where rounded timestamps cannot select a neighbour.
        start + (Double($0 * step) + 0.5) / frameRate
      }
    }
  }

  /// Returns the midpoints of `count` equal parts, in seconds.
  private func times(_ count: Int) -> [Double] {
    (0..<count).map { start + (Double($0) + 0.5) * (end - start) / Double(count) }
  }

  /// Returns the segments of `range` cut at the ascending times `cuts`; one shorter than `shortest` is joined
  /// to the one before.
  package static func segments(
    of range: ClosedRange<Double>, cutAt cuts: [Double], shortest: Double
  ) -> [ClipSegment] {
    var starts = [range.lowerBound]
    for cut in cuts where cut < range.upperBound {
      if cut - (starts.last ?? cut) >= shortest { starts.append(cut) }
    }
    if let last = starts.last, starts.count > 1, range.upperBound - last < shortest {
      starts.removeLast()
    }
    return zip(starts, starts.dropFirst() + [range.upperBound]).map {
      ClipSegment(start: $0, end: $1)
    }
  }
}

extension ClipSampling {
  /// Checks the choice.
  ///
  /// - Parameter path: The clip, for the message.
  /// - Throws: `MediaError` with the code `no_frames` for a choice that has no frames or no parts.
  package func check(_ path: String) throws(MediaError) {
    func error(_ problem: String) -> MediaError {
      MediaError(path: path, code: .noFrames, stage: .open, problem: problem)
    }
    if case .every(let seconds) = cutting, !(0.05...1e9 ~= seconds) {
      throw error("cannot be cut every \(seconds) s. Choose at least 0.05 s.")
    }
    switch frames {
    case .evenly(let count) where !(1...1000 ~= count):
      throw error("cannot be seen in \(count) frames. Choose from 1 to 1000.")
    case .every(let step, let most) where step < 1 || !(1...1000 ~= most):
      throw error(
        "cannot be seen in every \(step)-th frame, at most \(most). Choose from 1 up, and at most 1000."
      )
    default: break
    }
    if let start, !(start >= 0 && start.isFinite) {
      throw error("cannot be read from \(start) s. Choose 0 or more.")
    }
  }
}

extension VideoFile {
  /// Returns the times of the frames sampled from a segment, in seconds.
  package func times(of segment: ClipSegment, _ sampling: ClipSampling) -> [Double] {
    segment.times(sampling.chosenFrames, frameRate: info.frameRate ?? Self.usualFrameRate)
  }

  /// The frame rate assumed if the file states none, in frames per second.
  static let usualFrameRate = 25.0

  /// Returns the segments that get a caption each.
  ///
  /// Finding scenes decodes the whole clip once.
  ///
  /// - Throws: `MediaError` if the selected part is empty, or if there are too many segments.
  package mutating func segments(_ sampling: ClipSampling) throws(MediaError) -> [ClipSegment] {
    guard let range = sampling.range(of: info.duration) else {
      throw MediaError(
        path: name, code: .noFrames, stage: .open,
        problem:
          "ends after \((info.duration * 100).rounded() / 100) s, before the part that was asked for. "
          + "Choose another --start and --end.")
    }
    switch sampling.cutting {
    case .whole: return [ClipSegment(start: range.lowerBound, end: range.upperBound)]
    case .every(let step):
      // A remainder below a millisecond is a rounding error, not a segment.
      let length = range.upperBound - range.lowerBound - 0.001
      let pieces = (length / step).rounded(.up)
      let most = ClipSampling.maximumSegmentCount * 8 / max(sampling.chosenFrames.most, 8)
      guard pieces <= Double(most) else { throw tooManySegments(most, each: step) }
      // A caption for so short a segment could not be read as a subtitle.
      let rest = length - (pieces - 1) * step
      let isTooShort = pieces > 1 && rest < min(ClipSampling.shortestRest, step) - 0.002
      let count = Int(pieces) - (isTooShort ? 1 : 0)
      return (0..<max(count, 1)).map { index in
        let start = range.lowerBound + Double(index) * step
        let end = index + 1 < count ? start + step : range.upperBound
        return ClipSegment(start: start, end: end)
      }
    case .scenes:
      let cuts = try sceneCuts(in: range)
      return ClipSegment.segments(of: range, cutAt: cuts, shortest: SceneCuts.shortestScene)
    }
  }

  /// Returns the error for too many segments, as a file of a few bytes can claim to last for years.
  private func tooManySegments(_ most: Int, each step: Double) -> MediaError {
    MediaError(
      path: name, code: .tooLong, stage: .open,
      problem:
        "says that it lasts \(Int(info.duration)) s, over the limit of \(most.grouped) captions. "
        + "Choose a longer --every, or --start and --end.")
  }
}
