import Captioning
import Layers
import Tensors

/// Everything that changes from one training step to the next.
///
/// With the plan and the data it fixes all that follows: what is drawn at random is keyed by seed,
/// epoch and example, so there are no generators to be kept.
package struct TrainingState: Sendable {
  package var model: CaptionModel
  package var optimizer = Adam()
  /// Counts from 0.
  package var epoch = 0
  /// How many batches of this epoch have been learned from.
  package var position = 0
  /// The sum of their losses.
  package var lossSum = 0.0
  /// How many batches have been learned from in all.
  package var step = 0
  /// The highest CIDEr of an epoch so far.
  package var bestScore: Double?

  package init(_ model: CaptionModel) { self.model = model }

  /// What a step has to tell.
  package struct Report: Sendable {
    /// Nats per word.
    package let loss: Float
    /// Before clipping.
    package let gradientNorm: Double
  }

  /// Learns from one batch.
  ///
  /// A gradient that is not finite changes nothing: the step is skipped and reported as it is.
  package mutating func learn(
    from batch: TrainingBatch, _ plan: TrainingPlan, stepCount: Int
  ) -> Report {
    let dropout = SequenceDropout(
      rate: plan.dropoutRate, random: SeededRandom(plan.seed), epoch: epoch,
      examples: batch.captionNumbers)
    let learnsEncoder = plan.learnsEncoder(in: epoch)
    let (loss, gradient) = valueWithGradient(
      at: model,
      where: { $0.role == .learned && (learnsEncoder || !$0.isEncoder) },
      of: { $0.loss(batch, dropout: dropout) })

    let norm = gradient.norm
    if norm.isFinite {
      optimizer.weightDecay = plan.weightDecay
      let share = plan.learningRateShare(atStep: step, of: stepCount)
      optimizer.update(
        &model, along: gradient, scale: gradient.clippingScale(toNorm: plan.gradientNormLimit),
        learningRate: { plan.learningRate(of: $0, $1) * share })
    }
    step += 1
    position += 1
    lossSum += Double(loss.scalar)
    return Report(loss: loss.scalar, gradientNorm: norm)
  }
}

extension TrainingPlan {
  /// The highest step size of a parameter, which now holds `value`.
  fileprivate func learningRate(of parameter: Parameter, _ value: Tensor) -> Float {
    guard parameter.isEncoder else { return learningRate }
    return encoderLearningRate * (encoderStepsAreRelative ? value.scale : 1)
  }
}

extension Tensor {
  /// The root mean square, but enough to leave 0.
  fileprivate var scale: Float {
    max(Float((sumOfSquares / Double(max(elementCount, 1))).squareRoot()), 1e-3)
  }
}

extension Parameter {
  fileprivate var isEncoder: Bool { name.hasPrefix(CaptionModel.encoderPrefix) }
}
