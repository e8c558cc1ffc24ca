import ArgumentParser
import Glibc
import Layers
import Tensors
import Training

/// How a model learns: the options of `cutline train` that make its plan.
struct LearningOptions: ParsableArguments {
  @Option(help: "Epochs to train.")
  var epochs = 20

  // MARK: Batches

  @Option(
    help: ArgumentHelp(
      "Captions per batch.",
      discussion: "While the encoder learns, pictures come with all their captions."))
  var batchSize = 64
  @Option(help: ArgumentHelp("Words per batch, instead of captions.", valueName: "n"))
  var batchWords: Int?
  @Option(
    help: ArgumentHelp(
      "How batches are filled: by length in shuffled pools, shuffled, or by the length of source, target "
        + "or both (Morishita et al., 2017).", valueName: "order"))
  var batchOrder = MinibatchBuilder.Order.pooled
  @Option(help: ArgumentHelp("Batches whose gradients make one step.", valueName: "n"))
  var accumulate = 1

  // MARK: Steps

  @Option(help: ArgumentHelp("adam, adamw or sgd.", valueName: "rule"))
  var optimizer = OptimizerName.adam
  @Option(help: "Momentum of sgd.")
  var momentum: Float = 0.9
  @Flag(help: "Nesterov's form of momentum.")
  var nesterov = false
  @Option(name: .customLong("lr"), help: "The decoder's highest step size.")
  var learningRate: Float = 8e-4
  @Option(
    name: .customLong("encoder-lr"),
    help: ArgumentHelp(
      "The encoder's highest step size; 0 freezes it.",
      discussion: "For an imported encoder as a share of each weight's root mean square."))
  var encoderLearningRate: Float?
  @Option(help: "Epochs in which only the decoder learns.")
  var frozenEpochs = 0
  @Option(
    help: ArgumentHelp(
      "The first part of the encoder that learns, such as layer3 or features.14 (default: all).",
      valueName: "part"))
  var encoderFrom: String?
  @Option(
    help: ArgumentHelp(
      "How step sizes fall: constant, step, cosine or plateau.", valueName: "schedule"))
  var schedule = ScheduleName.cosine
  @Option(help: "What step and plateau multiply step sizes by.")
  var scheduleFactor: Float = 0.5
  @Option(
    help: ArgumentHelp(
      "For step: the number of epochs between falls. For plateau: the number of validations without a "
        + "better one before a fall. (default: 2)", valueName: "n"))
  var scheduleEpochs: Int?
  @Option(
    help: ArgumentHelp(
      "For step: the number of steps between falls, instead of --schedule-epochs.",
      valueName: "n"))
  var scheduleSteps: Int?
  @Option(help: ArgumentHelp("Steps in which step sizes rise from 0.", valueName: "n"))
  var warmup = 100
  @Option(
    help: ArgumentHelp(
      "How much of each weight to take off per unit of step size.",
      discussion: "By itself with adamw (Loshchilov & Hutter, 2019), else through the gradient."))
  var weightDecay: Float = 0
  @Option(help: "The largest norm of a gradient.")
  var clipNorm: Double = 5
  @Option(help: "The largest size of any number of a gradient (default: any).")
  var clipValue: Float?
  @Option(
    help: ArgumentHelp(
      "Keep an average of the weights, of which each step leaves this share.",
      discussion: "0.999 is usual; the average is what is validated and used.", valueName: "decay"))
  var ema: Float?

  // MARK: Regularisation

  @Option(help: "The share of the decoder's connections to leave out.")
  var dropout: Float = 0.5
  @Option(
    help: ArgumentHelp(
      "non-recurrent (Zaremba et al., 2014) or variational (Gal & Ghahramani, 2016).",
      valueName: "kind"))
  var dropoutKind = SequenceDropout.Kind.nonRecurrent
  @Option(
    help: ArgumentHelp(
      "The share of its words to leave out of each caption that is read, wherever they stand.",
      valueName: "rate"))
  var wordDropout: Float = 0
  @Option(help: "How much of the probability is wanted on all words alike.")
  var labelSmoothing: Float = 0
  @Option(
    help: "With attention: what it costs to look at some positions more than at others, in all.")
  var coverageWeight: Float = 1
  @Option(
    help: ArgumentHelp(
      "What it costs that the norms of hidden states change (Krueger & Memisevic, 2016).",
      valueName: "beta"))
  var normStabilizer: Float = 0
  @Option(
    help: ArgumentHelp(
      "When the decoder reads its own words (Bengio et al., 2015): off, linear, exp, sigmoid or epochs.",
      discussion: """
        The share of words that are told falls from 1: linear max(floor, k - slope i), exp k^i, sigmoid \
        k/(k + exp(i/k)) at step i, epochs by slope every five epochs. Constants that are not given \
        are chosen such that it ends at the floor.
        """, valueName: "schedule"))
  var sampling = SamplingName.off
  @Option(help: "The schedule's k.")
  var samplingK: Double?
  @Option(help: "The schedule's slope.")
  var samplingSlope: Double?
  @Option(help: "The least share of words that are told.")
  var samplingFloor = 0.75
  @Option(help: "Whether own words are sampled, or argmax, the likeliest.")
  var samplingDraw = ScheduledSampling.Draw.sampled

  @Option(
    help: ArgumentHelp(
      "The last epochs learn from how good drawn captions are (Rennie et al., 2017).",
      discussion: "By CIDEr, their ends included, each against the others of its picture.",
      valueName: "n"))
  var selfCriticalEpochs = 0
  @Option(help: "How many captions of each picture are drawn for that.")
  var selfCriticalDraws = 5
  @Option(
    help: ArgumentHelp("Step sizes of these epochs, as a share of the others.", valueName: "share"))
  var selfCriticalLR: Float = 0.1

  @Flag(
    help: ArgumentHelp(
      "Never mirror pictures.",
      discussion: "Else half are while the encoder learns, unless a caption says left or right."))
  var noMirror = false
  @Option(
    help: ArgumentHelp(
      "The least share of a picture's area to show a learning encoder, cut out at random.",
      valueName: "share"))
  var cropArea: Float = 1

  // MARK: Choice

  @Option(
    help: ArgumentHelp(
      "What makes a validation the best: cider (default), bleu-4, rouge-l or loss; with --task classify "
        + "accuracy (default), of clips, or loss.", valueName: "score"))
  var select: TrainingPlan.Selection?
  @Option(
    help: ArgumentHelp(
      "The number of steps between validations, or of epochs with ep: 500, 2ep.",
      discussion: "The end of the training is always validated.", valueName: "n|nep"))
  var evalEvery = Interval.epochs(1)
  @Option(
    help: ArgumentHelp(
      "End after n validations without a better one (default: never).", valueName: "n"))
  var patience: Int?

  // MARK: Machine

  @Option(
    help: ArgumentHelp(
      "What products are computed in: float32, bfloat16, or auto, the faster one.",
      valueName: "type"))
  var precision = PrecisionName.auto
  @Option(help: "Fixes every random choice.")
  var seed: UInt64 = 1

  func validate() throws {
    try check("--epochs", epochs, in: 1...1_000_000)
    try check("--batch-size", batchSize, in: 1...65_536)
    if let batchWords { try check("--batch-words", batchWords, in: 1...10_000_000) }
    try check("--accumulate", accumulate, in: 1...65_536)
    try check("--frozen-epochs", frozenEpochs, in: 0...1_000_000)
    if let scheduleEpochs { try check("--schedule-epochs", scheduleEpochs, in: 1...1_000_000) }
    if let scheduleSteps { try check("--schedule-steps", scheduleSteps, in: 1...1_000_000_000) }
    guard scheduleSteps == nil || schedule == .step else {
      throw ValidationError("--schedule-steps is for --schedule step, not \(schedule.rawValue).")
    }
    guard scheduleSteps == nil || scheduleEpochs == nil else {
      throw ValidationError("--schedule-steps and --schedule-epochs contradict each other.")
    }
    try check("--eval-every", evalEvery.count, in: 1...1_000_000_000)
    try check("--warmup", warmup, in: 0...1_000_000_000)
    try check("--lr", learningRate, above: 0)
    if let encoderLearningRate, encoderLearningRate != 0 {
      try check("--encoder-lr", encoderLearningRate, above: 0)
    }
    try check("--clip-norm", Float(clipNorm), above: 0)
    if let clipValue { try check("--clip-value", clipValue, above: 0) }
    try check("--schedule-factor", scheduleFactor, below: 1)
    try check("--momentum", momentum, below: 1)
    try check("--weight-decay", weightDecay, below: 1)
    try check("--dropout", dropout, below: 1)
    try check("--word-dropout", wordDropout, below: 1)
    try check("--label-smoothing", labelSmoothing, below: 1)
    for (option, weight) in [
      ("--coverage-weight", coverageWeight), ("--norm-stabilizer", normStabilizer),
    ] where !(weight >= 0 && weight.isFinite) {
      throw ValidationError("\(option) must be 0 or above, not \(weight).")
    }
    if let ema { try check("--ema", ema, below: 1) }
    try check("--sampling-floor", Float(samplingFloor), below: 1)
    try check("--self-critical-epochs", selfCriticalEpochs, in: 0...epochs)
    try check("--self-critical-draws", selfCriticalDraws, in: 2...1000)
    try check("--self-critical-lr", selfCriticalLR, above: 0)
    try check("--crop-area", cropArea, above: 0)
    guard cropArea <= 1 else {
      throw ValidationError("--crop-area must be 1 at most, not \(cropArea).")
    }
    if let patience { try check("--patience", patience, in: 1...1_000_000) }
    guard !nesterov || (optimizer == .sgd && momentum > 0) else {
      throw ValidationError("--nesterov is a form of momentum: it needs --optimizer sgd.")
    }
    if let samplingK { try checkSampling(k: samplingK) }
  }

  /// Throws what says nothing to this task.
  func checkTask(_ task: TaskName) throws {
    switch task {
    case .caption: try task.refuse([("--select accuracy", select == .accuracy)])
    case .classify:
      try task.refuse([
        ("--batch-words", batchWords != nil), ("--word-dropout", wordDropout > 0),
        ("--norm-stabilizer", normStabilizer > 0), ("--sampling", sampling != .off),
        ("--self-critical-epochs", selfCriticalEpochs > 0),
        (
          "--select \(select?.rawValue ?? "")",
          ![nil, .accuracy, .loss].contains(select)
        ),
      ])
    }
  }

  private func checkSampling(k: Double) throws {
    switch sampling {
    case .sigmoid where k < 1:
      throw ValidationError("--sampling-k must be 1 or above for sigmoid, not \(k).")
    case .exp where !(k > 0 && k < 1):
      throw ValidationError("--sampling-k must be between 0 and 1 for exp, not \(k).")
    case .linear where !(k > 0 && k <= 1):
      throw ValidationError("--sampling-k must be above 0, and 1 at most, for linear, not \(k).")
    case .off, .epochs:
      throw ValidationError("--sampling-k belongs to --sampling linear, exp or sigmoid.")
    default: break
    }
  }

  /// The plan.
  ///
  /// - Parameters:
  ///   - task: What is learned.
  ///   - startsFromEncoder: Whether the encoder was trained before: then it stays as it is unless told
  ///     otherwise, and else must learn.
  /// - Returns: All but what depends on the data.
  func plan(for task: TaskName, startsFromEncoder: Bool) -> TrainingPlan {
    var plan = TrainingPlan()
    (plan.epochCount, plan.seed) = (epochs, seed)
    plan.batchBudget = batchWords.map { .words($0) } ?? .captions(batchSize)
    (plan.batchOrder, plan.batchesPerStep) = (batchOrder, accumulate)
    plan.optimizer =
      optimizer == .sgd
      ? .sgd(momentum: momentum, nesterov: nesterov) : .adam(decoupledDecay: optimizer == .adamw)
    plan.learningRate = learningRate
    plan.encoderLearningRate = encoderLearningRate ?? (startsFromEncoder ? 0 : learningRate)
    plan.encoderStepsAreRelative = startsFromEncoder
    (plan.frozenEpochCount, plan.warmupStepCount) = (frozenEpochs, warmup)
    plan.schedule = learningRateSchedule
    (plan.weightDecay, plan.averageDecay) = (weightDecay, ema)
    (plan.gradientNormLimit, plan.gradientValueLimit) = (clipNorm, clipValue)
    (plan.dropout, plan.dropoutRate, plan.wordDropoutRate) = (dropoutKind, dropout, wordDropout)
    (plan.labelSmoothing, plan.coverageWeight) = (labelSmoothing, coverageWeight)
    plan.normWeight = normStabilizer
    plan.precision = elementType
    if selfCriticalEpochs > 0 {
      var learning = SelfCriticalLearning(epochCount: selfCriticalEpochs)
      (learning.drawCount, learning.learningRateShare) = (selfCriticalDraws, selfCriticalLR)
      plan.selfCritical = learning
    }
    (plan.encoderStart, plan.mirrorsPictures, plan.leastCropArea) = (
      encoderFrom, !noMirror, cropArea
    )
    plan.selection = select ?? (task == .classify ? .accuracy : .cider)
    (plan.patience, plan.validationInterval) = (patience, evalEvery)
    return plan
  }

  private var learningRateSchedule: LearningRateSchedule {
    switch schedule {
    case .constant: .constant
    case .cosine: .cosine
    case .step:
      .step(
        factor: scheduleFactor,
        every: scheduleSteps.map(Interval.steps) ?? .epochs(fallInterval))
    case .plateau: .plateau(factor: scheduleFactor, patience: fallInterval)
    }
  }

  private var fallInterval: Int { scheduleEpochs ?? 2 }

  /// What products are computed in.
  var elementType: ElementType {
    switch precision {
    case .auto: Device.multipliesBfloat16Fast ? .bfloat16 : .float32
    case .float32: .float32
    case .bfloat16: .bfloat16
    }
  }

  /// Scheduled sampling for a training of so many steps; nil where it is off.
  func scheduledSampling(stepCount: Int) -> ScheduledSampling? {
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

  /// What must be the same for a run to go on.
  func settings(of plan: TrainingPlan) -> [(name: String, value: String)] {
    [
      ("--epochs", "\(epochs)"),
      batchWords.map { ("--batch-words", "\($0)") } ?? ("--batch-size", "\(batchSize)"),
      ("--batch-order", batchOrder.rawValue), ("--accumulate", "\(accumulate)"),
      ("--optimizer", optimizer.rawValue), ("--momentum", "\(momentum)"),
      ("--nesterov", "\(nesterov)"), ("--lr", "\(learningRate)"),
      ("--encoder-lr", "\(plan.encoderLearningRate)"), ("--frozen-epochs", "\(frozenEpochs)"),
      ("--schedule", schedule.rawValue), ("--schedule-factor", "\(scheduleFactor)"),
      scheduleSteps.map { ("--schedule-steps", "\($0)") }
        ?? ("--schedule-epochs", "\(fallInterval)"), ("--warmup", "\(warmup)"),
      ("--weight-decay", "\(weightDecay)"), ("--clip-norm", "\(clipNorm)"),
      ("--clip-value", described(clipValue)), ("--ema", described(ema)),
      ("--dropout", "\(dropout)"), ("--dropout-kind", dropoutKind.rawValue),
      ("--label-smoothing", "\(labelSmoothing)"),
      ("--coverage-weight", "\(coverageWeight)"), ("--sampling", sampling.rawValue),
      ("--sampling-k", described(samplingK)), ("--sampling-slope", described(samplingSlope)),
      ("--sampling-floor", "\(samplingFloor)"), ("--sampling-draw", samplingDraw.rawValue),
      ("--encoder-from", described(encoderFrom)), ("--no-mirror", "\(noMirror)"),
      ("--crop-area", "\(cropArea)"), ("--select", plan.selection.rawValue),
      ("--patience", described(patience)), ("--precision", "\(plan.precision)"),
      ("--seed", "\(seed)"),
    ]
      + (evalEvery == .epochs(1) ? [] : [("--eval-every", evalEvery.text)])
      + (wordDropout == 0 ? [] : [("--word-dropout", "\(wordDropout)")])
      + (normStabilizer == 0 ? [] : [("--norm-stabilizer", "\(normStabilizer)")])
      + (selfCriticalEpochs == 0
        ? []
        : [
          ("--self-critical-epochs", "\(selfCriticalEpochs)"),
          ("--self-critical-draws", "\(selfCriticalDraws)"),
          ("--self-critical-lr", "\(selfCriticalLR)"),
        ])
  }

  private func described(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "none" }
}

enum OptimizerName: String, ExpressibleByArgument, CaseIterable { case adam, adamw, sgd }
enum ScheduleName: String, ExpressibleByArgument, CaseIterable {
  case constant, step, cosine, plateau
}
enum SamplingName: String, ExpressibleByArgument, CaseIterable {
  case off, linear, exp, sigmoid, epochs
}
enum PrecisionName: String, ExpressibleByArgument, CaseIterable { case auto, float32, bfloat16 }
extension MinibatchBuilder.Order: ExpressibleByArgument {}
extension TrainingPlan.Selection: ExpressibleByArgument {}
extension SequenceDropout.Kind: ExpressibleByArgument {}
extension ScheduledSampling.Draw: ExpressibleByArgument {}
extension Interval: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public var defaultValueDescription: String { text }
}
