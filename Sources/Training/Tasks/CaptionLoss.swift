import Captioning
import Layers
import Tensors
import Text

/// Returns the reward of a caption, as word numbers without `<bos>`, of a picture, by its number.
package typealias CaptionReward = (_ words: [TokenID], _ picture: Int) -> Double

extension CaptionModel {
  /// Computes the loss of a batch of captions.
  ///
  /// - Parameters:
  ///   - batch: The pictures and captions.
  ///   - features: The features of the pictures; nil computes them.
  ///   - plain: The same model, through which no gradient flows; it draws words.
  ///   - context: The plan and the current position in the training.
  ///   - reward: Gives the reward of a sampled caption, in self-critical epochs.
  /// - Returns: The loss per word.
  package func captionLoss(
    of batch: CaptionBatch, describing features: PackedSequence? = nil,
    withoutGradient plain: CaptionModel, _ context: LearningContext, reward: CaptionReward
  ) -> BatchLoss {
    let features = features ?? self.features(of: batch.pictures, in: context.plan.precision)
    let (plan, epoch) = (context.plan, context.epoch)
    if let learning = plan.selfCritical(in: epoch) {
      let (losses, rewards) = selfCriticalLoss(
        of: batch, describing: features, withoutGradient: plain, learning, context, reward: reward)
      let mean = -rewards.reduce(0, +) / Double(max(rewards.count, 1))
      return BatchLoss(losses.words, count: losses.count, reporting: (mean, rewards.count))
    }
    var captions = batch.captions
    if let rate = context.samplingRate, rate > 0, let sampling = plan.sampling {
      captions = sampling.replacingWords(
        in: captions, describing: features.map { $0.withoutGradient() },
        by: plain.decoder.captionDecoder,
        rate: rate, .init(context.random, epoch: epoch, examples: batch.captionNumbers),
        in: plan.precision)
    }
    let losses = decoder.captionDecoder.losses(
      of: captions, describing: features,
      dropout: context.dropout(ofExamples: batch.captionNumbers), costs: plan.costs,
      in: plan.precision)
    return BatchLoss(
      losses.total, count: losses.count,
      reporting: (Double(losses.words.scalar), losses.count))
  }
}

extension LearningContext {
  /// Returns the dropout of sequences, whose draws are keyed by the numbers of `examples`.
  package func dropout(ofExamples examples: [Int]) -> SequenceDropout {
    SequenceDropout(
      plan.dropout, rate: plan.dropoutRate, wordRate: plan.wordDropoutRate, random: random,
      epoch: epoch, examples: examples)
  }
}

extension TrainingState<CaptionModel> {
  /// Learns from the batches of one step of captions, without a task.
  package mutating func learn(
    from batches: [CaptionBatch], _ plan: TrainingPlan, epochProgress: Double,
    reward: CaptionReward = { _, _ in 0 }
  ) -> StepReport {
    learn(from: batches, plan, epochProgress: epochProgress) { batch, model, plain, context in
      model.captionLoss(of: batch, withoutGradient: plain, context, reward: reward)
    }
  }
}
