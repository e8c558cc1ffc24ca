/// Finds cuts in a row of frames, as the scene score of FFmpeg's `select` filter does.
///
///     difference_i = mean |frame_i - frame_{i-1}|
///     score_i      = min(difference_i, |difference_i - difference_{i-1}|) / 255
///
/// Movement changes every frame alike; a cut changes one. Where frames stand as long as a scene does, as slides do,
/// each may be a new one, and the difference before does not count: FFmpeg's score would see the first cut alone.
/// Small grey pictures tell it as well as whole
/// frames do, since what counts is the mean.
struct SceneCuts {
  /// In seconds.
  static let shortestScene = 0.6
  /// What frames are made as small as.
  static let size = PixelSize(width: 64, height: 36)
  /// FFmpeg's users take 0.3 to 0.4 of its score, which counts the three colours; grey changes less.
  private static let threshold = 0.1

  private var previous: [UInt8] = []
  private var previousTime = -Double.infinity
  private var previousDifference = 0.0

  /// Whether a new scene begins with this frame, shown at `time`, in seconds.
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
  /// When new scenes begin; all of the part is decoded for that, and the clip then stands at its start.
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
          // What is decoded later is shown later, too.
          isAtEnd = packet.decoded ?? 0 > range.upperBound
          payload = isAtEnd ? nil : packet.payload
        case .end: isAtEnd = true
        }
        _ = try stream.send(payload, isSpare: false)
        while case .frame(let known) = try stream.receive() {
          let time = known ?? self.time(after: last)
          last = time
          guard time <= range.upperBound else { continue }
          // What is seen when the part begins was shown before.
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
