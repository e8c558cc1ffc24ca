import Tensors

/// A check that ends a training that has diverged.
struct TrainingHealth {
  /// The number of skipped steps in a row that ends a training.
  static let limit = 5

  /// Takes a message for each skipped step.
  let say: (String) -> Void
  private var skippedInARow = 0

  init(say: @escaping (String) -> Void) { self.say = say }

  /// Throws after too many steps without a finite loss and gradient.
  mutating func check(_ report: StepReport) throws(TrainingError) {
    skippedInARow = report.wasSkipped ? skippedInARow + 1 : 0
    guard report.wasSkipped else { return }
    guard skippedInARow < Self.limit else { throw Self.failure(atStep: report.step) }
    say(
      "step \(report.step)  skipped: its loss or gradient is not finite "
        + "(\(skippedInARow) in a row; \(Self.limit) end the training)")
  }

  /// Throws unless all numbers of a state are finite: no checkpoint may hold others.
  static func check<Model>(_ state: TrainingState<Model>) throws(TrainingError) {
    let models = [state.model, state.average].compactMap(\.self)
    let states = state.optimizer.states.values.lazy.flatMap(\.tensors)
    guard models.allSatisfy({ $0.parameters.allSatisfy(\.value.isFinite) }),
      states.allSatisfy(\.isFinite)
    else { throw failure(atStep: state.step) }
  }

  private static func failure(atStep step: Int) -> TrainingError {
    TrainingError(
      .diverged,
      "training diverged before step \(step): the loss or a weight is not finite any more. The last "
        + "checkpoint is whole. Begin again with a smaller --lr, in another folder.")
  }
}
