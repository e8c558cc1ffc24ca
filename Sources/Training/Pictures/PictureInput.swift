import Captioning
import ImageEncoders
import Layers
import Media
import Tensors

/// The pictures and clips that a visual task learns from: pixels while the encoder learns, and otherwise
/// the features that the frozen encoder computed once.
package struct PictureInput: Sendable {
  /// The number of validation examples that are evaluated at once.
  package static let validationBatchSize = 32
  /// The number of pictures that a normalization is fitted to: enough for a mean and a variance, and few
  /// enough that a training from pixels starts soon.
  private static let fittedPictureCount = 1000

  private let kind: FeatureKind
  private let loader: PictureLoader
  private var features: PictureFeatures
  private var prefetch: PicturePrefetch
  /// The encoder's classifier as it was; nil if it has none.
  package let keptClassifier: KeptClassifier?

  /// - Parameters:
  ///   - encoder: The configuration of the encoder, which has the preprocessing of pictures.
  ///   - kind: The kind of features that the decoder reads.
  ///   - frames: The frames of clips to read.
  ///   - threadCount: The number of pictures that are decoded at once.
  ///   - classifier: The encoder's classifier as it was; nil if it has none.
  ///   - cache: Keeps the features of a frozen encoder between runs; nil keeps them nowhere.
  package init(
    _ encoder: EncoderConfiguration, _ kind: FeatureKind,
    frames: ClipSampling.Frames = .evenly(16), threadCount: Int = Device.coreCount,
    keeping classifier: KeptClassifier? = nil, keepingFeaturesIn cache: FeatureCache? = nil
  ) {
    keptClassifier = classifier
    var loader = PictureLoader(encoder.preprocessing, frames: frames)
    loader.threadCount = threadCount
    (self.loader, self.kind) = (loader, kind)
    features = PictureFeatures(kind, cache: cache)
    prefetch = PicturePrefetch(loader)
  }

  /// Returns the length of an example: its captions, and the frames that the decoder reads of it.
  ///
  /// The frames of a clip are counted as the collection states them, not as they are decoded, so that
  /// batches depend on the data set alone.
  package func length(of example: TrainingExample) -> MinibatchBuilder.Length {
    // A decoder of another kind reads the mean of a clip's frames.
    let frameCount = kind == .frames ? example.extent?.frameCount(loader.frames) ?? 1 : 1
    return example.length(frameCount: frameCount)
  }

  /// Returns the members of an epoch's batches.
  ///
  /// While the encoder learns, and in self-critical epochs, they are pictures with all their captions, so
  /// that each picture is read once. Otherwise they are single captions, which can be sorted better.
  package func members(
    of examples: [TrainingExample], inEpoch epoch: Int, _ plan: TrainingPlan
  ) -> [TrainingExample] {
    plan.learnsByPicture(in: epoch) ? examples : examples.flatMap(\.oneByOne)
  }

  /// Computes the features that an epoch needs, and fits the decoder's normalization before the first
  /// step.
  ///
  /// - Parameters:
  ///   - model: The model that learns.
  ///   - training: The examples that it learns from.
  ///   - validation: The examples that it is evaluated on.
  ///   - examples: The only examples that are needed; nil for a whole epoch.
  ///   - context: The plan and the current position in the training.
  ///   - report: Receives the progress; may throw to end the pass.
  /// - Throws: The error of the first picture that cannot be read; what `report` throws.
  package mutating func prepare(
    _ model: inout CaptionModel, _ training: [TrainingExample], _ validation: [TrainingExample],
    onlyFor examples: [TrainingExample]?, _ context: LearningContext,
    reporting report: (PassProgress) throws -> Void
  ) throws {
    var augmenting = loader
    augmenting.augmentation = Augmentation(
      context.random, mirrors: context.plan.mirrorsPictures,
      leastArea: context.plan.leastCropArea)
    prefetch = PicturePrefetch(augmenting)
    let learnsEncoder = context.learnsEncoder
    if let examples {
      return try features.prepare(examples, by: model.encoder, loader, reporting: report)
    }
    let fits = context.plan.measuresFeatures && context.step == 0
    if !learnsEncoder || fits {
      let interval = max(1, training.count / Self.fittedPictureCount)
      let chosen = stride(from: 0, to: training.count, by: interval).map { training[$0] }
      if fits, context.plan.measuresNorms {
        try measureNorms(of: &model, on: Array(chosen.prefix(Self.measuredPictureCount)))
      }
      try features.prepare(
        learnsEncoder ? chosen : training + validation, by: model.encoder, loader,
        reporting: report)
      if fits { model.decoder.fitNormalization(features(chosen)) }
    }
    // Learning makes them obsolete.
    if learnsEncoder { features.removeAll() }
  }

  /// The number of pictures that the statistics of batch norms are measured on.
  private static let measuredPictureCount = 32

  private func measureNorms(
    of model: inout CaptionModel, on examples: [TrainingExample]
  ) throws {
    func measure<Encoder: ImageEncoder>(_ encoder: Encoder, _ pixels: Tensor) -> any ImageEncoder {
      var encoder = encoder
      encoder.measureNorms { _ = $0.features(pixels) }
      return encoder
    }
    guard model.encoder.parameters.contains(where: { $0.parameter.role == .statistic }),
      case .pixels(let pixels, _) = try loader.pixels(of: examples, epoch: 0)
    else { return }
    model.encoder = measure(model.encoder, pixels)
  }

  /// Returns the pictures of a batch, augmented while the encoder learns.
  ///
  /// - Parameters:
  ///   - examples: The members of the batch.
  ///   - next: The members of the batch after it, to prefetch.
  ///   - context: The plan and the current position in the training.
  /// - Returns: Their pixels or features.
  /// - Throws: The error of the first picture that cannot be read.
  package func pictures(
    of examples: [TrainingExample], followedBy next: [TrainingExample]?,
    _ context: LearningContext
  ) throws -> BatchPictures {
    guard context.learnsEncoder else { return .features(features(examples)) }
    return try prefetch.pixels(of: examples, thenOf: next, epoch: context.epoch)
  }

  /// Calls `body` with the validation examples, a batch at a time, and the features that `model` reads of
  /// them.
  package func evaluate(
    _ model: CaptionModel, on validation: [TrainingExample], _ context: LearningContext,
    reporting report: (PassProgress) throws -> Void,
    _ body: ([TrainingExample], PackedSequence) throws -> Void
  ) throws {
    let folded = CaptionModel(encoder: model.encoder.foldingNorms(), decoder: model.decoder)
    for start in stride(from: 0, to: validation.count, by: Self.validationBatchSize) {
      try report(.init(pass: .validation, done: start, total: validation.count))
      let examples = Array(
        validation[start..<min(start + Self.validationBatchSize, validation.count)])
      try body(
        examples,
        context.learnsEncoder
          ? folded.features(of: try loader.pixels(of: examples, epoch: 0), in: .float32)
          : features(examples))
    }
  }
}
