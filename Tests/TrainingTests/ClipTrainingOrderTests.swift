import Layers
import Testing

@testable import Training

extension TrainingTests {
  @Suite("Order of clips")
  struct ClipTrainingOrderTests {
    /// Four batches an epoch: one epoch with a frozen encoder, one with an encoder that learns.
    private var plan: TrainingPlan {
      var plan = TrainingPlan()
      (plan.epochCount, plan.batchBudget, plan.frozenEpochCount) = (2, .captions(2), 1)
      (plan.encoderLearningRate, plan.minimumWordCount) = (1e-3, 1)
      return plan
    }

    @Test(
      "stopped after any step and gone on, a run on unequal clips ends at the same bits",
      arguments: ClipSet.decoders)
    func resumes(decoder: ClipSet.Decoder) throws {
      let set = try ClipSet()
      if decoder.saysLabels {
        try expectResuming { set.classifier(decoder, plan, resuming: $0) }
      } else {
        try expectResuming { set.captioner(decoder, plan, resuming: $0) }
      }
    }

    private func expectResuming<Task>(
      _ trainer: (TrainingState<Task.Model>?) -> Trainer<Task>
    ) throws {
      var straight = trainer(nil)
      var states: [TrainingState<Task.Model>] = []
      while !straight.isFinished {
        _ = try straight.learnEpoch { _, state in
          states.append(state)
          return true
        }
      }
      try #require(states.count == 8)
      // At the end of the frozen epoch, and in the one in which the encoder learns.
      for stop in [4, 5] {
        var resumed = trainer(states[stop - 1])
        while !resumed.isFinished { _ = try resumed.learnEpoch() }
        for (found, expected) in zip(
          resumed.state.model.parameters, straight.state.model.parameters)
        {
          // Not within the expectation, which would list the differences of thousands of numbers.
          let isSame = found.value.floats == expected.value.floats
          #expect(isSame, "\(found.parameter.name), stopped after step \(stop)")
        }
      }
    }

    @Test(
      "clips are sorted by the frames that they state, whether or not the encoder learns",
      arguments: [0, 1],
      [MinibatchBuilder.Order.pooled, .source, .sourceThenTarget, .targetThenSource])
    func sorted(epoch: Int, order: MinibatchBuilder.Order) throws {
      var plan = plan
      plan.batchOrder = order
      let set = try ClipSet()
      for decoder in ClipSet.decoders {
        let batches =
          decoder.saysLabels
          ? set.classifier(decoder, plan).batches(ofEpoch: epoch)
          : set.captioner(decoder, plan).batches(ofEpoch: epoch)
        let counts = batches.map { $0.map { ClipSet.statedCounts[$0.number] }.sorted() }
        // What reads the mean of the frames has no use for their number.
        let readsFrames = ["s2vt", "temporal-attention", "classify"].contains(decoder.description)
        #expect((Set(counts) == [[7, 8], [5, 6], [3, 4], [1, 2]]) == readsFrames, "\(decoder)")
      }
    }
  }
}
