import Captioning
import ImageEncoders
import Layers
import Tensors
import Text
import Training

/// Training steps on random numbers: one caption of twelve words for each picture.
struct TrainingBench {
  private var state: TrainingState
  private var plan = TrainingPlan()
  private let batch: TrainingBatch

  /// - Parameters:
  ///   - architecture: The encoder to fine-tune; nil learns from 2048 features per picture, or with
  ///     attention from 1280 for each of 49 positions.
  ///   - attention: How the decoder looks at pictures.
  ///   - captionCount: How many captions a batch has.
  ///   - precision: What products are computed in.
  ///   - samplingRate: The chance of each word but the first to be drawn.
  init(
    _ architecture: EncoderArchitecture?, attention: DecoderConfiguration.Attention,
    captionCount: Int, precision: ElementType,
    samplingRate: Double
  ) {
    var random = SeededGenerator(seed: 1)
    (plan.precision, plan.dropoutRate, plan.schedule) = (precision, 0, .constant)
    plan.encoderLearningRate = architecture == nil ? 0 : 1e-4
    if samplingRate > 0 {
      plan.sampling = ScheduledSampling(.linear(k: 1 - samplingRate, slope: 0, floor: 0))
    }
    let encoder = (architecture ?? (attention == .none ? .resNet50 : .mobileNetV2)).makeEncoder()
    let vocabularySize = 10_000
    var model = CaptionModel(
      encoder: encoder,
      decoder: DecoderConfiguration(attention: attention)
        .makeDecoder(reading: encoder, vocabularySize: vocabularySize))
    model.initialize(using: &random)
    state = TrainingState(model, plan)
    let examples = (0..<captionCount).map { number in
      let words = (0..<12).map { _ in TokenID(4 + random.below(vocabularySize - 4)) }
      return TrainingExample(
        number: number, path: "",
        captions: [.init(number: number, words: [.start] + words + [.end])],
        canBeMirrored: false)
    }
    func noise(_ shape: [Int]) -> Tensor {
      Tensor((0..<shape.reduce(1, *)).map { _ in 2 * random.uniform() - 1 }, shape: shape)
    }
    if let architecture {
      let size = architecture.publishedPreprocessing.size
      batch = TrainingBatch(examples, .pixels(noise([captionCount, size, size, 3])))
    } else {
      let shape = attention == .none ? [encoder.pooledSize] : [49, encoder.channelCount]
      batch = TrainingBatch(examples, .features(noise([captionCount] + shape)))
    }
  }

  mutating func step() { _ = state.learn(from: [batch], plan, epochProgress: 0) }
}
