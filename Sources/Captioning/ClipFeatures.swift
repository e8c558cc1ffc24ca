import ImageEncoders
import Layers
import Tensors

extension PackedSequence {
  /// Returns the features of clips from those of their frames.
  ///
  /// - Parameters:
  ///   - frameCounts: The number of frames of each clip; 1 for a picture.
  ///   - kind: The kind of features that the decoder reads: the frames in order, or the mean of all.
  /// - Returns: The features of as many clips.
  package func joined(intoClipsOf frameCounts: [Int], for kind: FeatureKind) -> PackedSequence {
    precondition(frameCounts.reduce(0, +) == count, "\(count) frames for clips of \(frameCounts)")
    if frameCounts.allSatisfy({ $0 == 1 }) { return self }
    switch kind {
    case .frames: return PackedSequence(values, counts: frameCounts)
    case .pooled: return PackedSequence(PackedSequence(values, counts: frameCounts).means)
    case .positions:
      let maps = PackedSequence(values.reshaped(to: [count, -1]), counts: frameCounts)
      return PackedSequence(
        maps.means.reshaped(to: [-1, values.shape[1]]),
        counts: Array(counts.prefix(frameCounts.count)),
        grids: grids.map { Array($0.prefix(frameCounts.count)) })
    }
  }
}
