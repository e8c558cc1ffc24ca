/// Limits and options for reading a clip.
package struct VideoOptions: Sendable {
  /// The maximum number of pixels in a frame.
  package var maximumPixels = StillImageOptions().maximumPixels
  /// The maximum duration of a clip in seconds; nil for no limit.
  package var maximumDuration: Double?
  /// The time limit for reading, in seconds; nil allows a minute or ten times the clip's duration.
  package var timeLimit: Double?
  /// True if a truncated or damaged clip is an error rather than a warning.
  package var isStrict = false
  /// True to decode a still image.
  var isStill = false

  package init() {}
}

/// The properties of a clip.
package struct VideoInfo: Sendable, Equatable {
  /// The upright size in pixels.
  package fileprivate(set) var size: PixelSize
  /// The duration in seconds, measured if the file states none.
  package internal(set) var duration: Double
  /// The frame rate in frames per second; nil if the file states none.
  package let frameRate: Double?
  /// FFmpeg's names of the container and the codec.
  package let container: String
  package let codec: String
}

/// A frame of a clip.
package struct VideoFrame: Sendable {
  /// The presentation time in seconds from the start of the clip.
  package let time: Double
  /// The upright image.
  package let image: Image
}

/// An open clip, decoded with FFmpeg or, for WebP, with libwebp.
///
/// FFmpeg gets a file descriptor and no path.
package struct VideoFile: ~Copyable {
  package internal(set) var info: VideoInfo
  package let name: String
  let stream: any ClipStream
  private let orientation: ImageOrientation
  let options: VideoOptions
  /// The end of the last frame read so far.
  var playedEnd: PlayedEnd
  /// The warning that the file is truncated; nil if it is not.
  private let truncation: MediaWarning?
  var damagedCount = 0
  /// True until the file's index of key frames proves wrong.
  private var hasKeyFrameList = true
  /// The HDR transfer function of the frames shown; nil in SDR.
  private var highRange: String?
  /// The presentation time of the last decoded frame, in seconds.
  var lastTime: Double?

  /// Opens the clip in `source`; the format is recognised from the content.
  package init(_ source: MediaSource, _ options: VideoOptions = VideoOptions()) throws(MediaError) {
    try self.init(MediaBytes(source), name: source.name, options)
  }

  /// Opens the clip in `range` of an open file, which must stay open as long as the clip.
  package init(
    of descriptor: Int32, _ range: Range<Int>, name: String, _ options: VideoOptions
  ) throws(MediaError) {
    try self.init(MediaBytes(of: descriptor, range), name: name, options)
  }

  private init(
    _ bytes: consuming MediaBytes, name: String, _ options: VideoOptions
  ) throws(MediaError) {
    let format = bytes.format
    var end = bytes.earlyEnd()
    let stream = try Self.stream(bytes, name, options, end?.problem(format))
    if end == nil, stream.listsMissingFrames { end = .beforeListedFrames }
    let warning = end?.problem(format).warning
    // Checked before anything is decoded.
    if options.isStrict, let warning { throw Self.refusal(warning, name, .open) }
    let said = stream.info
    let duration: Double
    do throws(VideoProblem) {
      duration = try stream.duration(ifUpTo: options.maximumDuration)
    } catch {
      throw error.error(name, .open)
    }
    try Self.begin(stream, name, options, duration)
    info = VideoInfo(
      size: said.orientation.exchangesSides ? said.size.transposed : said.size, duration: duration,
      frameRate: said.frameRate, container: said.container, codec: said.codec)
    playedEnd = PlayedEnd(said)
    self.name = name
    truncation = warning
    self.options = options
    orientation = said.orientation
    self.stream = stream
  }

  /// Throws if `duration`, in seconds, exceeds the limit, and sets the time limit for decoding otherwise.
  static func begin(
    _ stream: any ClipStream, _ name: String, _ options: VideoOptions, _ duration: Double
  ) throws(MediaError) {
    if let limit = options.maximumDuration, duration > limit {
      throw MediaError(
        path: name, code: .tooLong, stage: .open,
        problem: "its \(Int(min(duration, 1e15))) s are over the limit of "
          + "\(Int(min(limit, 1e15))). Cut it, or raise --max-duration.")
    }
    stream.limitTime(to: options.timeLimit ?? max(60, 10 * duration))
  }

  /// Opens the stream; if that fails on a truncated file, the error reports the truncation.
  private static func stream(
    _ bytes: consuming MediaBytes, _ name: String, _ options: VideoOptions,
    _ truncation: StillImageProblem?
  ) throws(MediaError) -> any ClipStream {
    do throws(MediaError) {
      if bytes.format == .webp { return try WebPStream(bytes, name: name, options) }
      return try VideoStream(bytes, name: name, options)
    } catch {
      guard let truncation, [.corrupt, .noFrames].contains(error.code) else { throw error }
      throw MediaError(
        path: name, code: truncation.code, stage: .open,
        problem: "\(truncation.fact). Get a fresh copy.")
    }
  }

  /// The warnings about the clip, as far as it was read.
  package var warnings: [MediaWarning] {
    [truncation, damage, highRange.map(MediaWarning.toneMapped)].compactMap(\.self)
  }

  private var damage: MediaWarning? {
    guard damagedCount > 0 else { return nil }
    let frames = damagedCount == 1 ? "1 frame is" : "\(damagedCount) frames are"
    return MediaWarning(code: .corrupt, message: "\(frames) damaged")
  }

  /// Returns the error that strict reading makes of a warning.
  private static func refusal(
    _ warning: MediaWarning, _ name: String, _ stage: MediaError.Stage
  ) -> MediaError {
    MediaError(
      path: name, code: warning.code, stage: stage,
      problem: "\(warning.message). Get a fresh copy, or run without --strict to caption what is "
        + "there.")
  }

  // MARK: Frames at given times

  /// Calls `show` once for each frame shown at one of `times`, with the indices of those times.
  ///
  /// Times before the first frame select the first frame, times after the last one the last. Packets that are
  /// not needed are skipped; each frame is identical to that of decoding the whole clip.
  ///
  /// - Parameters:
  ///   - times: Times in seconds from the start of the clip, in ascending order.
  ///   - show: Receives the indices and the frame; an error that it throws ends the pass.
  /// - Throws: `MediaError` if the clip has no frame, or is damaged and the options are strict.
  package mutating func showFrames(
    at times: [Double], _ show: (Range<Int>, VideoFrame) throws -> Void
  ) throws {
    do {
      try pass(at: times, show)
    } catch let problem as VideoProblem {
      throw problem.error(name, .decode)
    }
    guard lastTime != nil else {
      let reason = truncation.map { "\($0.message), and " } ?? ""
      throw MediaError(
        path: name, code: truncation?.code ?? .noFrames, stage: .decode,
        problem: "\(reason)has no frame that can be decoded. Get a fresh copy.")
    }
    if options.isStrict, let warning = warnings.first(where: { !$0.isRemark }) {
      throw Self.refusal(warning, name, .decode)
    }
  }

  /// Returns the first frame.
  package mutating func firstFrame() throws(MediaError) -> Image {
    var first: Image?
    do {
      try showFrames(at: [0]) { first = $1.image }
    } catch let error as MediaError {
      throw error
    } catch {
      preconditionFailure("nothing else is thrown")
    }
    guard let first else { preconditionFailure("no frame, and no error") }
    return first
  }

  private mutating func pass(
    at times: [Double], _ show: (Range<Int>, VideoFrame) throws -> Void
  ) throws {
    var choice = FrameChoice(times: times)
    var window = PacketWindow<ClipPayload>()
    while let target = choice.targets.first {
      try skipAhead(to: target, &window)
      switch window.step(towards: choice.targets) {
      case .read:
        if let packet = try readPacket() {
          window.add(packet, target: target)
        } else {
          window.end()
        }
      case .send(let packet, let isSpare, let isDetached):
        if isDetached { stream.detach() }
        // The first frame is shown at all times before it, so it is always decoded.
        try decode(packet.payload, isSpare: isSpare && choice.hasFrame, &choice, show)
      case .end:
        try decode(nil, isSpare: false, &choice, show)
        let keptTime = choice.keptTime
        if let seen = choice.end() { try show(seen, keptFrame(keptTime)) }
      }
    }
  }

  /// Decodes a packet, or the rest at the end, and shows the frames that are selected.
  private mutating func decode(
    _ payload: ClipPayload?, isSpare: Bool, _ choice: inout FrameChoice,
    _ show: (Range<Int>, VideoFrame) throws -> Void
  ) throws {
    if try !stream.send(payload, isSpare: isSpare) { damagedCount += 1 }
    while true {
      switch try stream.receive() {
      case .needsPacket, .end: return
      case .damaged: damagedCount += 1
      case .frame(let time):
        let time = time ?? self.time(after: lastTime)
        let keptTime = choice.keptTime
        if let seen = choice.see(time) { try show(seen, keptFrame(keptTime)) }
        stream.keep()
        noteSize()
        if stream.kept.isDamaged { damagedCount += 1 }
        lastTime = time
      }
    }
  }

  /// Returns the time of a frame without a timestamp: one frame after `last`, at the clip's frame rate.
  func time(after last: Double?) -> Double {
    last.map { $0 + 1 / (info.frameRate ?? Self.usualFrameRate) } ?? 0
  }

  /// Takes the size from the first frame if the file states none.
  private mutating func noteSize() {
    guard info.size.width <= 0 || info.size.height <= 0 else { return }
    let size = stream.kept.size
    info.size = orientation.exchangesSides ? size.transposed : size
  }

  private mutating func keptFrame(_ time: Double) throws(VideoProblem) -> VideoFrame {
    highRange = stream.kept.highRange ?? highRange
    return VideoFrame(time: time, image: try stream.keptImage().turned(orientation))
  }

  // MARK: Seeking

  /// The distance in seconds up to which packets are read rather than skipped by seeking.
  private static let nearby = 5.0

  /// Seeks to the last key frame before `target`, in seconds, if the index lists one that is far ahead.
  mutating func skipAhead(
    to target: Double, _ window: inout PacketWindow<ClipPayload>
  ) throws(VideoProblem) {
    let position = max(window.readTime, 0)
    guard hasKeyFrameList, !window.isBlind, target > position + Self.nearby,
      let key = stream.indexedKeyFrame(before: target), key > position + Self.nearby
    else { return }
    // An index may list decoding times, which are earlier than presentation times.
    for margin in [0.0, 1, 10] where stream.seek(to: target - margin) {
      window.restart()
      guard let packet = try readPacket() else { break }
      window.add(packet, target: target)
      if let presented = packet.presented, presented <= target { return }
    }
    // The index is wrong, so the clip is read from the start.
    hasKeyFrameList = false
    window.restart()
    try rewind()
  }

  /// Seeks back to the beginning.
  mutating func rewind() throws(VideoProblem) {
    try stream.rewind()
    playedEnd = PlayedEnd(stream.info)
  }
}
