// Measurement of a clip's duration, for files that state it wrongly or not at all.

extension VideoFile {
  /// The longest duration that a file can claim, in seconds (three years); larger values are taken for
  /// damage.
  static let longest = 1e8
  /// The plausible range of frame rates, in frames per second.
  static let possibleRates = 1e-3...1e6

  /// Reads the rest of the file, and corrects the duration if the stated one is wrong.
  ///
  /// - Returns: True if the error is so large that frames must be selected again; the clip is then rewound.
  /// - Throws: `MediaError` if the clip is longer than the options allow.
  package mutating func correctDuration() throws(MediaError) -> Bool {
    do throws(VideoProblem) {
      while try readPacket() != nil {}
      guard isLengthWrong(playedEnd.seconds) else { return false }
      info.duration = playedEnd.seconds
      try rewind()
    } catch {
      throw error.error(name, .decode)
    }
    (lastTime, damagedCount) = (nil, 0)
    try Self.begin(stream, name, options, info.duration)
    return true
  }

  /// Returns true if the stated duration differs too much from the measured `length`, in seconds.
  ///
  /// If timestamps may be reset, the stated duration is an estimate, which is wrong if the difference is more
  /// than 1 % and more than half a frame. Otherwise players rely on it, and it is wrong only if the
  /// difference is more than 10 % and more than either one second or half of `length`.
  private func isLengthWrong(_ length: Double) -> Bool {
    let error = abs(length - info.duration)
    guard length > 0 else { return false }
    let frameLength = 1 / (info.frameRate ?? Self.usualFrameRate)
    if stream.info.clockMayJump { return error > max(frameLength / 2, length / 100) }
    return (error > 1 || error > length / 2) && error > info.duration / 10
  }

  /// Returns true if the duration must be measured before segments are selected by it.
  package func needsMeasuring(_ sampling: ClipSampling) -> Bool {
    let isPart = sampling.start != nil || sampling.end != nil
    return stream.info.clockMayJump
      ? isPart || sampling.cutting != .whole : sampling.cutting != .whole && sampling.end == nil
  }

  /// Measures the duration of a clip of which nothing was read yet; the clip is rewound afterwards.
  package mutating func measureDuration() throws(MediaError) {
    guard try !correctDuration() else { return }
    do throws(VideoProblem) {
      try rewind()
    } catch {
      throw error.error(name, .open)
    }
  }

  mutating func readPacket() throws(VideoProblem) -> ClipPacket? {
    guard let packet = try stream.readPacket() else { return nil }
    playedEnd.add(packet)
    return packet
  }
}

extension ClipStream {
  /// Returns the duration in seconds.
  ///
  /// Reads through the clip if the file states none, or if timestamps may be reset and the stated one exceeds
  /// `limit`.
  func duration(ifUpTo limit: Double?) throws(VideoProblem) -> Double {
    let said = info
    let mostToBelieve =
      said.clockMayJump ? min(limit ?? .infinity, VideoFile.longest) : VideoFile.longest
    if let duration = said.duration, duration > 0, duration <= mostToBelieve,
      !said.isDurationGuessed
    {
      return duration
    }
    var end = PlayedEnd(said)
    while let packet = try readPacket() { end.add(packet) }
    try rewind()
    return end.seconds
  }
}

/// The end of the last frame among the packets read so far.
struct PlayedEnd {
  private let frameRate: Double?
  private let delay: Double
  /// True if some packet had no presentation time.
  private var lacksTimes = false
  private(set) var seconds = 0.0

  init(_ clip: ClipStreamInfo) { (frameRate, delay) = (clip.frameRate, Double(clip.delay)) }

  mutating func add(_ packet: ClipPacket) {
    let length = packet.duration > 0 ? packet.duration : 1 / (frameRate ?? VideoFile.usualFrameRate)
    lacksTimes = lacksTimes || packet.presented == nil
    // The last frame shown may lack a presentation time; its decoding time plus the reordering delay bounds
    // it.
    let shown = lacksTimes ? packet.decoded.map { $0 + delay * length } : nil
    // Without timestamps, frames follow each other at the clip's frame rate.
    let end = max(packet.presented ?? packet.decoded ?? seconds, shown ?? 0) + length
    if end <= VideoFile.longest { seconds = max(seconds, end) }
  }
}
