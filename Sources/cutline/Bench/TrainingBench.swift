import Captioning
import ImageEncoders
import Layers
import Tensors
import Text
import Training

/// Training steps on random features, with one caption of twelve words for each picture.
struct TrainingBench {
  private var state: TrainingState<CaptionModel>
  private var plan = TrainingPlan()
  private let batch: CaptionBatch

  /// - Parameters:
  ///   - architecture: The encoder to fine-tune; nil for 2048 features per picture, or from 1280
  ///     for each of 49 positions, or each of 40 frames.
  ///   - decoder: The decoder.
  ///   - captionCount: The number of captions in a batch.
  ///   - precision: The precision of matrix products.
  ///   - samplingRate: The scheduled sampling rate.
  init(
    _ architecture: EncoderArchitecture?, _ decoder: DecoderConfiguration, captionCount: Int,
    precision: ElementType, samplingRate: Double
  ) {
    var random = SeededGenerator(seed: 1)
    (plan.precision, plan.dropoutRate, plan.schedule) = (precision, 0, .constant)
    plan.encoderLearningRate = architecture == nil ? 0 : 1e-4
    if samplingRate > 0 {
      plan.sampling = ScheduledSampling(.linear(k: 1 - samplingRate, slope: 0, floor: 0))
    }
    let kind = decoder.featureKind
    let encoder = (architecture ?? (kind == .pooled ? .resNet50 : .mobileNetV2)).makeEncoder()
    let vocabularySize = 10_000
    var model = CaptionModel(
      encoder: encoder,
      decoder: decoder.makeDecoder(reading: encoder, vocabularySize: vocabularySize))
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
      batch = CaptionBatch(
        examples,
        .pixels(
          noise([captionCount, size, size, 3]),
          frameCounts: Array(repeating: 1, count: captionCount)))
    } else {
      let shape =
        switch kind {
        case .pooled: [encoder.pooledSize]
        case .positions: [49, encoder.channelCount]
        case .frames: [40, encoder.pooledSize]
        }
      batch = CaptionBatch(examples, .features(PackedSequence(noise([captionCount] + shape))))
    }
  }

  mutating func step() { _ = state.learn(from: [batch], plan, epochProgress: 0) }
}
