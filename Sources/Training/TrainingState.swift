import Layers
import Tensors

/// Everything that changes from one training step to the next.
///
/// Together with the plan and the data it determines all that follows: random draws are keyed by seed,
/// epoch and example, so there is no generator state to keep.
package struct TrainingState<Model: TrainableModel>: Sendable {
  package var model: Model
  /// The exponential moving average of the weights of all steps; nil if the plan has none.
  package var average: Model?
  package var optimizer: Optimizer
  /// The current epoch, from 0.
  package var epoch = 0
  /// The number of batches of this epoch that have been learned from.
  package var batchIndex = 0
  /// The number of steps taken so far.
  package var step = 0
  /// The position of the last summary.
  package var summarized = Position()
  /// The sum of the losses of the batches since the last summary.
  package var lossSum = 0.0
  /// The number of those batches that were skipped, because the loss or gradient was not finite.
  package var skippedBatchCount = 0
  /// The number of steps since the last summary whose gradient was clipped; nil after a checkpoint that
  /// does not contain it.
  package var clippedStepCount: Int? = 0
  package var progress = ValidationProgress()

  /// A position in the course of a training.
  package struct Position: Sendable, Equatable {
    package var step = 0
    /// The number of batches of the epoch before it.
    package var batchIndex = 0
  }

  package init(_ model: Model, _ plan: TrainingPlan) {
    self.model = model
    average = plan.averageDecay == nil ? nil : model
    optimizer = Optimizer(plan.optimizer, weightDecay: plan.weightDecay)
  }

  /// The model that is validated and saved: the average if there is one.
  package var result: Model { average ?? model }

  /// Learns from the batches of one step.
  ///
  /// A step whose loss or gradient is not finite is skipped: it changes no weight, and is counted and
  /// reported.
  ///
  /// - Parameters:
  ///   - batches: Computed one by one and weighted by the number of terms of their losses, as if they
  ///     were one batch.
  ///   - task: Gives the loss of a batch.
  ///   - plan: All that decides how it learns.
  ///   - epochProgress: The share of the epoch that is over, in `0..<1`.
  /// - Returns: The report of the step.
  package mutating func learn<Task: TrainingTask>(
    from batches: [Task.Batch], by task: inout Task, _ plan: TrainingPlan, epochProgress: Double
  ) -> StepReport where Task.Model == Model {
    learn(from: batches, plan, epochProgress: epochProgress) { batch, model, plain, context in
      task.loss(of: batch, by: model, withoutGradient: plain, context)
    }
  }

  /// The loss of a batch: of the batch, by a model that records, and the same model that does not.
  package typealias Loss<Batch> = (Batch, Model, Model, LearningContext) -> BatchLoss

  /// Learns from the batches of one step by a loss.
  package mutating func learn<Batch: TaskBatch>(
    from batches: [Batch], _ plan: TrainingPlan, epochProgress: Double, loss: Loss<Batch>
  ) -> StepReport {
    let context = LearningContext(plan, epoch: epoch, step: step)
    var parts = StepParts()
    for batch in batches { parts.add(part(of: batch, context, loss)) }
    let loss = parts.loss
    var gradient = parts.gradient
    var norm = gradient.norm
    // Decided before values are clipped: clipping turns infinities into numbers.
    let wasSkipped = !(loss.isFinite && norm.isFinite)
    let cutNumberCount = plan.gradientValueLimit.map { gradient.clip(toValue: $0) } ?? 0
    if cutNumberCount > 0 { norm = gradient.norm }
    let share = plan.learningRateShare(
      atStep: step, epoch: Double(epoch) + epochProgress, reductionCount: progress.reductionCount)
    if !wasSkipped { update(along: gradient, norm: norm, plan, share: share) }
    step += 1
    batchIndex += batches.count
    let wasClipped = norm > plan.gradientNormLimit
    if wasClipped || cutNumberCount > 0, !wasSkipped { clippedStepCount? += 1 }
    lossSum += wasSkipped ? 0 : loss * Double(batches.count)
    skippedBatchCount += wasSkipped ? batches.count : 0
    return StepReport(
      step: step, loss: Float(loss), gradientNorm: norm, wasSkipped: wasSkipped,
      wasClipped: wasClipped, cutNumberCount: cutNumberCount,
      learningRate: plan.learningRate * share, samplingRate: context.samplingRate,
      captionCount: batches.reduce(0) { $0 + $1.captionCount },
      wordCount: batches.reduce(0) { $0 + $1.wordCount })
  }

  private func part<Batch>(
    of batch: Batch, _ context: LearningContext, _ loss: Loss<Batch>
  ) -> StepParts.Part {
    var (reported, reportedCount, count) = (0.0, 0, 0)
    let (_, gradient) = valueWithGradient(
      at: model, where: context.plan.choice(of: model, in: epoch),
      of: { watched in
        let loss = loss(batch, watched, model, context)
        (reported, reportedCount, count) = (loss.reported, loss.reportedCount, loss.count)
        return loss.objective
      })
    return .init(loss: reported, lossCount: reportedCount, gradient: gradient, count: count)
  }

  private mutating func update(
    along gradient: ModelGradient, norm: Double, _ plan: TrainingPlan, share: Float
  ) {
    let encoderPrefix = Model.encoderParameterPrefix
    optimizer.update(
      &model, along: gradient, scale: clippingScale(of: norm, toNorm: plan.gradientNormLimit),
      learningRate: { parameter, value in
        let isEncoder = encoderPrefix.map(parameter.name.hasPrefix) ?? false
        return (isEncoder ? plan.encoderLearningRate(of: value) : plan.learningRate) * share
      })
    if let decay = plan.averageDecay {
      average?.approach(model, share: 1 - decay) { $0.role == .learned }
    }
  }

  /// Records the score, where higher is better, and the loss of a validation.
  ///
  /// Equal scores are common: CIDEr is 0 throughout where a single picture is validated, or where all
  /// reference captions are alike. The lower loss decides between them.
  ///
  /// - Returns: The comparison with the validations before.
  package mutating func note(
    score: Double, loss: Double, _ plan: TrainingPlan
  ) -> ValidationStanding {
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

  /// The share of the steps since the last summary whose gradient was clipped; nil if not known.
  var clippedShare: Double? {
    clippedStepCount.map { Double($0) / Double(max(step - summarized.step, 1)) }
  }

  /// Resets the counts after a summary, which may end the epoch.
  mutating func passSummary(endingEpoch endsEpoch: Bool) {
    if endsEpoch { (epoch, batchIndex) = (epoch + 1, 0) }
    (lossSum, skippedBatchCount, clippedStepCount) = (0, 0, 0)
    summarized = Position(step: step, batchIndex: batchIndex)
  }
}

extension TrainingPlan {
  /// Returns a function that is true of the parameters that learn in an epoch, which counts from 0.
  package func choice<Model: TrainableModel>(
    of model: Model, in epoch: Int
  ) -> (Parameter) -> Bool {
    var frozen = model.fixedParameterNames
    if freezesWords, let words = Model.embeddingParameterName { frozen.insert(words) }
    guard let prefix = Model.encoderParameterPrefix else {
      return { $0.role == .learned && !frozen.contains($0.name) }
    }
    guard learnsEncoder(in: epoch) else {
      return { $0.role == .learned && !$0.name.hasPrefix(prefix) && !frozen.contains($0.name) }
    }
    if let start = encoderStart {
      let all = model.parameters.map(\.parameter.name).filter { $0.hasPrefix(prefix) }
      let first = all.firstIndex { $0.hasPrefix(prefix + start) } ?? 0
      frozen.formUnion(all.prefix(first))
    }
    return { $0.role == .learned && !frozen.contains($0.name) }
  }

  /// Returns the highest learning rate of a parameter of the encoder whose current value is `value`.
  fileprivate func encoderLearningRate(of value: Tensor) -> Float {
    encoderLearningRate * (encoderStepsAreRelative ? value.scale : 1)
  }
}

extension Tensor {
  /// The root mean square, but large enough to leave 0.
  fileprivate var scale: Float {
    max(Float((sumOfSquares / Double(max(elementCount, 1))).squareRoot()), 1e-3)
  }
}
