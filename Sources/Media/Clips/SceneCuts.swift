/// Detects scene cuts in a sequence of frames, as the scene score of FFmpeg's `select` filter does.
///
///     difference_i = mean |frame_i - frame_{i-1}|
///     score_i      = min(difference_i, |difference_i - difference_{i-1}|) / 255
///
/// Motion changes every frame alike; a cut changes only one. If frames stand as long as a scene, as slides
/// do, each may begin a new scene, so the previous difference is ignored; FFmpeg's score would detect only
/// the first cut. Small greyscale frames suffice, since the score is a mean.
struct SceneCuts {
  /// The minimum length of a scene in seconds.
  static let shortestScene = 0.6
  /// The size of the greyscale frames that are compared, in pixels.
  static let size = PixelSize(width: 64, height: 36)
  /// FFmpeg's users choose a threshold of 0.3 to 0.4 for its score, which adds up three colours; grey changes
  /// less.
  private static let threshold = 0.1

  private var previous: [UInt8] = []
  private var previousTime = -Double.infinity
  private var previousDifference = 0.0

  /// Returns true if a new scene begins with the frame shown at `time`, in seconds.
  mutating func isCut(_ frame: [UInt8], at time: Double) -> Bool {
    defer { (previous, previousTime) = (frame, time) }
    guard previous.count == frame.count else { return false }
    var sum = 0
    for (a, b) in zip(frame, previous) { sum += abs(Int(a) - Int(b)) }
    let difference = Double(sum) / Double(frame.count)
    let movement = time - previousTime < Self.shortestScene ? previousDifference : 0
    defer { previousDifference = difference }
    return min(difference, abs(difference - movement)) / 255 > Self.threshold
  }
}

extension VideoFile {
  /// Returns the start times of new scenes in seconds; decodes all of `range`, and rewinds the clip.
  mutating func sceneCuts(in range: ClosedRange<Double>) throws(MediaError) -> [Double] {
    var cuts: [Double] = []
    var scenes = SceneCuts()
    var window = PacketWindow<ClipPayload>()
    var (isAtEnd, last) = (false, Double?.none)
    do throws(VideoProblem) {
      try skipAhead(to: range.lowerBound, &window)
      while !isAtEnd {
        var payload: ClipPayload?
        switch window.step(towards: [range.lowerBound]) {
        case .read:
          guard let packet = try stream.readPacket() else {
            window.end()
            continue
          }
          window.add(packet, target: range.lowerBound)
          continue
        case .send(let packet, _, let isDetached):
          if isDetached { stream.detach() }
          // Frames decoded after the end of the range are also shown after it.
          isAtEnd = packet.decoded ?? 0 > range.upperBound
          payload = isAtEnd ? nil : packet.payload
        case .end: isAtEnd = true
        }
        _ = try stream.send(payload, isSpare: false)
        while case .frame(let known) = try stream.receive() {
          let time = known ?? self.time(after: last)
          last = time
          guard time <= range.upperBound else { continue }
          // The frame shown at the start of the range may begin before it.
          let isCut = try scenes.isCut(stream.thumbnail(SceneCuts.size), at: time)
          if isCut, range.contains(time) { cuts.append(time) }
        }
      }
      try rewind()
    } catch {
      throw error.error(name, .decode)
    }
    return cuts
  }
}
