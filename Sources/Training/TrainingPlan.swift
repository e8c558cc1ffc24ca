import Captioning
import Layers
import Tensors

/// The plan of a training: with the data, it determines the outcome bit for bit.
package struct TrainingPlan: Sendable, Equatable {
  package var epochCount = 20
  /// The size of a batch.
  ///
  /// While the encoder learns, images come with all their captions.
  package var batchBudget = MinibatchBuilder.Budget.captions(64)
  /// The order in which batches are filled.
  package var batchOrder = MinibatchBuilder.Order.pooled
  /// The number of batches whose gradients make one step.
  package var batchesPerStep = 1

  package var optimizer = Optimizer.Rule.adam(decoupledDecay: false)
  /// The peak learning rate of the decoder.
  package var learningRate: Float = 8e-4
  /// The peak learning rate of the encoder; 0 freezes the encoder.
  package var encoderLearningRate: Float = 0
  /// True if the encoder's learning rate is relative to the root mean square of each parameter (Shazeer &
  /// Stern, 2018), as it should be for an encoder that was trained before.
  ///
  /// The depthwise weights of MobileNetV2 are forty times larger than the pointwise ones before them: with
  /// one learning rate, two epochs changed the second by 30 %, and the first by less than 1 %.
  package var encoderStepsAreRelative = false
  /// The number of first epochs in which only the decoder learns, so that its first errors do not spoil the
  /// encoder.
  package var frozenEpochCount = 0
  /// The first parameter of the encoder that learns, or a prefix of its name, such as `layer3`.
  ///
  /// The parameters before it are frozen. Nil lets all of them learn.
  package var encoderStart: String?
  /// True if the decoder measures the mean and the standard deviation of the features before it learns; one
  /// that was trained before has measured its own.
  package var measuresFeatures = true
  /// True if the encoder is new, so that the statistics of its batch norms are measured before it learns.
  package var measuresNorms = false
  /// True if the word embedding is frozen.
  package var freezesWords = false
  /// The schedule of the learning rate.
  package var schedule = LearningRateSchedule.cosine
  /// The number of steps in which the learning rate rises linearly from 0.
  package var warmupStepCount = 100
  package var weightDecay: Float = 0
  /// The largest Euclidean norm of a gradient (Pascanu et al., 2013).
  package var gradientNormLimit = 5.0
  /// The largest absolute value of a gradient element, applied before the norm is limited; nil is no limit.
  package var gradientValueLimit: Float?
  /// The decay of an exponential moving average of the weights (Polyak & Juditsky, 1992), in `0..<1`.
  ///
  /// The average is what is validated and saved. Nil averages nothing.
  package var averageDecay: Float?

  package var dropout = SequenceDropout.Kind.nonRecurrent
  /// The dropout rate of the decoder, in `0..<1`.
  package var dropoutRate: Float = 0.5
  /// The share of words that are dropped from each caption that is read, in `0..<1`.
  package var wordDropoutRate: Float = 0
  /// The share of the target probability that is spread over all words, in `0..<1`.
  package var labelSmoothing: Float = 0
  /// With attention, the weight of the penalty for attending to positions unevenly over a caption.
  package var coverageWeight: Float = 1
  /// The weight of the penalty for classes of the encoder's classifier that drift while the encoder learns.
  package var classifierWeight: Float = 1
  /// The weight of the penalty for norms of hidden states that change from step to step.
  package var normWeight: Float = 0
  /// Scheduled sampling; nil is teacher forcing throughout.
  package var sampling: ScheduledSampling?
  /// Self-critical training in the last epochs; nil is cross-entropy throughout.
  package var selfCritical: SelfCriticalLearning?
  /// True if images are mirrored at random, unless a caption says left or right.
  package var mirrorsPictures = true
  /// The smallest share of an image's area in a random crop for a learning encoder, with an aspect ratio of
  /// 3:4 to 4:3 (Szegedy et al., 2015); 1 shows the whole image.
  package var leastCropArea: Float = 1
  /// The number type of the decoder's matrix products; its weights stay in float32.
  package var precision = ElementType.float32

  /// Words seen less often become `<unk>`.
  package var minimumWordCount = 5
  /// The beam search of validation.
  package var search = BeamSearch(width: 3, maximumWords: 20)
  package var seed: UInt64 = 1
  /// The interval between validations; the end of the training is always validated, too.
  package var validationInterval = Interval.epochs(1)
  /// The score that selects the best checkpoint.
  package var selection = Selection.cider
  /// The number of validations without improvement that end the training; nil never ends it early.
  package var patience: Int?

  /// A score of the validation set.
  package enum Selection: String, Sendable, CaseIterable {
    case cider
    case bleu4 = "bleu-4"
    case rougeL = "rouge-l"
    /// The validation loss; lower is better.
    case loss
    /// The share of clips with the right label.
    case accuracy
  }

  package init() {}

  var costs: CaptionCosts {
    CaptionCosts(
      smoothing: labelSmoothing, coverageWeight: coverageWeight, normWeight: normWeight)
  }

  /// The most words of a caption; the rest is cut off.
  package var maximumWords: Int {
    get { search.maximumWords }
    set { search.maximumWords = newValue }
  }

  /// Returns true if the encoder learns in an epoch, which counts from 0.
  package func learnsEncoder(in epoch: Int) -> Bool {
    encoderLearningRate > 0 && epoch >= frozenEpochCount
  }

  /// Returns the self-critical training of an epoch, which counts from 0; nil if it has none.
  package func selfCritical(in epoch: Int) -> SelfCriticalLearning? {
    epoch >= teacherForcedEpochCount ? selfCritical : nil
  }

  /// Returns the scheduled sampling of an epoch, which counts from 0; nil if it has none.
  ///
  /// In self-critical training the decoder reads only its own words, so there is nothing to schedule.
  package func sampling(in epoch: Int) -> ScheduledSampling? {
    selfCritical(in: epoch) == nil ? sampling : nil
  }

  /// Returns true if the batches of an epoch hold images with all their captions, rather than single
  /// captions.
  package func learnsByPicture(in epoch: Int) -> Bool {
    learnsEncoder(in: epoch) || selfCritical(in: epoch) != nil
  }

  /// The number of epochs of teacher forcing or scheduled sampling, before self-critical training.
  package var teacherForcedEpochCount: Int { epochCount - (selfCritical?.epochCount ?? 0) }

  /// Returns the learning rate of a step as a share of the peak: a linear warmup, then the schedule, and the
  /// schedule once more, lower, in self-critical training.
  ///
  /// - Parameters:
  ///   - step: Counts from 0.
  ///   - epoch: The progress of the training, in epochs and fractions of them.
  ///   - reductionCount: The number of times that validation has stopped improving.
  /// - Returns: A share in `0...1`.
  package func learningRateShare(
    atStep step: Int, epoch: Double, reductionCount: Int = 0
  ) -> Float {
    if let selfCritical, epoch >= Double(teacherForcedEpochCount) {
      return selfCritical.learningRateShare
        * schedule.share(
          epoch: epoch - Double(teacherForcedEpochCount),
          step: max(step - selfCritical.firstStep, 0),
          epochCount: selfCritical.epochCount, reductionCount: reductionCount)
    }
    let warmup = Float(step + 1) / Float(max(warmupStepCount, 1))
    return min(warmup, 1)
      * schedule.share(
        epoch: epoch, step: step, epochCount: teacherForcedEpochCount,
        reductionCount: reductionCount)
  }
}
