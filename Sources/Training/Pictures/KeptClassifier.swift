import Captioning
import ImageEncoders
import Layers
import Tensors

/// An encoder's classifier as it was before the encoder learned captions.
///
/// While the encoder learns, its classes must not drift: learning without forgetting (Li & Hoiem, 2016). The penalty is
/// the mean over pictures of the divergence
///
///     KL(p ‖ q) = Σₖ pₖ (log pₖ − log qₖ)
///
/// of the probabilities `q` that the learning encoder gives the classes from those that the first one gave, `p`.
package struct KeptClassifier: Sendable {
  private let encoder: ClassifyingEncoder

  /// Nil for an encoder without a classifier.
  package init?(of encoder: any ImageEncoder) {
    guard let encoder = encoder as? ClassifyingEncoder else { return nil }
    self.encoder = encoder.foldingNorms()
  }

  /// Returns the divergence of the scores of classes, `[N, K]`, of pictures, `[N, H, W, 3]`; of shape `[]`.
  func divergence(
    of scores: Tensor, for pixels: Tensor, _ kind: FeatureKind, in precision: ElementType
  ) -> Tensor {
    let pixels = pixels.converted(to: precision)
    let before = encoder.classScores(encoder.featuresByPicture(pixels, kind), kind)
    let difference = logSoftmax(before) - logSoftmax(scores)
    return (softmax(before) * difference).sum() * (1 / Float(max(scores.shape[0], 1)))
  }
}

extension BatchLoss {
  /// Returns the loss with a penalty for classes that drift, if the encoder learns and has a classifier.
  func keeping(
    _ classifier: KeptClassifier?, _ seen: SeenPictures, of pictures: BatchPictures,
    _ kind: FeatureKind, _ plan: TrainingPlan
  ) -> BatchLoss {
    guard let classifier, let scores = seen.classScores, case .pixels(let pixels, _) = pictures
    else { return self }
    let divergence = classifier.divergence(of: scores, for: pixels, kind, in: plan.precision)
    return BatchLoss(
      objective + divergence * plan.classifierWeight, count: count,
      reporting: (reported, reportedCount))
  }
}
