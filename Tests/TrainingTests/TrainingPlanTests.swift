import Captioning
import ImageEncoders
import Testing

@testable import Training

@Suite("Training plan")
struct TrainingPlanTests {
  @Test("the step size rises, then falls to nothing")
  func learningRate() {
    var plan = TrainingPlan()
    (plan.warmupStepCount, plan.epochCount) = (10, 10)
    let shares = (0..<1000).map { plan.learningRateShare(atStep: $0, epoch: Double($0) / 100) }
    #expect(abs(shares[0] - 0.1) < 1e-4)
    #expect((0.99...1).contains(shares.max() ?? 0))
    #expect(abs(shares[500] - 0.5) < 1e-3)
    #expect(shares[999] < 1e-4)
    #expect(zip(shares.dropFirst(10), shares.dropFirst(11)).allSatisfy { $0 > $1 })
  }

  @Test("schedules fall as their papers say")
  func schedules() {
    var plan = TrainingPlan()
    (plan.warmupStepCount, plan.epochCount) = (0, 10)
    func shares(_ schedule: LearningRateSchedule) -> [Float] {
      plan.schedule = schedule
      return [0, 1.5, 2, 4.9, 9].map {
        plan.learningRateShare(atStep: 50, epoch: $0, reductionCount: 2)
      }
    }
    #expect(shares(.constant) == [1, 1, 1, 1, 1])
    #expect(shares(.step(factor: 0.5, every: .epochs(2))) == [1, 1, 0.5, 0.25, 0.0625])
    #expect(shares(.plateau(factor: 0.5, patience: 3)) == [0.25, 0.25, 0.25, 0.25, 0.25])
    #expect(abs(shares(.cosine)[3] - 0.5157) < 1e-3)
  }

  @Test("a schedule of steps counts steps, and anew where drawn captions are learned from")
  func scheduleOfSteps() {
    var plan = TrainingPlan()
    (plan.warmupStepCount, plan.epochCount) = (0, 10)
    plan.schedule = .step(factor: 0.5, every: .steps(100))
    func share(_ step: Int, epoch: Double) -> Float {
      plan.learningRateShare(atStep: step, epoch: epoch)
    }
    #expect([0, 99, 100, 350].map { share($0, epoch: 3) } == [1, 1, 0.5, 0.125])
    var learning = SelfCriticalLearning(epochCount: 2)
    (learning.learningRateShare, learning.firstStep) = (0.25, 330)
    plan.selfCritical = learning
    #expect(share(329, epoch: 7.9) == 0.125)
    #expect([330, 429, 430].map { share($0, epoch: 8) } == [0.25, 0.25, 0.125])
  }

  @Test("an interval is of steps or of epochs")
  func intervals() {
    #expect(Interval("500") == .steps(500) && Interval("2ep") == .epochs(2))
    for text in ["", "ep", "2 ep", "1.5", "2epochs", "ep2"] { #expect(Interval(text) == nil) }
    #expect([Interval.steps(7), .epochs(3)].allSatisfy { Interval($0.text) == $0 })
  }

  @Test("a score that does not rise lowers the steps of a plateau, again and again")
  func plateau() {
    var plan = TrainingPlan()
    plan.schedule = .plateau(factor: 0.5, patience: 2)
    var state = smallState(plan)
    let found = [0.1, 0.3, 0.2, 0.3, 0.1, 0.1, 0.4, 0].map {
      state.note(score: $0, loss: 1, plan).isBest
    }
    #expect(found == [true, true, false, false, false, false, true, false])
    #expect(state.progress.reductionCount == 2 && state.progress.bestScore == 0.4)
    #expect(state.progress.validationsSinceBest == 1)
  }

  @Test("of equal scores the one with the lower loss is the best, and counts as getting better")
  func ties() {
    var plan = TrainingPlan()
    plan.schedule = .plateau(factor: 0.5, patience: 2)
    var state = smallState(plan)
    let losses = [3, 2, 2, .nan, 1.5, 1.75, 1.5]
    let found = losses.map { state.note(score: 0, loss: $0, plan) }
    #expect(found.map(\.isBest) == [true, true, false, false, true, false, false])
    #expect(found.map(\.isFirst) == [true] + Array(repeating: false, count: 6))
    #expect(found.map(\.isTied) == [false] + Array(repeating: true, count: 6))
    #expect(state.progress.lossOfBest == 1.5 && state.progress.validationsSinceBest == 2)
    #expect(state.progress.reductionCount == 2)
    // The score comes first, whatever the loss. A loss that is not finite loses to any that is.
    let others = [(0.1, 9), (0, 0.1), (0.2, .nan), (0.2, 100)].map {
      state.note(score: $0, loss: $1, plan).isBest
    }
    #expect(others == [true, false, true, true])
    #expect(state.progress.bestScore == 0.2 && state.progress.lossOfBest == 100)
  }

  private func smallState(_ plan: TrainingPlan) -> TrainingState<CaptionModel> {
    let decoder = DecoderConfiguration(cell: .gru, embeddingSize: 2, hiddenSize: 2)
      .makeDecoder(featureSize: SmallCNN().pooledSize, vocabularySize: 5)
    return TrainingState(CaptionModel(encoder: SmallCNN(), decoder: decoder), plan)
  }

  @Test("the word embedding learns unless it is frozen, and nothing else is by that")
  func frozenWords() {
    let decoder = DecoderConfiguration(cell: .gru, embeddingSize: 2, hiddenSize: 2)
      .makeDecoder(featureSize: SmallCNN().pooledSize, vocabularySize: 5)
    let model = CaptionModel(encoder: SmallCNN(), decoder: decoder)
    func learned(_ plan: TrainingPlan) -> Set<String> {
      Set(model.parameters.map(\.parameter).filter(plan.choice(of: model, in: 0)).map(\.name))
    }
    var plan = TrainingPlan()
    for rate in [0, 1e-4] as [Float] {
      (plan.encoderLearningRate, plan.freezesWords) = (rate, false)
      let all = learned(plan)
      plan.freezesWords = true
      #expect(all.subtracting(learned(plan)) == ["word_embedding.weight"])
      #expect(learned(plan).isSubset(of: all))
    }
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
