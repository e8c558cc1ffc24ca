import Tensors

/// Trains the model of a task, epoch by epoch.
package struct Trainer<Task: TrainingTask>: Sendable {
  package typealias State = TrainingState<Task.Model>
  package typealias Summary = TrainingSummary<Task.Evaluation>

  package let plan: TrainingPlan
  package private(set) var task: Task
  package private(set) var state: State

  /// - Parameters:
  ///   - task: The task, with its data.
  ///   - model: The model that learns.
  ///   - plan: All that decides how it learns.
  ///   - state: The state in which an earlier run of the same plan stopped; nil begins with `model`.
  package init(
    _ task: Task, _ model: Task.Model, _ plan: TrainingPlan, resuming state: State? = nil
  ) {
    (self.task, self.plan) = (task, plan)
    self.state = state ?? State(model, plan)
  }

  /// True if all epochs are over, or the plan's patience is exhausted.
  package var isFinished: Bool {
    state.epoch >= plan.epochCount
      || plan.patience.map { state.progress.validationsSinceBest >= $0 } ?? false
  }

  private var context: LearningContext {
    LearningContext(plan, epoch: state.epoch, step: state.step)
  }

  /// Returns the batches of an epoch, which counts from 0.
  package func batches(ofEpoch epoch: Int) -> [[Task.Example]] {
    task.batches(ofEpoch: epoch, plan)
  }

  /// The number of steps of each epoch.
  package var stepCounts: [Int] { task.stepCounts(plan) }

  /// Takes steps from the first batches, which hold the longest example, to measure their cost.
  ///
  /// They are those of the first epoch in which all learns that ever will.
  ///
  /// - Returns: The report of each step.
  package mutating func rehearse(stepCount: Int) throws -> [StepReport] {
    state.epoch = min(plan.frozenEpochCount, max(plan.epochCount - 1, 0))
    let examples = Array(batches(ofEpoch: state.epoch).prefix(plan.batchesPerStep))
    let context = context
    try task.prepare(&state.model, onlyFor: Array(examples.joined()), context) { _ in }
    return try (0..<stepCount).map { _ in
      let step = try examples.map { try task.batch($0, followedBy: nil, context) }
      return state.learn(from: step, by: &task, plan, epochProgress: 0)
    }
  }

  /// Learns up to the next summary: until a validation is due or the epoch ends.
  ///
  /// - Parameters:
  ///   - afterStep: Receives the report and the state after each step, and returns false to stop.
  ///   - duringPass: Receives the progress of the passes before and after learning; throws
  ///     `PassInterrupted` to end them.
  /// - Returns: The summary; nil if learning was stopped before.
  /// - Throws: The error of the first example that cannot be read; what `afterStep` throws.
  package mutating func learn(
    afterStep: (StepReport, State) throws -> Bool = { _, _ in true },
    duringPass: (PassProgress) throws -> Void = { _ in }
  ) throws -> Summary? {
    do {
      try prepare(duringPass)
    } catch is PassInterrupted {
      return nil
    }
    let batches = batches(ofEpoch: state.epoch)
    while state.batchIndex < batches.count, !isValidationDue(endingEpoch: false) {
      let end = min(state.batchIndex + plan.batchesPerStep, batches.count)
      let step = try (state.batchIndex..<end).map { index in
        let next = index + 1 < batches.count ? batches[index + 1] : nil
        return try task.batch(batches[index], followedBy: next, context)
      }
      let report = state.learn(
        from: step, by: &task, plan,
        epochProgress: Double(state.batchIndex) / Double(batches.count))
      guard try afterStep(report, state) else { return nil }
    }
    let endsEpoch = state.batchIndex >= batches.count
    var evaluation: Task.Evaluation?
    do {
      if isValidationDue(endingEpoch: endsEpoch) {
        evaluation = try task.evaluate(state.result, context, reporting: duringPass)
      }
    } catch is PassInterrupted {
      return nil
    }
    return summarize(evaluation, endsEpoch: endsEpoch)
  }

  private mutating func prepare(_ report: (PassProgress) throws -> Void) throws {
    let context = context
    try task.prepare(&state.model, onlyFor: nil, context, reporting: report)
    // Before the first step the average is the model, which may just have changed.
    if state.step == 0, state.average != nil { state.average = state.model }
  }

  /// True if a validation is to come before the next step.
  private func isValidationDue(endingEpoch endsEpoch: Bool) -> Bool {
    guard task.hasValidation, state.progress.validatedStep != state.step else { return false }
    let epoch = state.epoch + 1
    if endsEpoch, epoch >= plan.epochCount { return true }
    return switch plan.validationInterval {
    case .steps(let count): state.step.isMultiple(of: count)
    case .epochs(let count): endsEpoch && epoch.isMultiple(of: count)
    }
  }

  private mutating func summarize(_ validation: Task.Evaluation?, endsEpoch: Bool) -> Summary {
    let standing = validation.map {
      state.note(score: $0.score(by: plan.selection), loss: $0.loss, plan)
    }
    let batchCount = state.batchIndex - state.summarized.batchIndex - state.skippedBatchCount
    defer { state.passSummary(endingEpoch: endsEpoch) }
    return Summary(
      step: state.step, epoch: state.epoch + 1, endsEpoch: endsEpoch,
      trainingLoss: state.lossSum / Double(max(batchCount, 1)),
      skippedBatchCount: state.skippedBatchCount, clippedShare: state.clippedShare,
      validation: validation, standing: standing)
  }
}
