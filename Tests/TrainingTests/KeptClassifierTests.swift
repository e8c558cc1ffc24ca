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
  @Suite("Kept classifiers")
  struct KeptClassifierTests {
    static let pixels = FormulaWeights.photos(height: 64, width: 64, count: 4)
    static let encoder = makeEncoder()

    /// A small network with five classes, of which none is certain.
    private static func makeEncoder() -> any ImageEncoder {
      var encoder = EncoderArchitecture.mobileNetV3Small.makeEncoder(classCount: 5)
      var random = SeededGenerator(seed: 4)
      encoder.initialize(using: &random)
      encoder = measured(encoder)
      encoder.updateParameters { parameter, value in
        if parameter.name == "classifier.3.weight" { value = value * 10 }
      }
      return encoder
    }

    /// Returns the encoder with the norms that the pictures need.
    private static func measured<Encoder: ImageEncoder>(_ encoder: Encoder) -> any ImageEncoder {
      var encoder = encoder
      encoder.measureNorms { _ = $0.features(pixels) }
      return encoder
    }

    /// Returns the encoder with a larger score of its first class.
    private static func drifted(by score: Float) -> any ImageEncoder {
      var encoder = Self.encoder
      encoder.updateParameters { parameter, value in
        guard parameter.name == "classifier.3.bias" else { return }
        value = value + Tensor([score, 0, 0, 0, 0], shape: [5])
      }
      return encoder
    }

    private func kept() throws -> KeptClassifier {
      try #require(KeptClassifier(of: Self.encoder))
    }

    private func scores(
      _ encoder: any ImageEncoder, _ kind: FeatureKind = .pooled
    ) throws -> Tensor {
      let classifier = try #require(encoder as? ClassifyingEncoder)
      return classifier.classScores(classifier.features(Self.pixels, kind), kind)
    }

    private func divergence(
      _ encoder: any ImageEncoder, _ kind: FeatureKind = .pooled
    ) throws -> Float {
      try kept().divergence(
        of: scores(encoder, kind), for: Self.pixels, kind, in: .float32
      ).scalar
    }

    /// The probabilities of each picture's classes, in double precision.
    private func probabilities(_ scores: Tensor) -> [[Double]] {
      let numbers = scores.floats.map(Double.init)
      return stride(from: 0, to: numbers.count, by: 5).map { start in
        let powers = numbers[start..<start + 5].map { exp($0) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
      }
    }

    private func meanDivergence(_ p: [[Double]], _ q: [[Double]]) -> Double {
      var sum = 0.0
      for (p, q) in zip(p.joined(), q.joined()) { sum += p * log(p / q) }
      return sum / Double(p.count)
    }

    // MARK: The divergence

    @Test("there is none of an encoder without a classifier")
    func withoutClassifier() {
      #expect(KeptClassifier(of: SmallCNN()) == nil)
      #expect(KeptClassifier(of: EncoderArchitecture.mobileNetV3Small.makeEncoder()) == nil)
      // No classifier of it has been published.
      #expect(KeptClassifier(of: EncoderArchitecture.smallCNN.makeEncoder(classCount: 5)) == nil)
    }

    @Test("the same encoder has no divergence, a changed one has", arguments: [false, true])
    func changes(ofPositions: Bool) throws {
      let kind = ofPositions ? FeatureKind.positions : .pooled
      #expect(try abs(divergence(Self.encoder, kind)) < 1e-5)
      var last: Float = 1e-5
      for score in [0.5, 1, 2] as [Float] {
        let found = try divergence(Self.drifted(by: score), kind)
        #expect(found > 2 * last, "\(score)")
        last = found
      }
      // What is changed before the classifier counts, too.
      var changed = Self.encoder
      changed.updateParameters { parameter, value in
        if parameter.name == "features.12.0.weight" { value = value * -1 }
      }
      #expect(try divergence(changed, kind) > 1e-3)
    }

    @Test("it is the mean over pictures of KL(p ‖ q), from before to now")
    func definition() throws {
      // Others for each picture, so that none stands for the rest.
      let now = FormulaWeights.scaled("scores", [4, 5], 3)
      let (p, q) = (probabilities(try scores(Self.encoder)), probabilities(now))
      let expected = meanDivergence(p, q)
      let found = try kept().divergence(of: now, for: Self.pixels, .pooled, in: .float32)
      #expect(found.shape == [] && abs(Double(found.scalar) - expected) < 1e-4 * expected)
      // The other way round it is another number.
      #expect(abs(expected - meanDivergence(q, p)) > 1e-2 * expected)
    }

    @Test("its gradient draws what is probable now to what was probable before")
    func gradient() throws {
      let kept = try kept()
      let now = FormulaWeights.scaled("scores", [4, 5], 3)
      let (p, q) = (probabilities(try scores(Self.encoder)), probabilities(now))
      let gradients = valueWithGradient(at: [now]) { inputs in
        kept.divergence(of: inputs[0], for: Self.pixels, .pooled, in: .float32)
      }.gradients
      let expected = zip(p, q).flatMap { p, q in zip(p, q).map { Float(($1 - $0) / 4) } }
      expectClose(
        try #require(gradients[0]), Tensor(expected, shape: [4, 5]), within: 1e-5)
    }

    @Test("a classifier is kept as it was, whatever becomes of the encoder")
    func copy() throws {
      var encoder = Self.encoder
      let kept = try #require(KeptClassifier(of: encoder))
      encoder.updateParameters { _, value in value = value * 0.5 }
      let now = try scores(Self.encoder)
      #expect(
        abs(kept.divergence(of: now, for: Self.pixels, .pooled, in: .float32).scalar) < 1e-5)
    }

    // MARK: The loss

    private let loss = BatchLoss(Tensor(2), count: 3, reporting: (1.5, 4))

    private func seen(_ scores: Tensor?) -> SeenPictures {
      SeenPictures(features: PackedSequence(Tensor(zeros: [4, 576])), classScores: scores)
    }

    @Test("a loss takes on the divergence by its weight", arguments: [0.25, 1, 40] as [Float])
    func keeping(weight: Float) throws {
      let drifted = Self.drifted(by: 2)
      var plan = TrainingPlan()
      plan.classifierWeight = weight
      let found = loss.keeping(
        try kept(), seen(try scores(drifted)), of: .pixels(Self.pixels, frameCounts: [1, 1, 1, 1]),
        .pooled, plan)
      let expected = try 2 + weight * divergence(drifted)
      #expect(found.objective.shape == [])
      #expect(abs(found.objective.scalar - expected) < 1e-5 * expected && expected > 2.02)
      // It is reported without.
      #expect(found.count == 3 && found.reported == 1.5 && found.reportedCount == 4)
    }

    @Test("a loss stays as it is without a classifier, and while the encoder is frozen")
    func notKeeping() throws {
      let (kept, scores) = (try kept(), try scores(Self.drifted(by: 2)))
      let pixels = BatchPictures.pixels(Self.pixels, frameCounts: [1, 1, 1, 1])
      let features = BatchPictures.features(PackedSequence(Tensor(zeros: [4, 576])))
      let plan = TrainingPlan()
      for found in [
        loss.keeping(nil, seen(scores), of: pixels, .pooled, plan),
        loss.keeping(kept, seen(nil), of: pixels, .pooled, plan),
        loss.keeping(kept, seen(scores), of: features, .pooled, plan),
      ] {
        #expect(found.objective.scalar == 2 && found.count == 3 && found.reported == 1.5)
      }
    }

    @Test("a model sees classes beside features only of pixels, and with a classifier")
    func seenClasses() throws {
      let model = Self.model(Self.encoder)
      let pixels = BatchPictures.pixels(Self.pixels, frameCounts: [1, 1, 1, 1])
      let found = model.seen(pixels, in: .float32)
      expectClose(
        try #require(found.classScores), try scores(Self.encoder), within: 1e-5, "scores")
      #expect(found.features.count == 4)
      expectClose(
        found.features.values, Self.encoder.features(Self.pixels), within: 1e-5, "features")
      // Classes are seen frame by frame, features clip by clip.
      let clips = model.seen(.pixels(Self.pixels, frameCounts: [3, 1]), in: .float32)
      #expect(clips.classScores?.shape == [4, 5] && clips.features.count == 2)
      #expect(model.seen(.features(found.features), in: .float32).classScores == nil)
      var plain = EncoderArchitecture.mobileNetV3Small.makeEncoder()
      var random = SeededGenerator(seed: 4)
      plain.initialize(using: &random)
      #expect(Self.model(plain).seen(pixels, in: .float32).classScores == nil)
    }

    // MARK: Training

    private static let vocabulary = Vocabulary(words: ["a", "dog", "cat", "runs"])

    private static func model(_ encoder: any ImageEncoder) -> CaptionModel {
      var model = CaptionModel(
        encoder: encoder,
        decoder: DecoderConfiguration(cell: .gru, embeddingSize: 8, hiddenSize: 8)
          .makeDecoder(featureSize: encoder.pooledSize, vocabularySize: vocabulary.count))
      var random = SeededGenerator(seed: 3)
      model.decoder.initialize(using: &random)
      model.decoder.fitNormalization(PackedSequence(encoder.features(pixels)))
      return model
    }

    /// Takes forty steps with an encoder whose classes have drifted before.
    ///
    /// - Returns: The encoder.
    private func train(weight: Float) throws -> any ImageEncoder {
      var plan = TrainingPlan()
      (plan.epochCount, plan.dropoutRate, plan.warmupStepCount) = (1, 0, 0)
      (plan.optimizer, plan.schedule) = (.sgd(momentum: 0, nesterov: false), .constant)
      (plan.learningRate, plan.encoderLearningRate) = (1e-3, 3e-4)
      plan.classifierWeight = weight
      let examples = (0..<4).map { number in
        TrainingExample(
          number: number, path: "",
          captions: [
            .init(number: number, words: [.start, TokenID(4), TokenID(5 + number % 3), .end])
          ], canBeMirrored: false)
      }
      var configuration = EncoderConfiguration(.mobileNetV3Small)
      configuration.classCount = 5
      var task = CaptioningTask(
        training: ReferencedExamples(examples, references: examples.map { _ in [["a", "dog"]] }),
        Self.vocabulary, PictureInput(configuration, .pooled, keeping: try kept()))
      var state = TrainingState(Self.model(Self.drifted(by: 2)), plan)
      let batch = CaptionBatch(examples, .pixels(Self.pixels, frameCounts: [1, 1, 1, 1]))
      for _ in 0..<40 {
        let report = state.learn(from: [batch], by: &task, plan, epochProgress: 0)
        #expect(!report.wasSkipped && report.loss > 0)
      }
      return state.model.encoder
    }

    @Test("the classifier itself never learns")
    func fixed() throws {
      var plan = TrainingPlan()
      plan.encoderLearningRate = 1
      let model = Self.model(Self.encoder)
      let learns = plan.choice(of: model, in: 0)
      let names = model.parameters.map(\.parameter).filter(learns).map(\.name)
      #expect(names.contains("encoder.features.12.0.weight"))
      #expect(!names.contains { $0.hasPrefix("encoder.classifier.") })
      plan.encoderStart = "features.12"
      let late = model.parameters.map(\.parameter).filter(plan.choice(of: model, in: 0)).map(\.name)
      #expect(late.contains("encoder.features.12.0.weight"))
      #expect(!late.contains { $0.hasPrefix("encoder.features.11") })
      #expect(!late.contains { $0.hasPrefix("encoder.classifier.") })
    }

    @Test("an encoder that learns captions keeps its classes, the more the weightier they are")
    func training() throws {
      let before = try divergence(Self.drifted(by: 2))
      let (free, held) = (try train(weight: 1e-9), try train(weight: 10))
      let (drift, rest) = (try divergence(free), try divergence(held))
      #expect(before > 0.1 && drift > before / 4, "\(before), \(drift)")
      #expect(rest < drift / 2 && rest > -1e-5, "\(rest), \(drift)")
      // Both have learned, and the first network is still what it was.
      let first = Self.encoder.parameters.map(\.value.floats)
      for encoder in [free, held] {
        let changed = zip(encoder.parameters.map(\.value.floats), first).count { $0 != $1 }
        #expect(changed > first.count / 4)
      }
      #expect(try abs(divergence(Self.encoder)) < 1e-5)
    }

    @Test("the objective of the task itself has the penalty, and its report has not")
    func task() throws {
      let drifted = Self.drifted(by: 2)
      let model = Self.model(drifted)
      var plan = TrainingPlan()
      (plan.epochCount, plan.dropoutRate, plan.encoderLearningRate) = (1, 0, 1e-3)
      plan.classifierWeight = 7
      let examples = (0..<4).map { number in
        TrainingExample(
          number: number, path: "",
          captions: [.init(number: number, words: [.start, TokenID(4 + number), .end])],
          canBeMirrored: false)
      }
      let batch = CaptionBatch(examples, .pixels(Self.pixels, frameCounts: [1, 1, 1, 1]))
      func loss(keeping classifier: KeptClassifier?) -> BatchLoss {
        var task = CaptioningTask(
          training: ReferencedExamples(examples), Self.vocabulary,
          PictureInput(EncoderConfiguration(.mobileNetV3Small), .pooled, keeping: classifier))
        return task.loss(
          of: batch, by: model, withoutGradient: model, LearningContext(plan))
      }
      let (plain, kept) = (loss(keeping: nil), loss(keeping: try kept()))
      let expected = try plain.objective.scalar + 7 * divergence(drifted)
      #expect(abs(kept.objective.scalar - expected) < 1e-4 * expected)
      #expect(kept.objective.scalar > plain.objective.scalar + 0.5)
      #expect(kept.reported == plain.reported && kept.count == plain.count)
    }
  }
}
