import Captioning
import Glibc
import Layers

/// The cost of a training, measured in a few of its steps.
package struct TrainingRehearsal {
  private let plan: TrainingPlan
  private let batchCount: Int
  /// The number of parameters in each part of the model, and how many of them learn.
  package let parts: [(name: String, count: Int, learned: Int)]
  /// The number of captions in the longest step.
  package let captionCount: Int
  /// The number of their words.
  package let wordCount: Int
  /// The duration of that step.
  package let step: Duration
  /// The most memory that the process has used, in bytes.
  package let peakByteCount: Int

  /// Takes a few steps with the longest batch; nothing is written.
  init(_ preparation: some PreparedTraining) throws {
    plan = preparation.plan
    parts = plan.parts(of: preparation.model)
    var trainer = try preparation.trainer()
    let reports = try trainer.rehearse(stepCount: 1)
    batchCount = trainer.batches(ofEpoch: trainer.state.epoch).count
    (captionCount, wordCount) = (reports[0].captionCount, reports[0].wordCount)
    let count = 3
    let clock = ContinuousClock()
    step = try clock.measure { _ = try trainer.rehearse(stepCount: count) } / count
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    peakByteCount = usage.ru_maxrss * 1024
  }

  /// The number of steps in an epoch.
  package var stepsPerEpoch: Int {
    (batchCount + plan.batchesPerStep - 1) / plan.batchesPerStep
  }

  /// The longest time that an epoch may take, in seconds.
  package var secondsPerEpoch: Double { step.milliseconds / 1000 * Double(stepsPerEpoch) }

  package var epochCount: Int { plan.epochCount }
}

extension TrainingPlan {
  /// Returns the number of parameters in each part of a model, and how many of them learn.
  fileprivate func parts<Model: TrainableModel>(
    of model: Model
  ) -> [(name: String, count: Int, learned: Int)] {
    // The first epoch in which all learns that ever will.
    let isLearned = choice(of: model, in: frozenEpochCount)
    var parts: [(name: String, count: Int, learned: Int)] = []
    for (parameter, value) in model.parameters where parameter.role == .learned {
      let name = parameter.name.split(separator: ".").first.map(String.init) ?? parameter.name
      if parts.last?.name != name { parts.append((name, 0, 0)) }
      parts[parts.count - 1].count += value.elementCount
      parts[parts.count - 1].learned += isLearned(parameter) ? value.elementCount : 0
    }
    return parts
  }
}
