import ArgumentParser
import Layers
import Training

/// The options of `cutline train` that decide how a model learns.
///
/// Names, help, defaults and limits are those of `TrainingOptions`.
struct LearningOptions: ParsableArguments {
  // MARK: Batches

  @Option(\.epochs) var epochs: Int
  @Option(\.batchSize) var batchSize: Int
  @Option(\.batchWords) var batchWords: Int?
  @Option(\.batchOrder) var batchOrder: MinibatchBuilder.Order
  @Option(\.accumulate) var accumulate: Int

  // MARK: Steps

  @Option(\.optimizer) var optimizer: OptimizerName
  @Option(\.momentum) var momentum: Float
  @Flag(\.nesterov) var nesterov: Bool
  @Option(\.learningRate) var learningRate: Float
  @Option(\.encoderLearningRate) var encoderLearningRate: Float?
  @Option(\.frozenEpochs) var frozenEpochs: Int
  @Option(\.encoderFrom) var encoderFrom: String?
  @Option(\.schedule) var schedule: ScheduleName
  @Option(\.scheduleFactor) var scheduleFactor: Float
  @Option(\.scheduleEpochs) var scheduleEpochs: Int?
  @Option(\.scheduleSteps) var scheduleSteps: Int?
  @Option(\.warmup) var warmup: Int
  @Option(\.weightDecay) var weightDecay: Float
  @Option(\.clipNorm) var clipNorm: Double
  @Option(\.clipValue) var clipValue: Float?
  @Option(\.averageDecay) var averageDecay: Float?

  // MARK: Regularization

  @Option(\.dropout) var dropout: Float
  @Option(\.dropoutKind) var dropoutKind: SequenceDropout.Kind
  @Option(\.wordDropout) var wordDropout: Float
  @Option(\.labelSmoothing) var labelSmoothing: Float
  @Option(\.coverageWeight) var coverageWeight: Float
  @Option(\.normStabilizer) var normStabilizer: Float
  @Option(\.classifierWeight) var classifierWeight: Float
  @Option(\.sampling) var sampling: SamplingName
  @Option(\.samplingK) var samplingK: Double?
  @Option(\.samplingSlope) var samplingSlope: Double?
  @Option(\.samplingFloor) var samplingFloor: Double
  @Option(\.samplingDraw) var samplingDraw: ScheduledSampling.Draw
  @Option(\.selfCriticalEpochs) var selfCriticalEpochs: Int
  @Option(\.selfCriticalDraws) var selfCriticalDraws: Int
  @Option(\.selfCriticalLR) var selfCriticalLR: Float
  @Flag(\.noMirror) var noMirror: Bool
  @Option(\.cropArea) var cropArea: Float

  // MARK: Validation

  @Option(\.select) var select: TrainingPlan.Selection?
  @Option(\.evalEvery) var evalEvery: Interval
  @Option(\.patience) var patience: Int?

  // MARK: Computation

  @Option(\.precision) var precision: PrecisionName
  @Option(\.seed) var seed: UInt64

  /// The choices that these options make.
  var choices: LearningChoices {
    var choices = LearningChoices()
    func set<Value>(_ option: KeyPath<TrainingOptions, TrainingOption<Value>>, _ value: Value) {
      choices[keyPath: TrainingOptions.table[keyPath: option].path] = value
    }
    set(\.epochs, epochs)
    set(\.batchSize, batchSize)
    set(\.batchWords, batchWords)
    set(\.batchOrder, batchOrder)
    set(\.accumulate, accumulate)
    set(\.optimizer, optimizer)
    set(\.momentum, momentum)
    set(\.nesterov, nesterov)
    set(\.learningRate, learningRate)
    set(\.encoderLearningRate, encoderLearningRate)
    set(\.frozenEpochs, frozenEpochs)
    set(\.encoderFrom, encoderFrom)
    set(\.schedule, schedule)
    set(\.scheduleFactor, scheduleFactor)
    set(\.scheduleEpochs, scheduleEpochs)
    set(\.scheduleSteps, scheduleSteps)
    set(\.warmup, warmup)
    set(\.weightDecay, weightDecay)
    set(\.clipNorm, clipNorm)
    set(\.clipValue, clipValue)
    set(\.averageDecay, averageDecay)
    set(\.dropout, dropout)
    set(\.dropoutKind, dropoutKind)
    set(\.wordDropout, wordDropout)
    set(\.labelSmoothing, labelSmoothing)
    set(\.coverageWeight, coverageWeight)
    set(\.classifierWeight, classifierWeight)
    set(\.normStabilizer, normStabilizer)
    set(\.sampling, sampling)
    set(\.samplingK, samplingK)
    set(\.samplingSlope, samplingSlope)
    set(\.samplingFloor, samplingFloor)
    set(\.samplingDraw, samplingDraw)
    set(\.selfCriticalEpochs, selfCriticalEpochs)
    set(\.selfCriticalDraws, selfCriticalDraws)
    set(\.selfCriticalLR, selfCriticalLR)
    set(\.noMirror, noMirror)
    set(\.cropArea, cropArea)
    set(\.select, select)
    set(\.evalEvery, evalEvery)
    set(\.patience, patience)
    set(\.precision, precision)
    set(\.seed, seed)
    return choices
  }

  func validate() throws {
    do {
      try choices.check()
    } catch {
      throw ValidationError(error.description)
    }
  }
}

// MARK: - Declarations from the table

extension Option where Value: ExpressibleByArgument & TrainingOptionValue {
  /// Declares the option of an entry of the table.
  fileprivate init(_ entry: KeyPath<TrainingOptions, TrainingOption<Value>>) {
    let option = TrainingOptions.table[keyPath: entry]
    self.init(
      wrappedValue: option.defaultValue, name: .customLong(option.name), help: option.argumentHelp)
  }
}

extension Option {
  /// Declares the option of an entry of the table that need not have a value.
  fileprivate init<Given: ExpressibleByArgument & TrainingOptionValue>(
    _ entry: KeyPath<TrainingOptions, TrainingOption<Given?>>
  ) where Value == Given? {
    let option = TrainingOptions.table[keyPath: entry]
    self.init(name: .customLong(option.name), help: option.argumentHelp)
  }
}

extension Flag where Value == Bool {
  /// Declares the flag of an entry of the table.
  fileprivate init(_ entry: KeyPath<TrainingOptions, TrainingOption<Bool>>) {
    let option = TrainingOptions.table[keyPath: entry]
    self.init(
      wrappedValue: option.defaultValue, name: .customLong(option.name), help: option.argumentHelp)
  }
}

extension TrainingOption {
  fileprivate var argumentHelp: ArgumentHelp {
    ArgumentHelp(help.abstract, discussion: help.discussion, valueName: help.valueName)
  }
}

extension OptimizerName: ExpressibleByArgument {}
extension ScheduleName: ExpressibleByArgument {}
extension SamplingName: ExpressibleByArgument {}
extension PrecisionName: ExpressibleByArgument {
  package init?(argument: String) { self.init(spelling: argument) }
}
extension MinibatchBuilder.Order: ExpressibleByArgument {}
extension TrainingPlan.Selection: ExpressibleByArgument {}
extension SequenceDropout.Kind: ExpressibleByArgument {}
extension ScheduledSampling.Draw: ExpressibleByArgument {}
extension Interval: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public var defaultValueDescription: String { text }
}
