import Tensors
import Training

/// Watches over a training, for one that has diverged teaches nothing more.
struct TrainingHealth {
  /// How many steps that teach nothing end a training when they follow one another.
  static let limit = 5

  /// Is told of every step that taught nothing.
  let say: (String) -> Void
  private var skippedInARow = 0

  init(say: @escaping (String) -> Void) { self.say = say }

  /// Throws after too many steps without a finite loss and gradient.
  mutating func check(_ report: TrainingState.Report) throws(Failure) {
    skippedInARow = report.wasSkipped ? skippedInARow + 1 : 0
    guard report.wasSkipped else { return }
    guard skippedInARow < Self.limit else { throw Self.failure(atStep: report.step) }
    say(
      "step \(report.step)  skipped: its loss or gradient is not finite "
        + "(\(skippedInARow) in a row; \(Self.limit) end the training)")
  }

  /// Throws unless all numbers of a state are finite: no checkpoint may hold others.
  static func check(_ state: TrainingState) throws(Failure) {
    let models = [state.model, state.average].compactMap(\.self)
    let memories = state.optimizer.memories.values.lazy.flatMap(\.tensors)
    guard models.allSatisfy({ $0.parameters.allSatisfy(\.value.isFinite) }),
      memories.allSatisfy(\.isFinite)
    else { throw failure(atStep: state.step) }
  }

  private static func failure(atStep step: Int) -> Failure {
    Failure(
      "training diverged before step \(step): the loss or a weight is not finite any more. The last "
        + "checkpoint is whole. Begin again with a smaller --lr, in another folder.", .diverged)
  }
}
