import Captioning
import ImageEncoders
import Layers
import Tensors
import Testing

@testable import Training

@Suite("Health of a training")
struct TrainingHealthTests {
  /// A state with an average and with what Adam remembers.
  func state() -> TrainingState<CaptionModel> {
    let encoder = EncoderConfiguration(.smallCNN).makeEncoder()
    var model = CaptionModel(
      encoder: encoder,
      decoder: DecoderConfiguration(embeddingSize: 4, hiddenSize: 4)
        .makeDecoder(featureSize: encoder.pooledSize, vocabularySize: 7))
    var random = SeededGenerator(seed: 1)
    model.initialize(using: &random)
    var plan = TrainingPlan()
    plan.averageDecay = 0.9
    var state = TrainingState(model, plan)
    for (parameter, value) in model.parameters where parameter.role == .learned {
      state.optimizer.states[parameter.name] = .init(step: 1, tensors: [value, value])
    }
    return state
  }

  func report(step: Int, wasSkipped: Bool) -> StepReport {
    .init(
      step: step, loss: wasSkipped ? .nan : 1, gradientNorm: 1, wasSkipped: wasSkipped,
      wasClipped: false, cutNumberCount: 0, learningRate: 1, samplingRate: 0, captionCount: 1,
      wordCount: 1)
  }

  @Test("a skipped step is said, and five in a row end the training")
  func skippedSteps() throws {
    var said: [String] = []
    var health = TrainingHealth { said.append($0) }
    for step in 1...4 { try health.check(report(step: step, wasSkipped: true)) }
    try health.check(report(step: 5, wasSkipped: false))
    for step in 6...9 { try health.check(report(step: step, wasSkipped: true)) }
    #expect(said.count == 8)
    #expect(
      said[5]
        == "step 7  skipped: its loss or gradient is not finite (2 in a row; 5 end the training)")
    let failure = try #require(throws: TrainingError.self) {
      try health.check(report(step: 10, wasSkipped: true))
    }
    #expect(failure.kind == .diverged)
    #expect(failure.description.contains("diverged before step 10"))
  }

  @Test("one number that is not finite, wherever it is, keeps a state from being written")
  func numbers() throws {
    let whole = state()
    try TrainingHealth.check(whole)
    var random = SeededGenerator(seed: 2)
    let names = whole.optimizer.states.keys.sorted()
    for injection in 0..<200 {
      var state = whole
      let number = [Float.nan, .infinity, -.infinity][injection % 3]
      let name = names[random.below(names.count)]
      func poisoned(_ value: Tensor) -> Tensor {
        var floats = value.floats
        floats[random.below(floats.count)] = number
        return Tensor(floats, shape: value.shape)
      }
      func poison(_ model: inout CaptionModel) {
        model.updateParameters { if $0.name == name { $1 = poisoned($1) } }
      }
      switch injection % 4 {
      case 0: poison(&state.model)
      case 1:
        var average = try #require(state.average)
        poison(&average)
        state.average = average
      default:
        let tensors = state.optimizer.states[name]?.tensors ?? []
        state.optimizer.states[name]?.tensors[injection % 2] = poisoned(tensors[injection % 2])
      }
      #expect(throws: TrainingError.self, "\(injection): \(name)") {
        try TrainingHealth.check(state)
      }
    }
  }
}
