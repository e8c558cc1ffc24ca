/// How a clip is read, and what is refused.
package struct VideoOptions: Sendable {
  /// The most pixels a frame may have.
  package var maximumPixels = StillImageOptions().maximumPixels
  /// The longest clip that is read, in seconds.
  package var maximumDuration: Double?
  /// How long reading may take, in seconds; nil allows a minute, or ten times the clip's length.
  package var timeLimit: Double?
  /// Whether a truncated or damaged clip is an error rather than a warning.
  package var isStrict = false
  /// Whether it is a still picture.
  var isStill = false

  package init() {}
}

/// What a clip's file says about it.
package struct VideoInfo: Sendable, Equatable {
  /// Upright.
  package fileprivate(set) var size: PixelSize
  /// In seconds; measured where the file does not say it.
  package internal(set) var duration: Double
  /// Frames per second; nil where the file does not say.
  package let frameRate: Double?
  /// FFmpeg's names.
  package let container: String
  package let codec: String
}

/// A frame of a clip.
package struct VideoFrame: Sendable {
  /// When it is shown, in seconds from the start of the clip.
  package let time: Double
  /// Upright.
  package let image: Image
}

/// An open clip.
///
/// FFmpeg decodes it, which sees a descriptor and nothing else, or libwebp.
package struct VideoFile: ~Copyable {
  package internal(set) var info: VideoInfo
  package let name: String
  let stream: any ClipStream
  private let orientation: ImageOrientation
  let options: VideoOptions
  /// When the last of the frames ends that were read.
  var playedEnd: PlayedEnd
  /// That the file ends too early, if it does.
  private let truncation: MediaWarning?
  var damagedCount = 0
  /// Whether what the file says of its key frames has been true so far.
  private var hasKeyFrameList = true
  /// How the light of the frames is coded that were shown, if beyond the standard range.
  private var highRange: String?
  /// When the last frame is shown that has come by.
  var lastTime: Double?

  /// Opens the clip in `source`, which is told by its content.
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
    // Before anything is decoded for nothing.
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

  /// Begins to read a clip of `duration` seconds, unless that is too long, in a time that suits it.
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

  /// Opens the clip; one that ends too early for that is better told so.
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

  /// What is wrong with the clip as far as it was read.
  package var warnings: [MediaWarning] {
    [truncation, damage, highRange.map(MediaWarning.toneMapped)].compactMap(\.self)
  }

  private var damage: MediaWarning? {
    guard damagedCount > 0 else { return nil }
    let frames = damagedCount == 1 ? "1 frame is" : "\(damagedCount) frames are"
    return MediaWarning(code: .corrupt, message: "\(frames) damaged")
  }

  /// What strict reading makes of a warning.
  private static func refusal(
    _ warning: MediaWarning, _ name: String, _ stage: MediaError.Stage
  ) -> MediaError {
    MediaError(
      path: name, code: warning.code, stage: stage,
      problem: "\(warning.message). Get a fresh copy, or run without --strict to caption what is "
        + "there.")
  }

  // MARK: Frames at given times

  /// Shows the frames that are seen at `times`, each once, with the places in `times` of all that see it.
  ///
  /// Before the first frame the first one is seen, after the last one the last. What need not be decoded
  /// is skipped; each frame is the one that decoding all of the clip would give.
  ///
  /// - Parameters:
  ///   - times: In seconds from the start of the clip, in ascending order.
  ///   - show: Takes a frame; what it throws ends the pass.
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

  /// The first frame.
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
        // The first frame is seen at all times before it, too.
        try decode(packet.payload, isSpare: isSpare && choice.hasFrame, &choice, show)
      case .end:
        try decode(nil, isSpare: false, &choice, show)
        let keptTime = choice.keptTime
        if let seen = choice.end() { try show(seen, keptFrame(keptTime)) }
      }
    }
  }

  /// Decodes a packet, or what is left at the end, and shows the frames that turn out to be wanted.
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

  /// Without times, frames follow each other at the clip's rate.
  func time(after last: Double?) -> Double {
    last.map { $0 + 1 / (info.frameRate ?? Self.usualFrameRate) } ?? 0
  }

  /// Where the file does not say it, the first frame tells the size.
  private mutating func noteSize() {
    guard info.size.width <= 0 || info.size.height <= 0 else { return }
    let size = stream.kept.size
    info.size = orientation.exchangesSides ? size.transposed : size
  }

  private mutating func keptFrame(_ time: Double) throws(VideoProblem) -> VideoFrame {
    highRange = stream.kept.highRange ?? highRange
    return VideoFrame(time: time, image: try stream.keptImage().turned(orientation))
  }

  // MARK: Far ahead

  /// Seconds that are read rather than jumped over.
  private static let nearby = 5.0

  /// Jumps to the last key frame before `target`, if the file says that one lies far ahead.
  mutating func skipAhead(
    to target: Double, _ window: inout PacketWindow<ClipPayload>
  ) throws(VideoProblem) {
    let position = max(window.readTime, 0)
    guard hasKeyFrameList, !window.isBlind, target > position + Self.nearby,
      let key = stream.indexedKeyFrame(before: target), key > position + Self.nearby
    else { return }
    // A file's list may tell when frames are decoded, which is before they are shown.
    for margin in [0.0, 1, 10] where stream.seek(to: target - margin) {
      window.restart()
      guard let packet = try readPacket() else { break }
      window.add(packet, target: target)
      if let presented = packet.presented, presented <= target { return }
    }
    // A list that lies: from the start, then, and step by step.
    hasKeyFrameList = false
    window.restart()
    try rewind()
  }

  /// Goes on reading at the beginning.
  mutating func rewind() throws(VideoProblem) {
    try stream.rewind()
    playedEnd = PlayedEnd(stream.info)
  }
}
