import Captioning
import Files
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Training

extension TrainingTests {
  @Suite("Training state")
  struct TrainingStateTests {
    @Test(
      "the parts of a batch make the step that the whole makes, whatever is drawn at random",
      arguments: [EncoderArchitecture?.none, .smallCNN], [false, true])
    func accumulation(encoder: EncoderArchitecture?, isNoisy: Bool) throws {
      func trace(_ parts: [Int]?) throws -> ParityRun.Trace {
        try ParityRun("accumulation", encoder, parts: parts) {
          // Not Adam: its first steps are of one length, however small and uncertain a gradient is.
          ($0.optimizer, $0.learningRate) = (.sgd(momentum: 0.9, nesterov: false), 0.1)
          ($0.encoderLearningRate, $0.gradientNormLimit) = (encoder == nil ? 0 : 1e-3, 1)
          guard isNoisy else { return }
          $0.dropoutRate = 0.5
          $0.sampling = ScheduledSampling(.linear(k: 0.5, slope: 0, floor: 0))
        }.trace()
      }
      let whole = try trace(nil)
      for parts in encoder == nil ? [[3, 3], [1, 5]] : [[2, 1], [1, 1, 1]] {
        let found = try trace(parts)
        for (report, expected) in zip(found.reports, whole.reports) {
          #expect(abs(report.loss / expected.loss - 1) < 1e-5, "loss of step \(report.step)")
          #expect(abs(report.gradientNorm / expected.gradientNorm - 1) < 1e-4)
          #expect(report.wordCount == expected.wordCount)
          #expect(report.captionCount == 6)
        }
        for (move, expected) in zip(found.moves, whole.moves) {
          #expect(relativeDistance(move.change, expected.change) < 1e-4, "\(move.name)")
        }
      }
    }

    @Test("the average follows the weights of each step by its share, and is what is kept")
    func average() throws {
      let decay: Float = 0.8
      let run = ParityRun("average") { ($0.averageDecay, $0.learningRate) = (decay, 3e-2) }
      var state = run.state()
      var expected = numbers(of: state.model.decoder)
      for (step, batches) in try run.steps().enumerated() {
        _ = run.learn(from: batches, step, &state)
        expected = zip(expected, numbers(of: state.model.decoder)).map { average, weights in
          zip(average, weights).map { decay * $0 + (1 - decay) * $1 }
        }
      }
      let found = numbers(of: state.result.decoder)
      for (index, (parameter, value)) in state.model.decoder.parameters.enumerated() {
        #expect(relativeDistance(found[index], expected[index]) < 1e-6, "\(parameter.name)")
        let distance = relativeDistance(found[index], value.floats)
        #expect(parameter.role == .statistic ? distance == 0 : distance > 1e-3, "\(parameter.name)")
      }
    }

    @Test(
      "a run with an average goes on from its checkpoint to the same bits", arguments: [1, 10, 13])
    func resumesAverage(stoppingAfter stop: Int) throws {
      let run = ParityRun("resumed", parts: [4, 2]) {
        ($0.averageDecay, $0.weightDecay, $0.dropoutRate) = (0.9, 0.01, 0.3)
        $0.optimizer = .adam(decoupledDecay: true)
        $0.schedule = .plateau(factor: 0.5, patience: 1)
        $0.sampling = ScheduledSampling(.exponential(k: 0.95))
      }
      let steps = try run.steps()
      var straight = run.state()
      var resumed = straight
      let folder = try TemporaryFolder()
      for (step, batches) in steps.enumerated() {
        let expected = run.learn(from: batches, step, &straight)
        if step >= stop {
          let report = run.learn(from: batches, step, &resumed)
          #expect(report.loss == expected.loss && report.learningRate == expected.learningRate)
        }
        guard step + 1 == stop else { continue }
        _ = [0.2, 0.1].map { straight.note(score: $0, loss: 0.7 + $0, run.plan) }
        let checkpoint = try Checkpoint.write(
          straight, as: contents(straight), [], into: folder.path)
        try checkpoint.verify()
        resumed = try checkpoint.state(of: run.state().model, run.plan)
        #expect(resumed.progress == straight.progress && resumed.lossSum == straight.lossSum)
      }
      #expect(straight.progress.reductionCount == 1)
      #expect(straight.progress.lossOfBest == 0.7 + 0.2)
      try expectSameBits(resumed, straight)
    }

    @Test("a step without a finite gradient changes nothing but the count, and can be kept")
    func notFinite() throws {
      let run = ParityRun("not finite") { $0.averageDecay = 0.9 }
      let steps = try run.steps()
      var state = run.state()
      _ = run.learn(from: steps[0], 0, &state)
      let before = state
      let example = TrainingExample(
        number: 0, path: "", captions: [.init(number: 0, words: [.start, TokenID(7), .end])],
        canBeMirrored: false)
      let batch = CaptionBatch(
        [example], .features(PackedSequence(Tensor(repeating: .nan, shape: [1, 128]))))
      let report = run.learn(from: [batch], 1, &state)
      #expect(report.loss.isNaN && report.gradientNorm.isNaN && report.step == 2)
      try expectSameBits(state, before)
      #expect(state.step == 2 && state.batchIndex == 2 && state.lossSum == before.lossSum)

      let folder = try TemporaryFolder()
      let checkpoint = try Checkpoint.write(state, as: contents(state), [], into: folder.path)
      let kept = try checkpoint.state(of: run.state().model, run.plan)
      #expect(kept.step == 2)
      try expectSameBits(kept, state)
      #expect(run.learn(from: steps[2], 2, &state).loss.isFinite)
    }

    private func numbers(of model: some Module) -> [[Float]] {
      model.parameters.map(\.value.floats)
    }

    /// Compares all that is learned: weights, their average, what the optimizer remembers.
    private func expectSameBits(
      _ found: TrainingState<CaptionModel>, _ expected: TrainingState<CaptionModel>
    ) throws {
      #expect(numbers(of: found.model) == numbers(of: expected.model))
      #expect(
        try numbers(of: #require(found.average)) == numbers(of: #require(expected.average)))
      try #require(found.optimizer.states.count == expected.optimizer.states.count)
      for (name, kept) in expected.optimizer.states {
        let other = try #require(found.optimizer.states[name])
        #expect(other.step == kept.step, "\(name)")
        #expect(other.tensors.map(\.floats) == kept.tensors.map(\.floats), "\(name)")
      }
    }

    private func contents(_ state: TrainingState<CaptionModel>) -> ModelDirectory.Contents {
      let configuration = ModelConfiguration(
        encoder: EncoderConfiguration(.smallCNN),
        decoder: DecoderConfiguration(embeddingSize: 24, hiddenSize: 32))
      return .init(
        configuration: configuration,
        parameters: state.result.parameters.map { ($0.parameter.name, $0.value) },
        words: (Vocabulary(words: (0..<36).map { "word\($0)" }), WordCounts()), card: "# A test\n")
    }
  }
}
