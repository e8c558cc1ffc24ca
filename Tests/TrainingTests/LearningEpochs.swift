import Training

extension Trainer {
  /// Learns to the end of the epoch, where the plan validates nowhere else.
  mutating func learnEpoch(
    afterStep: (StepReport, State) throws -> Bool = { _, _ in true },
    duringPass: (PassProgress) throws -> Void = { _ in }
  ) throws -> Summary? {
    let summary = try learn(afterStep: afterStep, duringPass: duringPass)
    precondition(summary?.endsEpoch ?? true, "a validation within the epoch")
    return summary
  }
}
