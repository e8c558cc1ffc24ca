import Captioning
import Layers
import Tensors
import Text

/// Learns from how good the captions are that a decoder draws itself, rather than from given ones
/// (self-critical sequence training; Rennie et al., 2017).
///
/// The words of a caption are made likelier the more it is better than the others drawn for the same
/// picture (the baseline of Luo, 2020), and less likely if it is worse. Nothing is left out while learning:
/// what is learned from is what was drawn.
///
/// Words that no search writes are not drawn. The policy is the distribution that is drawn from, so the
/// probabilities of the loss are those among the words that can be: `∇E[r] = E[r ∇log q]` holds for the
/// `q` of the draws, and with the probabilities of all words the gradient would be biased.
package struct SelfCriticalLearning: Sendable, Equatable {
  /// The last so many epochs learn like this.
  package var epochCount: Int
  /// How many captions are drawn for each picture, two or more.
  package var drawCount = 5
  /// The highest step sizes, as a share of those before.
  package var learningRateShare: Float = 0.1

  /// The step at which it begins, for schedules that count steps.
  ///
  /// A step or so off where epochs differ in their number of batches.
  package var firstStep = 0

  package init(epochCount: Int) { self.epochCount = epochCount }

  /// Draws captions for pictures.
  ///
  /// - Parameters:
  ///   - features: Of all pictures or clips.
  ///   - decoder: Draws the words, of those that a search may write.
  ///   - maximumWords: Where captions are cut off.
  ///   - randomness: Fixes the draws; its examples are the pictures.
  ///   - precision: What products are computed in.
  /// - Returns: `drawCount` captions of each picture, one picture after the other.
  package func drawnCaptions<Decoder: CaptionDecoder>(
    describing features: VisualFeatures, by decoder: Decoder, maximumWords: Int,
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

  /// How much better each caption is than the mean of the others of its picture.
  func advantages(of rewards: [Double]) -> [Float] {
    stride(from: 0, to: rewards.count, by: drawCount).flatMap { start in
      let drawn = rewards[start..<start + drawCount]
      let sum = drawn.reduce(0, +)
      return drawn.map { Float($0 - (sum - $0) / Double(drawCount - 1)) }
    }
  }
}

extension TrainingState {
  /// How good a caption of a picture is.
  package typealias Reward = (_ words: [TokenID], _ picture: Int) -> Double

  /// The losses of captions that the decoder draws, weighted by their advantages, and their rewards.
  func selfCriticalLoss(
    of batch: TrainingBatch, _ watched: CaptionModel, _ learning: SelfCriticalLearning,
    _ plan: TrainingPlan, reward: Reward
  ) -> (losses: CaptionLosses, rewards: [Double]) {
    let features = watched.features(of: batch.pictures, in: plan.precision)
    let drawn = learning.drawnCaptions(
      describing: features.map { $0.withoutGradient() }, by: model.decoder,
      maximumWords: plan.maximumWords,
      .init(SeededRandom(plan.seed), epoch: epoch, examples: batch.pictureNumbers),
      in: plan.precision)
    let rows = drawn.indices.map { $0 / learning.drawCount }
    let rewards = zip(drawn, rows).map { reward(Array($0.dropFirst()), batch.pictureNumbers[$1]) }
    let advantages = learning.advantages(of: rewards)
    let captions = PackedCaptions(drawn, describing: rows)
    let losses = watched.decoder.losses(
      of: captions, describing: features, dropout: nil, costs: CaptionCosts(isAmongWritable: true),
      weights: captions.order.map { advantages[$0] }, in: plan.precision)
    return (losses, rewards)
  }
}
