import Captioning

/// The share of labels that are right.
package struct LabelAccuracy: Sendable, Equatable {
  private var (rightFrames, frameCount, rightClips, clipCount) = (0, 0, 0, 0)

  package init() {}

  /// The share of all frames whose likeliest label is that of their clip, in `0...1`.
  package var frames: Double { Double(rightFrames) / Double(max(frameCount, 1)) }
  /// The share of all clips whose label is right, by the mean of their frames, in `0...1`.
  package var clips: Double { Double(rightClips) / Double(max(clipCount, 1)) }

  /// Counts the labels found for clips.
  ///
  /// - Parameters:
  ///   - labels: The labels found.
  ///   - expected: The label of each clip; nil if it is unknown; then no label is right.
  ///   - frameCounts: The number of frames of each clip.
  package mutating func count(
    _ labels: FrameLabels, of expected: [Int?], frameCounts: [Int]
  ) {
    rightClips += zip(labels.ofClips, expected).count { $0 == $1 }
    clipCount += expected.count
    let expectedOfFrames = zip(expected, frameCounts).flatMap { Array(repeating: $0, count: $1) }
    rightFrames += zip(labels.ofFrames, expectedOfFrames).count { $0 == $1 }
    frameCount += expectedOfFrames.count
  }
}
