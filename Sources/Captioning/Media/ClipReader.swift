import ImageEncoders
import Media

/// A segment of a clip as an encoder reads it.
package struct InputSegment: Sendable {
  package let segment: ClipSegment
  /// The squares that the encoder sees, in the order of time; at least one.
  package let images: [Image]
}

/// Reads clips for one encoder, part by part, so that memory does not grow with their length.
package struct ClipReader: Sendable {
  /// Resizes and crops a frame for the encoder.
  private let resizeAndCrop: @Sendable (Image) -> Image
  package let sampling: ClipSampling
  private let options: VideoOptions

  /// - Parameters:
  ///   - preprocessing: The size and crop that the encoder reads.
  ///   - sampling: The segments and their frames.
  ///   - options: The limits of clips.
  package init(
    for preprocessing: ImagePreprocessing, _ sampling: ClipSampling, _ options: VideoOptions
  ) {
    self.init(sampling, options, resizingBy: preprocessing.resizeAndCrop)
  }

  /// - Parameters:
  ///   - sampling: The segments and their frames.
  ///   - options: The limits of clips.
  ///   - resizeAndCrop: Resizes and crops a frame for the encoder.
  package init(
    _ sampling: ClipSampling, _ options: VideoOptions,
    resizingBy resizeAndCrop: @escaping @Sendable (Image) -> Image
  ) {
    (self.sampling, self.options, self.resizeAndCrop) = (sampling, options, resizeAndCrop)
  }

  /// The facts of a clip that was read.
  package struct Outcome: Sendable {
    package let info: VideoInfo
    package let warnings: [MediaWarning]
    /// The time without that of `deliver`.
    package let decodeTime: Duration
  }

  /// Hands the parts of the clip in `source` to `deliver`, in their order.
  ///
  /// - Throws: `MediaError` if it cannot be read; what `deliver` throws.
  package func read(
    _ source: MediaSource, _ deliver: (InputSegment) throws -> Void
  ) throws -> Outcome {
    try read({ () throws(MediaError) in try VideoFile(source, options) }, deliver)
  }

  /// Reads the clip that `open` opens in the same way.
  package func read(
    _ open: () throws(MediaError) -> VideoFile, _ deliver: (InputSegment) throws -> Void
  ) throws -> Outcome {
    let clock = ContinuousClock()
    let start = clock.now
    var elsewhere = Duration.zero
    var clip = try open()
    func hand(_ part: InputSegment) throws {
      let start = clock.now
      try deliver(part)
      elsewhere += start.duration(to: clock.now)
    }
    func frames() throws -> SegmentFrames {
      let segments = try clip.segments(sampling)
      var parts = SegmentFrames(segments.map { ($0, clip.times(of: $0, sampling)) })
      try clip.showFrames(at: parts.times) { places, image in
        try parts.add(resizeAndCrop(image.image), seenAt: places, hand)
      }
      return parts
    }
    // Where a part is handed on before the end was seen, the length must be known beforehand.
    if clip.needsMeasuring(sampling) { try clip.measureDuration() }
    var last = try frames()
    if sampling.cutting == .whole, sampling.end == nil, try clip.correctDuration() {
      last = try frames()
    }
    try last.finish(hand)
    return Outcome(
      info: clip.info, warnings: clip.warnings,
      decodeTime: start.duration(to: clock.now) - elsewhere)
  }
}

/// Sorts frames into segments.
private struct SegmentFrames {
  let times: [Double]
  private let segments: [ClipSegment]
  /// The segment of each of the times.
  private let parts: [Int32]
  private var current = 0
  private var images: [Image] = []

  /// - Parameter segments: The parts, in order, and when their frames are shown.
  init(_ segments: [(segment: ClipSegment, times: [Double])]) {
    self.segments = segments.map(\.segment)
    times = segments.flatMap(\.times)
    parts = segments.enumerated().flatMap { part, segment in
      segment.times.map { _ in Int32(part) }
    }
  }

  /// Adds a frame once to each part that has one of `places`, and hands on the parts before.
  mutating func add(
    _ image: Image, seenAt places: Range<Int>, _ deliver: (InputSegment) throws -> Void
  ) rethrows {
    for segment in parts[places.lowerBound]...parts[places.upperBound - 1] {
      if segment > current { try finish(deliver) }
      current = Int(segment)
      images.append(image)
    }
  }

  mutating func finish(_ deliver: (InputSegment) throws -> Void) rethrows {
    if images.isEmpty { return }
    try deliver(InputSegment(segment: segments[current], images: images))
    images = []
  }
}
