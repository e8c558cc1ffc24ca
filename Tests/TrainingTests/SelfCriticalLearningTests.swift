import Captioning
import Datasets
import ImageEncoders
import Layers
import Metrics
import Tensors
import TestSupport
import Testing
import Text

@testable import Training

@Suite("Self-critical learning")
struct SelfCriticalLearningTests {
  let vocabularySize = 7

  private func decoder(seed: UInt64 = 3) -> any CaptionDecoder {
    var random = SeededGenerator(seed: seed)
    var decoder = DecoderConfiguration(cell: .gru, embeddingSize: 8, hiddenSize: 8)
      .makeDecoder(featureSize: SmallCNN().pooledSize, vocabularySize: vocabularySize)
    decoder.initialize(using: &random)
    return decoder.captionDecoder
  }

  private func drawn(
    _ learning: SelfCriticalLearning, pictures: [Int], epoch: Int = 0
  ) -> [[TokenID]] {
    func draw(_ decoder: some CaptionDecoder) -> [[TokenID]] {
      learning.drawnCaptions(
        describing: PackedSequence(
          Tensor(
            concatenating: pictures.map { FormulaWeights.scaled("picture\($0)", [1, 128], 2) },
            along: 0)),
        by: decoder, maximumWords: 4,
        .init(SeededRandom(9), epoch: epoch, examples: pictures), in: .float32)
    }
    return draw(decoder())
  }

  @Test("captions are drawn as often as the decoder says, and do not depend on their company")
  func draws() {
    var learning = SelfCriticalLearning(epochCount: 1)
    learning.drawCount = 3
    let together = drawn(learning, pictures: [4, 0, 7])
    #expect(together.count == 9 && together.allSatisfy { $0[0] == .start && $0.count > 1 })
    #expect(together.allSatisfy { $0.count == 5 || $0.last == .end })
    #expect(drawn(learning, pictures: [0]) == Array(together[3..<6]))
    #expect(drawn(learning, pictures: [4, 0, 7], epoch: 1) != together)

    learning.drawCount = 20_000
    let first = drawn(learning, pictures: [2]).map { $0[1].index }
    func probabilities(_ decoder: some CaptionDecoder) -> [Float] {
      let start = decoder.start(
        PackedSequence(FormulaWeights.scaled("picture2", [1, 128], 2)))
      let (logits, _) = decoder.logits(
        after: [.start], start.state, start.context, pictureOfRow: [0])
      return softmax(logits).floats
    }
    // Nothing that no search writes: the other words share its probability.
    let all = probabilities(decoder()).enumerated().map { [0, 1, 3].contains($0) ? 0 : $1 }
    let sum = all.reduce(0, +)
    #expect(sum < 0.9)
    for (word, expected) in all.map({ $0 / sum }).enumerated() {
      let share = Float(first.count { $0 == word }) / 20_000
      #expect(abs(share - expected) < 0.015, "word \(word)")
      #expect(expected > 0 || share == 0, "word \(word)")
    }
  }

  @Test("captions are rewarded by whole references, however few words are learned of each")
  func wholeReferences() throws {
    let set = try ColourSet()
    let captions = ["dog sits on a red mat", "cat lies in a box", "bird sings"]
    let examples = zip(set.dataset.examples, captions).map {
      CaptionedImage(id: $0.id, path: $0.path, captions: [$1])
    }
    let tokenized = TokenizedDataset(
      CaptionDataset(split: .train, examples: examples), maximumWords: 1)
    let vocabulary = Vocabulary(tokenized.counts, minimumCount: 1)
    let dog = try #require(vocabulary.id(of: "dog"))
    var plan = TrainingPlan()
    (plan.epochCount, plan.maximumWords, plan.batchBudget) = (1, 1, .captions(3))
    plan.selfCritical = SelfCriticalLearning(epochCount: 1)
    let encoder = set.configuration.encoder.makeEncoder()
    var decoder = ShowAndTell(
      cell: GRU(inputSize: 4, hiddenSize: 4), named: "gru", featureSize: encoder.pooledSize,
      vocabularySize: vocabulary.count)
    // Without weights, all it ever says is "dog".
    decoder.outputProjection.bias = Tensor(
      (0..<vocabulary.count).map { $0 == dog.index ? 50 : 0 }, shape: [vocabulary.count])
    var trainer = Trainer(
      CaptioningTask(
        training: ReferencedExamples(tokenized, vocabulary), vocabulary,
        PictureInput(set.configuration.encoder, decoder.featureKind)),
      CaptionModel(encoder: encoder, decoder: decoder), plan)
    var loss = 0.0
    _ = try trainer.learnEpoch { report, _ in
      loss = Double(report.loss)
      return true
    }
    var rewards = CaptionRewards(
      references: captions.map { [$0.split(separator: " ").map(String.init)] })
    let expected = (0..<3).map { rewards.reward(of: ["dog"], isFinished: false, picture: $0) }
    #expect(expected[0] > 0 && abs(-loss / (expected.reduce(0, +) / 3) - 1) < 1e-6, "\(expected)")
    var cut = CaptionRewards(references: [["dog"], ["cat"], ["bird"]].map { [$0] })
    #expect(abs(cut.reward(of: ["dog"], isFinished: false, picture: 0) / expected[0] - 1) > 0.1)
  }

  @Test("a caption's advantage is over the mean of the others of its picture")
  func advantages() {
    var learning = SelfCriticalLearning(epochCount: 1)
    learning.drawCount = 3
    #expect(learning.advantages(of: [1, 2, 6, 5, 5, 5]) == [-3, -1.5, 4.5, 0, 0, 0])
  }

  @Test("what is rewarded becomes likelier", arguments: [false, true])
  func learns(attends: Bool) throws {
    var plan = TrainingPlan()
    (plan.epochCount, plan.learningRate, plan.warmupStepCount) = (1, 0.02, 0)
    (plan.schedule, plan.maximumWords) = (.constant, 4)
    plan.selfCritical = SelfCriticalLearning(epochCount: 1)
    let encoder = SmallCNN()
    var model = CaptionModel(
      encoder: encoder,
      decoder: DecoderConfiguration(
        attends
          ? DecoderType.showAttendTell.with(annotationSize: 6, attentionSize: 5)
          : Configured(.showAndTell), cell: Configured(.gru), embeddingSize: 8, hiddenSize: 8
      ).makeDecoder(reading: encoder, vocabularySize: vocabularySize))
    var random = SeededGenerator(seed: 3)
    model.initialize(using: &random)
    var state = TrainingState(model, plan)
    let examples = (0..<3).map { number in
      TrainingExample(
        number: number, path: "",
        captions: [.init(number: number, words: [.start, TokenID(4), .end])],
        canBeMirrored: false)
    }
    let features = FormulaWeights.scaled("features", attends ? [3, 4, 128] : [3, 128], 2)
    // Each picture has a word of its own, to be said as often as may be.
    let rewards = (0..<300).map { epoch in
      state.epoch = epoch
      return -state.learn(
        from: [CaptionBatch(examples, .features(PackedSequence(features)))], plan,
        epochProgress: 0,
        reward: { words, picture in
          Double(words.count { $0 == TokenID(4 + picture) }) / 4
        }
      ).loss
    }
    #expect(rewards.prefix(10).reduce(0, +) < 4, "\(rewards)")
    #expect(rewards.suffix(10).reduce(0, +) > 9, "\(rewards)")
  }

  @Test("the last epochs learn so, in smaller steps that fall anew")
  func plan() {
    var plan = TrainingPlan()
    (plan.epochCount, plan.warmupStepCount) = (10, 0)
    let before = plan.learningRateShare(atStep: 5, epoch: 4)
    plan.epochCount = 14
    plan.selfCritical = SelfCriticalLearning(epochCount: 4)
    #expect(plan.learningRateShare(atStep: 5, epoch: 4) == before)
    #expect((0..<14).map { plan.selfCritical(in: $0) != nil } == (0..<14).map { $0 >= 10 })
    #expect(plan.learningRateShare(atStep: 900, epoch: 10) == 0.1)
    #expect(abs(plan.learningRateShare(atStep: 900, epoch: 12) - 0.05) < 1e-6)
    #expect(plan.learnsByPicture(in: 10) && !plan.learnsByPicture(in: 9))
  }

  @Test("a training that comes to such epochs says better captions, and stops and goes on the same")
  func training() throws {
    let set = try ColourSet()
    var plan = TrainingPlan()
    (plan.epochCount, plan.batchBudget, plan.dropoutRate) = (3, .captions(14), 0)
    (plan.learningRate, plan.encoderLearningRate) = (5e-3, 1e-3)
    (plan.warmupStepCount, plan.minimumWordCount) = (5, 1)
    plan.selfCritical = SelfCriticalLearning(epochCount: 2)
    var whole = set.trainer(plan)
    for _ in 0..<3 { _ = try #require(try whole.learnEpoch()) }
    var stopped = set.trainer(plan)
    _ = try stopped.learnEpoch()
    #expect(try stopped.learnEpoch(afterStep: { _, state in state.batchIndex < 2 }) == nil)
    while stopped.state.epoch < 3 { _ = try stopped.learnEpoch() }
    #expect(
      stopped.state.model.parameters.map(\.value.floats)
        == whole.state.model.parameters.map(\.value.floats))
  }
}
