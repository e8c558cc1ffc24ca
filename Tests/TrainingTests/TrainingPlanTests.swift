import Testing

@testable import Training

@Suite("Training plan")
struct TrainingPlanTests {
  @Test("the step size rises, then falls to nothing")
  func learningRate() {
    var plan = TrainingPlan()
    plan.warmupStepCount = 10
    let shares = (0..<1000).map { plan.learningRateShare(atStep: $0, of: 1000) }
    #expect(abs(shares[0] - 0.1) < 1e-4)
    #expect((0.99...1).contains(shares.max() ?? 0))
    #expect(abs(shares[500] - 0.5) < 1e-3)
    #expect(shares[999] < 1e-4)
    #expect(zip(shares.dropFirst(10), shares.dropFirst(11)).allSatisfy { $0 > $1 })
  }

  @Test("the encoder learns only where it has a step size and its turn has come")
  func encoderTurn() {
    var plan = TrainingPlan()
    #expect(!plan.learnsEncoder(in: 5))
    plan.encoderLearningRate = 1e-4
    plan.frozenEpochCount = 2
    #expect((0..<4).map(plan.learnsEncoder) == [false, false, true, true])
  }
}
