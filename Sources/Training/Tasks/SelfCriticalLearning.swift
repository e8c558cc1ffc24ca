import Captioning
import Layers
import Tensors
import Text

/// Self-critical sequence training: learns from the rewards of captions that the decoder draws (Rennie et
/// al., 2017).
///
/// The words of a caption become likelier if it is better than the others drawn for the same picture (the
/// baseline of Luo, 2020), and less likely if it is worse. There is no dropout: the loss is of the
/// distribution that was drawn from.
///
/// Words that no search writes are not drawn, and the probabilities of the loss are those among the other
/// words: `∇E[r] = E[r ∇log q]` holds for the `q` of the draws, and with the probabilities of all words the
/// gradient would be biased.
package struct SelfCriticalLearning: Sendable, Equatable {
  /// The number of epochs, the last of the training, that learn like this.
  package var epochCount: Int
  /// The number of captions drawn for each picture, two or more.
  package var drawCount = 5
  /// The highest learning rates, as a share of those before.
  package var learningRateShare: Float = 0.1

  /// The step at which these epochs begin, for schedules that count steps.
  ///
  /// It may be off by a step or so if epochs differ in their number of batches.
  package var firstStep = 0

  package init(epochCount: Int) { self.epochCount = epochCount }

  /// Draws captions of pictures, all at once.
  ///
  /// - Parameters:
  ///   - features: The features of all pictures or clips.
  ///   - decoder: Draws the words, of those that a search may write.
  ///   - maximumWords: The number of words after which captions are cut off.
  ///   - randomness: The key of the draws; its examples are the pictures.
  ///   - precision: The element type of products.
  /// - Returns: `drawCount` captions of each picture, one picture after the other.
  package func drawnCaptions<Decoder: CaptionDecoder>(
    describing features: PackedSequence, by decoder: Decoder, maximumWords: Int,
    _ randomness: ScheduledSampling.Randomness, in precision: ElementType
  ) -> [[TokenID]] {
    var pictures = (0..<features.count).flatMap { Array(repeating: $0, count: drawCount) }
    var captions = [[TokenID]](repeating: [.start], count: pictures.count)
    var growing = Array(captions.indices)
    var (context, state) = decoder.start(features, in: precision)
    state = state.rows(pictures)
    for position in 0..<maximumWords where !growing.isEmpty {
      let read = decoder.step(
        growing.map { captions[$0].last ?? .start }, state, context, pictureOfRow: pictures,
        in: precision)
      let uniforms = growing.map { caption in
        randomness.random.uniform(
          .wordDraw, epoch: randomness.epoch,
          example: randomness.examples[caption / drawCount] * drawCount + caption % drawCount,
          position: position)
      }
      let drawn = decoder.writableScores(of: read.output).drawn(at: uniforms)
      for (caption, word) in zip(growing, drawn) {
        captions[caption].append(word)
      }
      let kept = growing.indices.filter { captions[growing[$0]].last != .end }
      (growing, pictures) = (kept.map { growing[$0] }, kept.map { pictures[$0] })
      if !kept.isEmpty { state = read.state.rows(kept) }
    }
    return captions
  }

  /// Returns the reward of each caption minus the mean reward of the others of its picture.
  func advantages(of rewards: [Double]) -> [Float] {
    stride(from: 0, to: rewards.count, by: drawCount).flatMap { start in
      let drawn = rewards[start..<start + drawCount]
      let sum = drawn.reduce(0, +)
      return drawn.map { Float($0 - (sum - $0) / Double(drawCount - 1)) }
    }
  }
}

extension CaptionModel {
  /// Returns the losses of captions that the decoder draws, weighted by their advantages, and the rewards
  /// of the captions.
  func selfCriticalLoss(
    of batch: CaptionBatch, describing features: PackedSequence,
    withoutGradient plain: CaptionModel, _ learning: SelfCriticalLearning,
    _ context: LearningContext, reward: CaptionReward
  ) -> (losses: CaptionLosses, rewards: [Double]) {
    let plan = context.plan
    let drawn = learning.drawnCaptions(
      describing: features.map { $0.withoutGradient() }, by: plain.decoder.captionDecoder,
      maximumWords: plan.maximumWords,
      .init(context.random, epoch: context.epoch, examples: batch.pictureNumbers),
      in: plan.precision)
    let rows = drawn.indices.map { $0 / learning.drawCount }
    let rewards = zip(drawn, rows).map { reward(Array($0.dropFirst()), batch.pictureNumbers[$1]) }
    let advantages = learning.advantages(of: rewards)
    let captions = PackedCaptions(drawn, describing: rows)
    let losses = decoder.captionDecoder.losses(
      of: captions, describing: features, dropout: nil, costs: CaptionCosts(isAmongWritable: true),
      weights: captions.order.map { advantages[$0] }, in: plan.precision)
    return (losses, rewards)
  }
}
