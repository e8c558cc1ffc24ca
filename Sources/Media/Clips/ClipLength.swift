// How long a clip is, which its file may say wrong, or not at all.

extension VideoFile {
  /// In seconds, three years: what a damaged file says beyond is not believed.
  static let longest = 1e8
  /// In frames per second.
  static let possibleRates = 1e-3...1e6

  /// Reads what is left of the file, and corrects the length if the file has it wrong.
  ///
  /// - Returns: Whether it was so wrong that other frames should be looked at; the clip then stands at its start.
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

  /// Where a clock may jump, what the file says is a guess, of which an error of a hundredth counts if a frame could be
  /// missed by it; else it is what decoders and people go by: there only an error of a tenth counts, and of a second
  /// or half of what it is.
  private func isLengthWrong(_ length: Double) -> Bool {
    let error = abs(length - info.duration)
    guard length > 0 else { return false }
    let frameLength = 1 / (info.frameRate ?? Self.usualFrameRate)
    if stream.info.clockMayJump { return error > max(frameLength / 2, length / 100) }
    return (error > 1 || error > length / 2) && error > info.duration / 10
  }

  /// Whether the length must be measured before parts of the clip are chosen by it.
  package func needsMeasuring(_ sampling: ClipSampling) -> Bool {
    let isPart = sampling.start != nil || sampling.end != nil
    return stream.info.clockMayJump
      ? isPart || sampling.cutting != .whole : sampling.cutting != .whole && sampling.end == nil
  }

  /// Corrects the length of a clip of which nothing was read yet, and which stands at its start afterwards.
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
  /// The clip's length in seconds, found by reading through it where the file does not say, or only a clock that may
  /// jump says that it is above `limit`.
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

/// When the last frame ends of those that have come by.
struct PlayedEnd {
  private let frameRate: Double?
  private let delay: Double
  /// Whether it is not known of all frames when they are shown.
  private var lacksTimes = false
  private(set) var seconds = 0.0

  init(_ clip: ClipStreamInfo) { (frameRate, delay) = (clip.frameRate, Double(clip.delay)) }

  mutating func add(_ packet: ClipPacket) {
    let length = packet.duration > 0 ? packet.duration : 1 / (frameRate ?? VideoFile.usualFrameRate)
    lacksTimes = lacksTimes || packet.presented == nil
    // The last to be shown may be one that does not say so, but when the last is decoded tells it.
    let shown = lacksTimes ? packet.decoded.map { $0 + delay * length } : nil
    // Without times, frames follow each other at the clip's rate.
    let end = max(packet.presented ?? packet.decoded ?? seconds, shown ?? 0) + length
    if end <= VideoFile.longest { seconds = max(seconds, end) }
  }
}
