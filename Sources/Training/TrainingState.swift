import Captioning
import Layers
import Tensors

/// Everything that changes from one training step to the next.
///
/// With the plan and the data it fixes all that follows: what is drawn at random is keyed by seed,
/// epoch and example, so there are no generators to be kept.
package struct TrainingState: Sendable {
  package var model: CaptionModel
  /// The average of the weights of all steps, recent ones counting more; where the plan wants one.
  package var average: CaptionModel?
  package var optimizer: Optimizer
  /// Counts from 0.
  package var epoch = 0
  /// How many batches of this epoch have been learned from.
  package var position = 0
  /// How many steps have been taken in all.
  package var step = 0
  /// Where the last summary was made, at a validation or the end of an epoch.
  package var summarized = Place()
  /// The sum of the losses of the batches since then.
  package var lossSum = 0.0
  /// How many of them taught nothing, because the loss or gradient of their step was not finite.
  package var skippedBatchCount = 0
  /// How many steps since then had their gradient clipped; nil after a checkpoint that does not say.
  package var clippedStepCount: Int? = 0
  package var progress = Progress()

  /// How validation has gone so far.
  package struct Progress: Sendable, Equatable {
    /// The best score so far, as the plan selects it.
    package var bestScore: Double?
    /// The validation loss that came with it, which decides between equal scores; nil where it was not
    /// finite.
    package var lossOfBest: Double?
    /// How many validations ago that was.
    package var validationsSinceBest = 0
    /// The step of the last validation; 0 before the first.
    package var validatedStep = 0
    /// How often step sizes have fallen because scores did not rise.
    package var reductionCount = 0

    package init() {}

    fileprivate func standing(ofScore score: Double, loss: Double) -> Standing {
      guard let bestScore else {
        return Standing(isFirst: true, isTied: false, isBest: !score.isNaN)
      }
      let isTied = score == bestScore
      let isBest = isTied ? loss < lossOfBest ?? .infinity : score > bestScore
      return Standing(isFirst: false, isTied: isTied, isBest: isBest)
    }
  }

  /// A place in the course of a training.
  package struct Place: Sendable, Equatable {
    package var step = 0
    /// How many batches of the epoch come before it.
    package var position = 0
  }

  /// How a validation compares with those before it.
  package struct Standing: Sendable, Equatable {
    /// Whether there was none before.
    package let isFirst: Bool
    /// Whether the best before had the same score, so that the validation loss decided.
    package let isTied: Bool
    package let isBest: Bool
  }

  package init(_ model: CaptionModel, _ plan: TrainingPlan) {
    self.model = model
    average = plan.averageDecay == nil ? nil : model
    optimizer = Optimizer(plan.optimizer, weightDecay: plan.weightDecay)
  }

  /// What is validated and kept: the average where there is one.
  package var result: CaptionModel { average ?? model }

  /// What a step has to tell.
  package struct Report: Sendable {
    /// Counts from 1.
    package let step: Int
    /// Nats per word; minus the mean CIDEr-D of what was drawn, where that is learned from.
    package let loss: Float
    /// Before clipping.
    package let gradientNorm: Double
    /// Whether the loss or the gradient was not finite, so that nothing was learned.
    package let wasSkipped: Bool
    /// Whether the gradient was longer than the plan allows.
    package let wasClipped: Bool
    /// How many numbers of the gradient were cut by themselves.
    package let cutNumberCount: Int
    /// The decoder's.
    package let learningRate: Float
    /// The chance of each word that the decoder read to be its own; nil without scheduled sampling.
    package let samplingRate: Double?
    package let captionCount: Int
    package let wordCount: Int
  }

  /// Learns from the batches of one step.
  ///
  /// A loss or gradient that is not finite changes nothing: the step is skipped, counted and reported as
  /// it is.
  ///
  /// - Parameters:
  ///   - batches: Each is computed by itself; together they count as one, each by the number of words or
  ///     frames that its loss is the mean of.
  ///   - plan: How to learn.
  ///   - epochProgress: How much of the epoch is over, in `0..<1`.
  ///   - reward: How good a caption is that the decoder has drawn; needed where the plan learns from such.
  /// - Returns: What there is to tell.
  package mutating func learn(
    from batches: [TrainingBatch], _ plan: TrainingPlan, epochProgress: Double,
    reward: Reward = { _, _ in 0 }
  ) -> Report {
    let samplingRate = plan.sampling(in: epoch)?.rate(atStep: step, epoch: epoch)
    var parts = StepParts()
    for batch in batches {
      parts.add(part(of: batch, plan, samplingRate: samplingRate ?? 0, reward))
    }
    let loss = parts.loss
    var gradient = parts.gradient
    // Before anything is cut: that would make numbers of what are none.
    let wasSkipped = !(loss.isFinite && gradient.norm.isFinite)
    let cutNumberCount = plan.gradientValueLimit.map { gradient.clip(toValue: $0) } ?? 0
    let norm = gradient.norm
    let share = plan.learningRateShare(
      atStep: step, epoch: Double(epoch) + epochProgress, reductionCount: progress.reductionCount)
    if !wasSkipped {
      optimizer.update(
        &model, along: gradient, scale: clippingScale(of: norm, toNorm: plan.gradientNormLimit),
        learningRate: { plan.learningRate(of: $0, $1) * share })
      if let decay = plan.averageDecay {
        average?.approach(model, share: 1 - decay) { $0.role == .learned }
      }
    }
    step += 1
    position += batches.count
    let wasClipped = norm > plan.gradientNormLimit
    if wasClipped || cutNumberCount > 0, !wasSkipped { clippedStepCount? += 1 }
    lossSum += wasSkipped ? 0 : loss * Double(batches.count)
    skippedBatchCount += wasSkipped ? batches.count : 0
    return Report(
      step: step, loss: Float(loss), gradientNorm: norm, wasSkipped: wasSkipped,
      wasClipped: wasClipped, cutNumberCount: cutNumberCount,
      learningRate: plan.learningRate * share,
      samplingRate: samplingRate,
      captionCount: batches.reduce(0) { $0 + $1.captionNumbers.count },
      wordCount: batches.reduce(0) { $0 + $1.wordCount })
  }

  private func part(
    of batch: TrainingBatch, _ plan: TrainingPlan, samplingRate: Double, _ reward: Reward
  ) -> StepParts.Part {
    let random = SeededRandom(plan.seed)
    let dropout = SequenceDropout(
      plan.dropout, rate: plan.dropoutRate, wordRate: plan.wordDropoutRate, random: random,
      epoch: epoch,
      examples: batch.captionNumbers)
    var (told, toldCount, count) = (0.0, 0, 0)
    let (_, gradient) = valueWithGradient(
      at: model, where: plan.choice(of: model, in: epoch),
      of: { watched in
        if let learning = plan.selfCritical(in: epoch) {
          let drawn = selfCriticalLoss(of: batch, watched, learning, plan, reward: reward)
          told = -drawn.rewards.reduce(0, +) / Double(max(drawn.rewards.count, 1))
          (toldCount, count) = (drawn.rewards.count, drawn.losses.count)
          return drawn.losses.words
        }
        let features = watched.features(of: batch.pictures, in: plan.precision)
        var captions = batch.captions
        if samplingRate > 0, let sampling = plan.sampling {
          captions = sampling.replacingWords(
            in: captions, describing: features.map { $0.withoutGradient() }, by: model.decoder,
            rate: samplingRate, .init(random, epoch: epoch, examples: batch.captionNumbers),
            in: plan.precision)
        }
        let losses = watched.decoder.losses(
          of: captions, describing: features, dropout: dropout, costs: plan.costs,
          in: plan.precision)
        told = Double(losses.words.scalar)
        (toldCount, count) = (losses.count, losses.count)
        return losses.total
      })
    return .init(loss: told, lossCount: toldCount, gradient: gradient, count: count)
  }

  /// Records a validation's score, the higher the better, and its loss.
  ///
  /// Equal scores are common: CIDEr is 0 throughout where a single picture is validated, or where all
  /// reference captions are alike. The lower loss decides between them.
  ///
  /// - Returns: How it compares with those before.
  package mutating func note(score: Double, loss: Double, _ plan: TrainingPlan) -> Standing {
    let standing = progress.standing(ofScore: score, loss: loss)
    progress.validatedStep = step
    guard !standing.isBest else {
      (progress.bestScore, progress.lossOfBest) = (score, loss.isFinite ? loss : nil)
      progress.validationsSinceBest = 0
      return standing
    }
    progress.validationsSinceBest += 1
    if case .plateau(_, let patience) = plan.schedule,
      progress.validationsSinceBest.isMultiple(of: max(patience, 1))
    {
      progress.reductionCount += 1
    }
    return standing
  }

  /// The share of the steps since the last summary whose gradient was clipped; nil where that is not known.
  var clippedShare: Double? {
    clippedStepCount.map { Double($0) / Double(max(step - summarized.step, 1)) }
  }

  /// Counts anew after a summary, which may end the epoch.
  mutating func passSummary(endingEpoch endsEpoch: Bool) {
    if endsEpoch { (epoch, position) = (epoch + 1, 0) }
    (lossSum, skippedBatchCount, clippedStepCount) = (0, 0, 0)
    summarized = Place(step: step, position: position)
  }
}

extension TrainingPlan {
  /// Which parameters learn in an epoch.
  package func choice(of model: CaptionModel, in epoch: Int) -> (Parameter) -> Bool {
    let words = freezesWords ? CaptionModel.wordEmbeddingName : nil
    guard learnsEncoder(in: epoch) else {
      return { $0.role == .learned && !$0.isEncoder && $0.name != words }
    }
    let all = model.encoder.parameters.map(\.parameter.name)
    let first = encoderStart.flatMap { start in all.firstIndex { $0.hasPrefix(start) } } ?? 0
    let frozen = Set(all.prefix(first).map { CaptionModel.encoderPrefix + $0 })
    return { $0.role == .learned && !frozen.contains($0.name) && $0.name != words }
  }

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
