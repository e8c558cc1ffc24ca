/// A summary of the steps since the last one, made at a validation or at the end of an epoch.
package struct TrainingSummary<Evaluation: TaskEvaluation>: Sendable {
  /// The number of steps taken so far.
  package let step: Int
  /// The epoch, from 1.
  package let epoch: Int
  package let endsEpoch: Bool
  /// The mean loss over the batches that were not skipped, for example in nats per word.
  package let trainingLoss: Double
  /// The number of batches that were skipped, because their loss or gradient was not finite.
  package let skippedBatchCount: Int
  /// The share of the steps whose gradient was clipped, in `0...1`; nil if not known.
  package let clippedShare: Double?
  /// The evaluation; nil if there is no validation set, or none was due.
  package let validation: Evaluation?
  /// The comparison of the evaluation with those before it.
  package let standing: ValidationStanding?

  /// True if no evaluation before was as good.
  package var isBest: Bool { standing?.isBest ?? false }
}

/// The comparison of a validation with those before it.
package struct ValidationStanding: Sendable, Equatable {
  /// True if there was none before.
  package let isFirst: Bool
  /// True if the best before had the same score, so that the validation loss decided.
  package let isTied: Bool
  package let isBest: Bool
}

/// The history of validations, as far as it decides what follows.
package struct ValidationProgress: Sendable, Equatable {
  /// The best score so far, by the plan's selection.
  package var bestScore: Double?
  /// The validation loss of the best, which decides between equal scores; nil if it was not finite.
  package var lossOfBest: Double?
  /// The number of validations since the best.
  package var validationsSinceBest = 0
  /// The step of the last validation; 0 before the first.
  package var validatedStep = 0
  /// The number of times that the learning rate was reduced because scores did not rise.
  package var reductionCount = 0

  package init() {}

  func standing(ofScore score: Double, loss: Double) -> ValidationStanding {
    guard let bestScore else {
      return ValidationStanding(isFirst: true, isTied: false, isBest: !score.isNaN)
    }
    let isTied = score == bestScore
    let isBest = isTied ? loss < lossOfBest ?? .infinity : score > bestScore
    return ValidationStanding(isFirst: false, isTied: isTied, isBest: isBest)
  }
}
