import Layers
import Tensors

/// A decoder that scores labels after every frame of a clip.
///
/// Labels are numbered from 0. The recurrence over all frames is `outputs`; logits, labels and losses follow
/// from it.
package protocol FrameScorer: VisualDecoder {
  /// The last layer: a hidden state to a score for each label, `[H] → [C]`.
  var labelLogits: Linear { get }

  /// Reads all frames.
  ///
  /// - Parameters:
  ///   - features: The frames of all clips.
  ///   - dropout: Dropout of the clips, while learning; nil for none.
  ///   - precision: The element type of products.
  /// - Returns: The hidden state after each frame, in the order of `features.stepOrder`, `[N, H]`.
  func outputs(
    for features: PackedSequence, dropout: SequenceDropout?, in precision: ElementType
  ) -> Tensor
}

/// The mean of the losses of words or labels.
package struct MeanLoss: Sendable {
  /// In nats, of shape `[]`.
  package let mean: Tensor
  /// The number of words or labels that it is the mean of.
  package let count: Int

  package init(_ mean: Tensor, count: Int) { (self.mean, self.count) = (mean, count) }
}

/// The likeliest labels of clips.
package struct FrameLabels: Sendable, Equatable {
  /// One for each frame of all clips.
  package let ofFrames: [Int]
  /// One for each clip.
  package let ofClips: [Int]

  package init(ofFrames: [Int], ofClips: [Int]) {
    (self.ofFrames, self.ofClips) = (ofFrames, ofClips)
  }
}

extension FrameScorer {
  /// The number of labels, `C`.
  package var labelCount: Int { labelLogits.bias.elementCount }

  /// Returns the score of each label after each frame, in the order of `features`: `[N, C]`.
  package func logits(
    for features: PackedSequence, in precision: ElementType = .float32
  ) -> Tensor {
    let logits = labelLogits(outputs(for: features, dropout: nil, in: precision))
    return logits.converted(to: .float32).rows(features.stepOrder.placesOfRows)
  }

  /// Returns `p(label | t)` of each frame, in the order of `features`: `[N, C]`.
  func frameProbabilities(of features: PackedSequence) -> Tensor { softmax(logits(for: features)) }

  /// Returns the probability of each label, the mean over the frames of each clip: `[P, C]`.
  func clipProbabilities(of features: PackedSequence) -> Tensor {
    PackedSequence(frameProbabilities(of: features), counts: features.counts).means
  }

  /// Returns the likeliest label of each frame and of each clip.
  package func labels(of features: PackedSequence) -> FrameLabels {
    let probabilities = PackedSequence(
      frameProbabilities(of: features), counts: features.counts)
    func likeliest(_ probabilities: Tensor) -> [Int] {
      probabilities.largest(1).map { $0[0].index }
    }
    return FrameLabels(
      ofFrames: likeliest(probabilities.values), ofClips: likeliest(probabilities.means))
  }

  /// Computes the loss of a label for each clip.
  ///
  /// - Parameters:
  ///   - labels: The label of each clip; nil for a clip without one, which costs nothing.
  ///   - features: The frames of all clips.
  ///   - dropout: Dropout of the clips, while learning; nil for none.
  ///   - smoothing: The share of the probability that is wanted on all labels alike, in `0...1`.
  ///   - weights: The weight of each clip; nil is 1 for all.
  ///   - precision: The element type of products.
  /// - Returns: The mean of `-log p(label | t)` over all frames of clips that have a label.
  package func losses(
    ofLabels labels: [Int?], describing features: PackedSequence, dropout: SequenceDropout? = nil,
    smoothing: Float = 0, weights: [Float]? = nil, in precision: ElementType = .float32
  ) -> MeanLoss {
    precondition(labels.count == features.count, "\(labels.count) labels of \(features.count)")
    let ignored: Int32 = -1
    let clipOfRow = features.stepOrder.sequenceOfRow
    let labelOfRow = clipOfRow.map { labels[$0].map(Int32.init) ?? ignored }
    return MeanLoss(
      crossEntropy(
        ofLinear: outputs(for: features, dropout: dropout, in: precision), labelLogits.weight,
        bias: labelLogits.bias, labelOfRow, ignoring: ignored, smoothing: smoothing,
        rowWeights: weights.map { weights in clipOfRow.map { weights[$0] } }),
      count: labelOfRow.count { $0 != ignored })
  }
}
