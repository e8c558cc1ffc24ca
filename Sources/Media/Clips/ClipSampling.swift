/// Which frames of a clip are looked at, and what is captioned together.
package struct ClipSampling: Sendable, Equatable {
  /// How a clip is cut into parts that get a caption each.
  package enum Cutting: Sendable, Equatable {
    /// One caption for all of it.
    case whole
    /// A caption for so many seconds.
    case every(Double)
    /// A caption for each scene, between two cuts.
    case scenes
  }
  package var cutting = Cutting.whole
  /// Which frames of a part are looked at.
  package enum Frames: Sendable, Equatable {
    /// So many, evenly spread.
    case evenly(Int)
    /// Every so many-th, beginning with the first; where that were more than `most`, those spread evenly,
    /// so that nothing of a long clip goes unseen.
    case every(Int, atMost: Int)

    /// The most frames that are looked at.
    package var most: Int {
      switch self {
      case .evenly(let count), .every(_, let count): count
      }
    }
  }
  /// Nil is 16 frames of a whole clip and 8 of shorter parts, evenly spread.
  package var frames: Frames?
  /// Where in the clip to begin and end, in seconds; nil is all of it.
  package var start: Double?
  package var end: Double?
  /// Whether pictures that move are clips, too.
  package var playsAnimations = false

  package init() {}

  /// Which frames of each part are looked at.
  package var chosenFrames: Frames { frames ?? .evenly(cutting == .whole ? 16 : 8) }

  /// In seconds; a shorter rest of a clip that is cut into equal parts joins the last of them.
  static let shortestRest = 0.5

  /// As many parts as a week has seconds.
  package static let maximumSegmentCount = 7 * 86_400

  /// The part of a clip that is looked at; nil if the clip ends before it begins.
  package func range(of duration: Double) -> ClosedRange<Double>? {
    let begin = start ?? 0
    let stop = min(end ?? duration, duration)
    // Of a clip of a single frame the length may be 0.
    return begin < stop || (begin == 0 && duration <= 0) ? begin...max(begin, stop) : nil
  }
}

/// A part of a clip, in seconds from its start.
package struct ClipSegment: Sendable, Equatable {
  package let start: Double
  package let end: Double

  package init(start: Double, end: Double) { (self.start, self.end) = (start, end) }

  /// When the chosen frames are shown.
  ///
  /// - Parameters:
  ///   - frames: Which are wanted.
  ///   - frameRate: Of the clip, in frames per second.
  /// - Returns: Times in ascending order, one at least.
  package func times(_ frames: ClipSampling.Frames, frameRate: Double) -> [Double] {
    switch frames {
    case .evenly(let count): return times(count)
    case .every(let step, let most):
      // The last frame may be a little too long, or too short, for a whole one.
      let count = ((end - start) * frameRate / Double(step) - 0.05 / Double(step)).rounded(.up)
      guard count <= Double(most) else { return times(most) }
      return (0..<max(1, Int(count))).map {
        // In its middle a frame is surely shown.
        start + (Double($0 * step) + 0.5) / frameRate
      }
    }
  }

  /// Times in the middles of `count` equal parts.
  private func times(_ count: Int) -> [Double] {
    (0..<count).map { start + (Double($0) + 0.5) * (end - start) / Double(count) }
  }

  /// `range` cut at `cuts`, which ascend; pieces shorter than `shortest` join the one before.
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

extension VideoFile {
  /// When the chosen frames of a part are shown.
  package func times(of segment: ClipSegment, _ sampling: ClipSampling) -> [Double] {
    segment.times(sampling.chosenFrames, frameRate: info.frameRate ?? Self.usualFrameRate)
  }

  /// Where the file does not say.
  static let usualFrameRate = 25.0

  /// The parts of the clip that get a caption each.
  ///
  /// To find scenes, all of the clip is decoded once.
  ///
  /// - Throws: `MediaError` if there is nothing in the part that was asked for.
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
      // A rest of less than a millisecond is no part, but how numbers are rounded.
      let length = range.upperBound - range.lowerBound - 0.001
      let pieces = (length / step).rounded(.up)
      let most = ClipSampling.maximumSegmentCount * 8 / max(sampling.chosenFrames.most, 8)
      guard pieces <= Double(most) else { throw tooManySegments(most, each: step) }
      // Nobody could read a caption that short.
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

  /// A file of a few bytes can say that it lasts for years.
  private func tooManySegments(_ most: Int, each step: Double) -> MediaError {
    MediaError(
      path: name, code: .tooLong, stage: .open,
      problem:
        "says that it lasts \(Int(info.duration)) s, over the limit of \(most.grouped) captions. "
        + "Choose a longer --every, or --start and --end.")
  }
}
