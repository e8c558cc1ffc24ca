import Captioning
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Training

extension TrainingTests {
  /// `scripts/fixtures/training.py` wrote the fixture with PyTorch, in float32.
  @Suite("Training parity")
  struct TrainingParityTests {
    @Test(
      "twenty steps have PyTorch's losses and gradients and end at its weights", arguments: runs)
    func parity(run: ParityRun) throws {
      let fixture = try Fixture("training")
      let trace = try run.trace()
      let (losses, norms) = (
        try fixture.floats("\(run.name).losses"), try fixture.floats("\(run.name).norms")
      )
      try #require(trace.reports.count == losses.count)
      for (report, (loss, norm)) in zip(trace.reports, zip(losses, norms)) {
        #expect(abs(report.loss / loss - 1) < 2e-5, "loss of step \(report.step)")
        #expect(abs(report.gradientNorm / Double(norm) - 1) < 2e-4, "norm of step \(report.step)")
        #expect(report.wasClipped == (Double(norm) > run.plan.gradientNormLimit))
      }
      try compareMoves(of: trace, with: fixture, run)
    }

    /// What is compared is how far the weights have moved: hundreds of times less than they are.
    private func compareMoves(
      of trace: ParityRun.Trace, with fixture: Fixture, _ run: ParityRun
    ) throws {
      let lengths = try fixture.floats("\(run.name).lengths")
      var changes = try fixture.floats("\(run.name).changes")[...]
      try #require(trace.moves.count == lengths.count)
      for (move, length) in zip(trace.moves, lengths) {
        let found = move.samples
        let expected = Array(changes.prefix(found.count))
        changes = changes.dropFirst(found.count)
        #expect(abs(move.length / Double(length) - 1) < 1e-3, "way of \(move.name)")
        #expect(relativeDistance(found, expected) < 2e-3, "change of \(move.name)")
      }
      #expect(changes.isEmpty)
    }

    @Test(
      "in bfloat16 losses stay within a hundredth of float32's",
      .enabled(if: Processor.has("avx512bw"), "oneDNN computes bfloat16 from AVX-512 on"),
      arguments: ["lstm", "gru"])
    func bfloat16(name: String) throws {
      let fixture = try Fixture("training")
      var run = try #require(runs.first { $0.name == name })
      run.plan.precision = .bfloat16
      let losses = try run.trace().reports.map(\.loss)
      let shares = zip(losses, try fixture.floats("\(name).losses")).map { abs($0 / $1 - 1) }
      try #require(shares.count == 20)
      #expect(shares.allSatisfy { $0 < 0.01 }, "\(shares)")
      #expect(shares.contains { $0 > 1e-4 }, "nothing was rounded")
    }
  }
}

/// The settings that `scripts/fixtures/training.py` names, again.
let runs = [
  ParityRun("lstm") {
    ($0.learningRate, $0.gradientNormLimit) = (3e-2, 0.4)
  },
  ParityRun("gru", cell: .gru) {
    ($0.learningRate, $0.gradientNormLimit, $0.warmupStepCount) = (3e-2, 0.45, 1)
  },
  ParityRun("smoothed", parts: [4, 2]) {
    ($0.optimizer, $0.weightDecay, $0.labelSmoothing) = (.adam(decoupledDecay: true), 0.1, 0.1)
    ($0.learningRate, $0.gradientNormLimit, $0.warmupStepCount) = (3e-2, 0.35, 3)
    $0.schedule = .step(factor: 0.5, epochs: 1)
  },
  ParityRun("nesterov") {
    ($0.optimizer, $0.weightDecay) = (.sgd(momentum: 0.9, nesterov: true), 0.01)
    ($0.learningRate, $0.gradientNormLimit, $0.warmupStepCount) = (0.7, 0.23, 4)
    ($0.schedule, $0.gradientValueLimit) = (.constant, 0.02)
  },
  ParityRun("small_cnn", .smallCNN) {
    ($0.encoderLearningRate, $0.gradientNormLimit) = (3e-4, 1)
  },
  ParityRun("resnet18", .resNet18) {
    ($0.encoderLearningRate, $0.gradientNormLimit, $0.encoderStart) = (1e-5, 1.5, "layer2")
  },
]
