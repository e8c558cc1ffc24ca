import Captioning
import Files
import TestSupport
import Testing

@testable import Training

extension TrainingTests {
  @Suite("Validation interval")
  struct ValidationIntervalTests {
    let set: ColourSet

    init() throws { set = try ColourSet() }

    /// Three epochs of four steps, of which the first leaves the encoder alone.
    private func plan(_ interval: Interval) -> TrainingPlan {
      var plan = TrainingPlan()
      (plan.epochCount, plan.batchBudget, plan.minimumWordCount) = (3, .captions(12), 1)
      (plan.frozenEpochCount, plan.encoderLearningRate) = (1, 1e-3)
      (plan.validationInterval, plan.schedule) = (interval, .plateau(factor: 0.5, patience: 1))
      (plan.warmupStepCount, plan.gradientNormLimit) = (1, 0.6)
      return plan
    }

    /// The reports of a run, up to its end.
    private struct Course {
      var summaries: [Trainer<CaptioningTask>.Summary] = []
      var steps: [StepReport] = []
      /// After each step, and again after each summary.
      var states: [TrainingState<CaptionModel>] = []
    }

    private func course(of trainer: inout Trainer<CaptioningTask>) throws -> Course {
      var course = Course()
      while !trainer.isFinished {
        let summary = try trainer.learn(afterStep: { report, state in
          course.steps.append(report)
          course.states.append(state)
          return true
        })
        course.summaries.append(try #require(summary))
        course.states.append(trainer.state)
      }
      return course
    }

    @Test(
      "validations come every so many steps or epochs, and at the end",
      arguments: [
        (.epochs(1), [4, 8, 12], [4, 8, 12]), (.epochs(2), [8, 12], [4, 8, 12]),
        (.steps(3), [3, 6, 9, 12], [3, 4, 6, 8, 9, 12]),
        (.steps(5), [5, 10, 12], [4, 5, 8, 10, 12]),
        (.steps(4), [4, 8, 12], [4, 8, 12]), (.steps(100), [12], [4, 8, 12]),
      ] as [(Interval, [Int], [Int])])
    func turns(interval: Interval, validated: [Int], summarized: [Int]) throws {
      var trainer = set.trainer(plan(interval))
      let course = try course(of: &trainer)
      let summaries = course.summaries
      #expect(summaries.map(\.step) == summarized)
      #expect(summaries.filter { $0.validation != nil }.map(\.step) == validated)
      #expect(summaries.filter(\.endsEpoch).map(\.step) == [4, 8, 12])
      #expect(summaries.map(\.epoch) == summarized.map { ($0 + 3) / 4 })
      // Each tells of the steps since the one before.
      for (start, summary) in zip([0] + summarized, summaries) {
        let steps = course.steps[start..<summary.step]
        let loss = steps.reduce(0) { $0 + Double($1.loss) } / Double(steps.count)
        #expect(abs(summary.trainingLoss - loss) < 1e-5)
        #expect(
          summary.clippedShare == Double(steps.count(where: \.wasClipped)) / Double(steps.count))
      }
      #expect(
        Set(course.steps.map(\.wasClipped)) == [false, true],
        "norms \(course.steps.map(\.gradientNorm))")
    }

    @Test("from a checkpoint at any step a run goes on to the same summaries and the same bits")
    func resumes() throws {
      let plan = plan(.steps(3))
      var straight = set.trainer(plan)
      let expected = try course(of: &straight)
      let folder = try TemporaryFolder()
      let weights = straight.state.model.parameters.map(\.value.floats)
      for state in expected.states where [2, 3, 4, 5, 6, 9].contains(state.step) {
        let checkpoint = try Checkpoint.write(
          state, as: set.contents(state, straight.task.vocabulary), [], into: folder.path)
        var resumed = set.trainer(
          plan, resuming: try checkpoint.state(of: set.trainer(plan).state.model, plan))
        #expect(resumed.state.summarized == state.summarized)
        #expect(resumed.state.progress == state.progress)
        let found = try course(of: &resumed).summaries
        let rest = expected.summaries.suffix(found.count)
        // Those after the step, and that of the step itself where it had not been made.
        let isSummarized = state.summarized.step == state.step
        #expect(
          rest.first?.step
            == expected.summaries.map(\.step).first {
              isSummarized ? $0 > state.step : $0 >= state.step
            })
        for (found, expected) in zip(found, rest) {
          #expect(found.step == expected.step && found.trainingLoss == expected.trainingLoss)
          #expect(found.clippedShare == expected.clippedShare)
          #expect(found.standing == expected.standing)
          #expect(found.validation?.loss == expected.validation?.loss)
        }
        #expect(resumed.state.progress == straight.state.progress)
        #expect(resumed.state.model.parameters.map(\.value.floats) == weights, "\(state.step)")
      }
    }

    @Test("a checkpoint from before validations had intervals is read as what it was")
    func olderCheckpoint() throws {
      let plan = plan(.epochs(1))
      var trainer = set.trainer(plan)
      let states = try course(of: &trainer).states
      // In the middle of the second epoch, at its last step, and after its summary.
      for (index, summarized) in [(6, 4), (8, 4), (9, 8)] {
        let state = states[index]
        let folder = try TemporaryFolder()
        let checkpoint = try Checkpoint.write(
          state, as: set.contents(state, trainer.task.vocabulary), [], into: folder.path)
        try makeOlder(checkpoint)
        let read = try checkpoint.state(of: set.trainer(plan).state.model, plan)
        #expect(read.summarized == state.summarized && read.summarized.step == summarized)
        #expect(read.progress.validatedStep == summarized && read.lossSum == state.lossSum)
        #expect(read.progress.bestScore == state.progress.bestScore)
        #expect(read.clippedStepCount == (state.batchIndex == 0 ? 0 : nil))
      }
    }

    private func makeOlder(_ checkpoint: Checkpoint) throws {
      let path = "\(checkpoint.path)/state.json"
      let later = [
        "loss_of_best", "summarized_step", "summarized_position", "clipped_steps", "validated_step",
      ]
      let json = try JSONValue(reading: MappedFile(path).withBytes { Array($0) })
      guard case .object(let members) = json else { return }
      let older = members.filter { !later.contains($0.key) }
      try #require(older.count == members.count - later.count)
      try AtomicFile.write(JSONValue.object(older).prettyText, to: path, overwriting: true)
    }
  }
}
