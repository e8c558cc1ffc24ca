/// Finds cuts in a row of frames, as the scene score of FFmpeg's `select` filter does.
///
///     difference_i = mean |frame_i - frame_{i-1}|
///     score_i      = min(difference_i, |difference_i - difference_{i-1}|) / 255
///
/// Movement changes every frame alike; a cut changes one. Small grey pictures tell it as well as whole
/// frames do, since what counts is the mean.
struct SceneCuts {
  /// In seconds.
  static let shortestScene = 0.6
  /// What frames are made as small as.
  static let size = PixelSize(width: 64, height: 36)
  /// FFmpeg's users take 0.3 to 0.4 of its score, which counts the three colours; grey changes less.
  private static let threshold = 0.1

  private var previous: [UInt8] = []
  private var previousDifference = 0.0

  /// Whether a new scene begins with this frame.
  mutating func isCut(_ frame: [UInt8]) -> Bool {
    defer { previous = frame }
    guard previous.count == frame.count else { return false }
    var sum = 0
    for (a, b) in zip(frame, previous) { sum += abs(Int(a) - Int(b)) }
    let difference = Double(sum) / Double(frame.count)
    defer { previousDifference = difference }
    return min(difference, abs(difference - previousDifference)) / 255 > Self.threshold
  }
}
