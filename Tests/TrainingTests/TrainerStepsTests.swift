import Captioning
import Foundation
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Training

extension TrainingTests {
  @Suite("Trainer's steps")
  struct TrainerStepsTests {
    /// Two epochs at each height, three steps an epoch.
    @Test("step sizes rise in the first steps and fall by stairs of epochs")
    func stairs() throws {
      let rates = try rates { plan in
        (plan.schedule, plan.warmupStepCount) = (.step(factor: 0.5, every: .epochs(2)), 4)
      }
      let stairs: [Float] = [1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]
      #expect(rates == [0.25, 0.5, 0.75] + stairs.dropFirst(3))
    }

    @Test("step sizes follow the cosine from step to step, over all epochs")
    func cosine() throws {
      let rates = try rates { $0.warmupStepCount = 1 }
      #expect(rates.count == 15)
      for (step, rate) in rates.enumerated() {
        #expect(abs(Double(rate) - (1 + cos(.pi * Double(step) / 15)) / 2) < 1e-6, "step \(step)")
      }
    }

    @Test("where scores do not rise the steps become smaller, and the first epoch stays the best")
    func plateau() throws {
      var plan = plan
      (plan.schedule, plan.warmupStepCount) = (.plateau(factor: 0.5, patience: 2), 1)
      // What hardly moves writes the same captions for ever.
      (plan.epochCount, plan.learningRate) = (7, 1e-20)
      var trainer = try trainer(plan)
      var (rates, isBest): ([Float], [Bool]) = ([], [])
      while !trainer.isFinished {
        var ofEpoch: Set<Float> = []
        let report = try trainer.learnEpoch { report, _ in
          ofEpoch.insert(report.learningRate / 1e-20)
          return true
        }
        #expect(ofEpoch.count == 1)
        rates += ofEpoch
        isBest.append(try #require(report).isBest)
      }
      #expect(rates == [1, 1, 1, 0.5, 0.5, 0.25, 0.25])
      #expect(isBest == [true] + Array(repeating: false, count: 6))
    }

    @Test("a step is of as many batches as the plan says, the last of an epoch of those left")
    func accumulation() throws {
      var plan = plan
      (plan.batchesPerStep, plan.epochCount) = (2, 2)
      var trainer = try trainer(plan)
      #expect(trainer.stepCounts == [2, 2])
      var (captions, losses): ([Int], [Float]) = ([], [])
      var last: Double?
      for _ in 0..<2 {
        last = try trainer.learnEpoch { report, _ in
          captions.append(report.captionCount)
          losses.append(report.loss)
          return true
        }?.trainingLoss
      }
      #expect(captions == [8, 4, 8, 4] && trainer.state.step == 4)
      // The mean is over batches, of which the first step has two.
      let expected = Double(2 * losses[2] + losses[3]) / 3
      #expect(abs(try #require(last) - expected) < 1e-5)
    }

    private var plan: TrainingPlan {
      var plan = TrainingPlan()
      (plan.epochCount, plan.batchBudget, plan.dropoutRate) = (5, .captions(4), 0)
      return plan
    }

    /// The share of the highest step size in every step of five epochs.
    private func rates(_ adapt: (inout TrainingPlan) -> Void) throws -> [Float] {
      var plan = plan
      adapt(&plan)
      var (trainer, rates) = (try trainer(plan), [Float]())
      while !trainer.isFinished {
        _ = try trainer.learnEpoch { report, _ in
          rates.append(report.learningRate / plan.learningRate)
          return true
        }
      }
      return rates
    }

    /// Twelve captions of four pictures: three batches an epoch.
    private func trainer(_ plan: TrainingPlan) throws -> Trainer<CaptioningTask> {
      let words = (0..<10).map { "word\($0)" }
      let vocabulary = Vocabulary(words: words)
      let examples = ["dog-on-grass.jpg", "person-on-beach.jpg", "red-car.jpg", "house.png"]
        .enumerated().map { number, name in
          TrainingExample(
            number: number, path: Fixture.folder.path + "/../../datasets/samples/" + name,
            captions: (0..<3).map { caption in
              let tokens = vocabulary.tokens(for: Array(words[number..<number + caption + 2]))
              return .init(number: 3 * number + caption, words: [.start] + tokens + [.end])
            }, canBeMirrored: false)
        }
      let configuration = EncoderConfiguration(.smallCNN)
      let decoder = DecoderConfiguration(embeddingSize: 8, hiddenSize: 8)
      var model = CaptionModel(
        encoder: configuration.makeEncoder(),
        decoder: decoder.makeDecoder(featureSize: 128, vocabularySize: vocabulary.count))
      var random = SeededGenerator(seed: 1)
      model.initialize(using: &random)
      let referenced = ReferencedExamples(examples, references: examples.map { _ in [words] })
      return Trainer(
        CaptioningTask(
          training: referenced, validation: referenced, vocabulary,
          PictureInput(configuration, model.decoder.featureKind)),
        model, plan)
    }
  }
}
