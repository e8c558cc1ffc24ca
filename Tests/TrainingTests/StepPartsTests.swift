import Captioning
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Training

extension TrainingTests {
  @Suite("Parts of a step")
  struct StepPartsTests {
    /// The kinds of epoch there are.
    enum Epoch: CaseIterable {
      case frozen, learning, learningThroughNorms, selfCritical, selfCriticalLearning

      /// The number of clips; an encoder that learns takes its time.
      var clipCount: Int {
        switch self {
        case .frozen: 64
        case .selfCritical: 32
        case .learning, .selfCriticalLearning: 16
        case .learningThroughNorms: 8
        }
      }
      var learnsEncoder: Bool { self != .frozen && self != .selfCritical }
      var isSelfCritical: Bool { self == .selfCritical || self == .selfCriticalLearning }
    }

    @Test(
      "parts of one clip have the loss and the gradient's norm of one batch, to a millionth",
      arguments: ClipSet.decoders, Epoch.allCases)
    func agreement(decoder: ClipSet.Decoder, epoch: Epoch) {
      // Labels are not learned from what is drawn.
      if decoder.saysLabels && epoch.isSelfCritical { return }
      let step = Step(decoder, epoch)
      let whole = step.learn(from: [Array(0..<epoch.clipCount)])
      let parts = step.learn(from: (0..<epoch.clipCount).map { [$0] })
      #expect(whole.gradientNorm > 1e-3 && abs(whole.loss) > 1e-3)
      #expect(abs(Double(parts.loss) / Double(whole.loss) - 1) < 1e-6, "loss")
      #expect(abs(parts.gradientNorm / whole.gradientNorm - 1) < 1e-6, "norm")
    }

    @Test("frames of clips whose label is not known count nothing, in a step and in its parts")
    func unlabelled() {
      let step = Step(ClipSet.decoders[5], .frozen, unknown: [1, 2, 5])
      let whole = step.learn(from: [[0, 1, 2, 3, 4, 5]])
      let known = step.learn(from: [[0, 3, 4]])
      for parts in [
        step.learn(from: [[1, 2, 5], [0, 3, 4]]), step.learn(from: [[0, 1], [3, 2, 4]]),
      ] {
        #expect(abs(parts.loss / known.loss - 1) < 1e-6)
        #expect(abs(parts.gradientNorm / known.gradientNorm - 1) < 1e-6)
      }
      #expect(abs(whole.loss / known.loss - 1) < 1e-6)
    }
  }
}

/// Clips of unequal lengths with unequal captions, and a step that learns from them.
private struct Step {
  private let state: TrainingState<CaptionModel>
  private let plan: TrainingPlan
  private let examples: [TrainingExample]
  private let saysLabels: Bool
  private let frameCounts: [Int]
  /// Of all frames, the pixels or what an encoder sees.
  private let frames: Tensor

  /// - Parameters:
  ///   - decoder: The decoder to train.
  ///   - epoch: The settings of the epoch.
  ///   - unknown: The clips whose words are not in the vocabulary.
  init(
    _ decoder: ClipSet.Decoder, _ epoch: TrainingTests.StepPartsTests.Epoch, unknown: [Int] = []
  ) {
    var plan = TrainingPlan()
    (plan.epochCount, plan.maximumWords, plan.normWeight) = (1, 6, 0.1)
    (plan.wordDropoutRate, plan.labelSmoothing) = (0.2, 0.1)
    plan.encoderLearningRate = epoch.learnsEncoder ? 1e-3 : 0
    plan.sampling = ScheduledSampling(.linear(k: 0.5, slope: 0, floor: 0))
    plan.selfCritical = epoch.isSelfCritical ? SelfCriticalLearning(epochCount: 1) : nil
    (self.plan, saysLabels) = (plan, decoder.saysLabels)

    examples = (0..<epoch.clipCount).map { number in
      let captionCount = decoder.saysLabels ? 1 : 1 + number % 3
      let captions = (0..<captionCount).map { caption in
        let words = (0..<(decoder.saysLabels ? 1 : 1 + (number + caption) * 5 % 7)).map {
          unknown.contains(number) ? TokenID.unknown : TokenID(4 + (number + $0 * $0) % 8)
        }
        return TrainingExample.Caption(
          number: 3 * number + caption, words: [.start] + words + [.end])
      }
      return TrainingExample(
        number: number, path: "", captions: captions, canBeMirrored: false)
    }
    let counts = examples.indices.map { 1 + $0 * 5 % 4 }
    frameCounts = counts
    let encoder = epoch == .learningThroughNorms ? Self.normedEncoder : Self.smallEncoder
    var model = CaptionModel(
      encoder: encoder,
      decoder: decoder.configuration.makeDecoder(reading: encoder, vocabularySize: 12))
    var random = SeededGenerator(seed: 5)
    model.decoder.initialize(using: &random)
    let frameCount = counts.reduce(0, +)
    let kind = decoder.configuration.featureKind
    if epoch.learnsEncoder {
      frames = Self.pixels.slice(0..<frameCount)
      model.decoder.fitNormalization(PackedSequence(encoder.features(frames, kind)))
    } else {
      let size = encoder.featureSize(kind)
      frames = FormulaWeights.scaled(
        "seen", kind == .positions ? [frameCount, 4, size] : [frameCount, size], 2)
      model.decoder.fitNormalization(PackedSequence(frames))
    }
    state = TrainingState(model, plan)
  }

  private static let smallEncoder = initialized(.smallCNN)
  /// With batch norms.
  private static let normedEncoder = initialized(.mobileNetV2)
  private static let pixels = FormulaWeights.scaled("pixels", [4 * 16, 32, 32, 3], 2)

  private static func initialized(_ architecture: EncoderArchitecture) -> any ImageEncoder {
    var encoder = EncoderConfiguration(architecture).makeEncoder()
    var random = SeededGenerator(seed: 4)
    encoder.initialize(using: &random)
    return encoder
  }

  /// Learns once from clips, in parts.
  func learn(from parts: [[Int]]) -> StepReport {
    var state = state
    if saysLabels {
      return state.learn(
        from: parts.map { LabelBatch($0.map { examples[$0] }, pictures($0)) }, plan,
        epochProgress: 0
      ) { batch, model, _, context in model.labelLoss(of: batch, context) }
    }
    return state.learn(
      from: parts.map { CaptionBatch($0.map { examples[$0] }, pictures($0)) }, plan,
      epochProgress: 0,
      reward: { words, picture in
        Double(words.count { ($0.index + picture) % 3 == 0 }) + 0.1 * Double(words.count)
      })
  }

  private func pictures(_ clips: [Int]) -> BatchPictures {
    let starts = frameCounts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let rows = frames.rows(clips.flatMap { Array(starts[$0]..<starts[$0 + 1]) })
    let counts = clips.map { frameCounts[$0] }
    return plan.learnsEncoder(in: 0)
      ? .pixels(rows, frameCounts: counts)
      : .features(
        PackedSequence(rows).joined(
          intoClipsOf: counts, for: state.model.decoder.featureKind))
  }
}
