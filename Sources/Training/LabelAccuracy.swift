import Captioning
import Text

/// How often labels are right.
package struct LabelAccuracy: Sendable, Equatable {
  private var (rightFrames, frameCount, rightClips, clipCount) = (0, 0, 0, 0)

  package init() {}

  /// The share of all frames whose likeliest label is that of their clip, in `0...1`.
  package var frames: Double { Double(rightFrames) / Double(max(frameCount, 1)) }
  /// The share of all clips that are labelled rightly, by the mean of their frames; in `0...1`.
  package var clips: Double { Double(rightClips) / Double(max(clipCount, 1)) }

  /// Compares `labels` with those of `examples`, which have so many frames each.
  package mutating func count(
    _ labels: FrameLabels, of examples: [TrainingExample], frameCounts: [Int]
  ) {
    // `<bos>` comes first.
    let right = examples.map { $0.captions[0].words[1] }
    rightClips += zip(labels.ofClips, right).count(where: ==)
    clipCount += right.count
    let rightOfFrames = zip(right, frameCounts).flatMap { Array(repeating: $0, count: $1) }
    rightFrames += zip(labels.ofFrames, rightOfFrames).count(where: ==)
    frameCount += rightOfFrames.count
  }
}
