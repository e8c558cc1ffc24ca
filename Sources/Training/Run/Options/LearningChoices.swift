import Glibc
import Layers
import Tensors

/// The choices that decide how a model learns: a value for each entry of `TrainingOptions`.
///
/// Most are values of the plan itself. The others make parts of it together, or depend on the task and the
/// model.
package struct LearningChoices: Sendable, Equatable {
  package var plan = TrainingPlan()
  /// The number of captions in a batch.
  package var batchSize = 64
  /// The number of words in a batch; nil counts captions.
  package var batchWords: Int?
  package var optimizer = OptimizerName.adam
  package var momentum: Float = 0.9
  package var nesterov = false
  /// The peak learning rate of the encoder; nil is 0 for one that was trained before, else the decoder's.
  package var encoderLearningRate: Float?
  package var schedule = ScheduleName.cosine
  package var scheduleFactor: Float = 0.5
  /// The number of epochs between decays; nil is 2.
  package var scheduleEpochs: Int?
  package var scheduleSteps: Int?
  package var sampling = SamplingName.off
  package var samplingK: Double?
  package var samplingSlope: Double?
  package var samplingFloor = 0.75
  package var samplingDraw = ScheduledSampling.Draw.sampled
  package var selfCriticalEpochs = 0
  package var selfCriticalDraws = 5
  package var selfCriticalLearningRateShare: Float = 0.1
  /// The score that selects the best checkpoint; nil is the usual one of the task.
  package var selection: TrainingPlan.Selection?
  package var precision = PrecisionName.auto

  package init() {}

  /// The opposite of the plan's value, as `--no-mirror` sets it.
  package var leavesPicturesUnmirrored: Bool {
    get { !plan.mirrorsPictures }
    set { plan.mirrorsPictures = !newValue }
  }

  // MARK: The plan

  /// Resolves the choices that depend on the task and the model.
  ///
  /// - Parameters:
  ///   - task: The task to learn.
  ///   - startsFromEncoder: True if the encoder was trained before; it is then frozen unless a learning rate
  ///     was chosen for it.
  /// - Returns: Choices in which nothing is left open.
  package func resolved(for task: TaskEntry, startsFromEncoder: Bool) -> LearningChoices {
    var choices = self
    choices.encoderLearningRate =
      encoderLearningRate ?? (startsFromEncoder ? 0 : plan.learningRate)
    choices.selection = selection ?? task.selections[0]
    choices.scheduleEpochs = scheduleEpochs ?? Self.usualScheduleEpochs
    choices.precision = elementType == .bfloat16 ? .bf16 : .f32
    choices.plan.encoderStepsAreRelative = startsFromEncoder
    return choices
  }

  /// Returns the plan that resolved choices make, without what depends on the data.
  package func makePlan() -> TrainingPlan {
    var plan = plan
    plan.batchBudget = batchWords.map { .words($0) } ?? .captions(batchSize)
    plan.optimizer =
      optimizer == .sgd
      ? .sgd(momentum: momentum, nesterov: nesterov) : .adam(decoupledDecay: optimizer == .adamw)
    plan.encoderLearningRate = encoderLearningRate ?? plan.learningRate
    plan.schedule = learningRateSchedule
    plan.precision = elementType
    if selfCriticalEpochs > 0 {
      var learning = SelfCriticalLearning(epochCount: selfCriticalEpochs)
      learning.drawCount = selfCriticalDraws
      learning.learningRateShare = selfCriticalLearningRateShare
      plan.selfCritical = learning
    }
    plan.selection = selection ?? .cider
    return plan
  }

  private static let usualScheduleEpochs = 2

  private var learningRateSchedule: LearningRateSchedule {
    let epochs = scheduleEpochs ?? Self.usualScheduleEpochs
    return switch schedule {
    case .constant: .constant
    case .cosine: .cosine
    case .step:
      .step(
        factor: scheduleFactor, every: scheduleSteps.map(Interval.steps) ?? .epochs(epochs))
    case .plateau: .plateau(factor: scheduleFactor, patience: epochs)
    }
  }

  /// The number type of matrix products.
  package var elementType: ElementType {
    switch precision {
    case .auto: Device.multipliesBfloat16Fast ? .bfloat16 : .float32
    case .f32: .float32
    case .bf16: .bfloat16
    }
  }

  /// Returns scheduled sampling for a training of so many steps; nil if it is off.
  package func scheduledSampling(stepCount: Int) -> ScheduledSampling? {
    let count = Double(max(stepCount, 1))
    let schedule: ScheduledSampling.Schedule
    switch sampling {
    case .off: return nil
    case .linear:
      let k = samplingK ?? 1
      schedule = .linear(
        k: k, slope: samplingSlope ?? max(k - samplingFloor, 0) / count, floor: samplingFloor)
    case .exp: schedule = .exponential(k: samplingK ?? pow(samplingFloor, 1 / count))
    case .sigmoid:
      schedule = .inverseSigmoid(
        k: samplingK ?? ScheduledSampling.sigmoidConstant(reaching: samplingFloor, at: stepCount))
    case .epochs: schedule = .epochs(slope: samplingSlope ?? 0.05, epochs: 5, floor: samplingFloor)
    }
    return ScheduledSampling(schedule, draw: samplingDraw)
  }

  /// The settings that must be the same when a run is resumed; of resolved choices.
  package var settings: Checkpoint.Settings {
    TrainingOptions.table.all.compactMap { option in
      option.setting(self).map { ("--\(option.name)", $0) }
    }
  }
}

// MARK: Checks

extension LearningChoices {
  /// Throws unless all values lie within their limits and agree with each other.
  package func check() throws(TrainingError) {
    for option in TrainingOptions.table.all { try option.check(self) }
    if scheduleSteps != nil {
      try require(
        schedule == .step, "--schedule-steps is for --schedule step, not \(schedule.rawValue).")
      try require(
        scheduleEpochs == nil, "--schedule-steps and --schedule-epochs contradict each other.")
    }
    try require(
      selfCriticalEpochs <= plan.epochCount,
      "--self-critical-epochs must be from 0 to \(plan.epochCount), not \(selfCriticalEpochs).")
    try require(
      !nesterov || (optimizer == .sgd && momentum > 0),
      "--nesterov is a form of momentum: it needs --optimizer sgd.")
    if let samplingK { try check(samplingK: samplingK) }
  }

  /// Throws if an option is given that does not fit the task.
  package func check(for task: TaskEntry) throws(TrainingError) {
    let given = TrainingOptions.table.all.map {
      (name: "--\($0.name)", isGiven: $0.isChanged(self))
    }
    if let problem = task.refusal(of: given) ?? task.refusal(of: selection) {
      throw TrainingError(.choice, problem)
    }
  }

  private func check(samplingK k: Double) throws(TrainingError) {
    switch sampling {
    case .sigmoid:
      try require(k >= 1, "--sampling-k must be 1 or above for sigmoid, not \(k).")
    case .exp:
      try require(k > 0 && k < 1, "--sampling-k must be between 0 and 1 for exp, not \(k).")
    case .linear:
      try require(
        k > 0 && k <= 1, "--sampling-k must be above 0, and 1 at most, for linear, not \(k).")
    case .off, .epochs:
      throw TrainingError(
        .choice, "--sampling-k belongs to --sampling linear, exp or sigmoid.")
    }
  }

  private func require(_ condition: Bool, _ problem: String) throws(TrainingError) {
    guard condition else { throw TrainingError(.choice, problem) }
  }
}
