import Captioning
import Layers
import Tensors

/// Everything that decides how a model learns: with the data it fixes the outcome bit for bit.
package struct TrainingPlan: Sendable, Equatable {
  package var epochCount = 20
  /// When a batch is full.
  ///
  /// While the encoder learns, pictures come with all their captions.
  package var batchBudget = MinibatchBuilder.Budget.captions(64)
  /// In what order batches are filled.
  package var batchOrder = MinibatchBuilder.Order.pooled
  /// How many batches make one step.
  package var batchesPerStep = 1

  package var optimizer = Optimizer.Rule.adam(decoupledDecay: false)
  /// The highest step size of the decoder.
  package var learningRate: Float = 8e-4
  /// The highest step size of the encoder; 0 leaves the encoder as it is.
  package var encoderLearningRate: Float = 0
  /// Whether the encoder's step sizes are shares of each parameter's root mean square (Shazeer & Stern,
  /// 2018), as they should be where it has been trained before.
  ///
  /// MobileNetV2's depthwise weights are forty times larger than the pointwise ones before them: steps of
  /// one size had changed the second by 30 % in two epochs, and the first by less than 1 %.
  package var encoderStepsAreRelative = false
  /// How many epochs only the decoder learns, so that its first errors do not spoil the encoder.
  package var frozenEpochCount = 0
  /// The first parameter of the encoder that learns, or how its name begins, such as `layer3`.
  ///
  /// Those before it stay as they are. Nil lets all learn.
  package var encoderStart: String?
  /// Whether the decoder takes the measure of the features before it learns; one that was trained before
  /// has done so, and reads them as it has learned to.
  package var measuresFeatures = true
  /// Whether the rows of the word embedding stay as they are.
  package var freezesWords = false
  package var schedule = LearningRateSchedule.cosine
  /// How many steps the step sizes take to rise from 0.
  package var warmupStepCount = 100
  /// How much of each weight is taken off per unit of step size.
  package var weightDecay: Float = 0
  /// The largest Euclidean norm of a gradient (Pascanu et al., 2013).
  package var gradientNormLimit = 5.0
  /// The largest size of any number of a gradient, cut before the norm is taken; nil cuts nothing.
  package var gradientValueLimit: Float?
  /// How much of an average of the weights each step leaves as it was (Polyak & Juditsky, 1992).
  ///
  /// In `0..<1`; it is the average that is validated and kept. Nil averages nothing.
  package var averageDecay: Float?

  package var dropout = SequenceDropout.Kind.nonRecurrent
  /// What is left out of the decoder's connections, in `0..<1`.
  package var dropoutRate: Float = 0.5
  /// How many of its words each caption does without, wherever they stand, in `0..<1`.
  package var wordDropoutRate: Float = 0
  /// How much of the probability is wanted on all words alike, in `0..<1`.
  package var labelSmoothing: Float = 0
  /// With attention, what it costs to look at some positions more than at others over a caption.
  package var coverageWeight: Float = 1
  /// What it costs that the norms of hidden states change from word to word.
  package var normWeight: Float = 0
  /// When the decoder reads words of its own; nil is teacher forcing throughout.
  package var sampling: ScheduledSampling?
  /// How the last epochs learn from their own captions; nil learns from given ones throughout.
  package var selfCritical: SelfCriticalLearning?
  /// Whether pictures are mirrored at random, unless a caption says left or right.
  package var mirrorsPictures = true
  /// The least share of a picture's area that is shown to a learning encoder, cut out at random with an
  /// aspect of 3:4 to 4:3 (Szegedy et al., 2015); 1 shows all of it.
  package var leastCropArea: Float = 1
  /// What the decoder's products are computed in; its weights stay in float32.
  package var precision = ElementType.float32

  /// Words seen less often become `<unk>`.
  package var minimumWordCount = 5
  /// The most words of a caption; the rest is cut off.
  package var maximumWords = 20
  /// How captions are ranked in validation.
  package var lengthPenalty = LengthPenalty.none
  /// How many words in a row no caption says twice in validation; nil lets it.
  package var unrepeatedCount: Int?
  package var seed: UInt64 = 1
  /// How often the validation set is looked at; always at the end of the training, too.
  package var validationInterval = Interval.epochs(1)
  /// By what the best validation is chosen.
  package var selection = Selection.cider
  /// After how many validations without a better one the training ends; nil never ends it.
  package var patience: Int?

  /// A score of the validation set.
  package enum Selection: String, Sendable, CaseIterable {
    case cider
    case bleu4 = "bleu-4"
    case rougeL = "rouge-l"
    /// The lower the better.
    case loss
    /// The share of clips with the right label.
    case accuracy

    /// The higher the better.
    package func score(of validation: Trainer.Validation) -> Double {
      let corpus = validation.scores?.corpus
      return switch self {
      case .cider: corpus?.cider ?? 0
      case .bleu4: corpus?.bleu[3] ?? 0
      case .rougeL: corpus?.rougeL ?? 0
      case .loss: -validation.loss
      case .accuracy: validation.accuracy?.clips ?? 0
      }
    }
  }

  package init() {}

  var costs: CaptionCosts {
    CaptionCosts(
      smoothing: labelSmoothing, coverageWeight: coverageWeight, normWeight: normWeight)
  }

  /// How captions are searched for in validation.
  var search: BeamSearch {
    var search = BeamSearch(width: 3, maximumWords: maximumWords)
    search.lengthPenalty = lengthPenalty
    search.rules.unrepeatedCount = unrepeatedCount
    return search
  }

  /// Whether the encoder learns in this epoch, which counts from 0.
  package func learnsEncoder(in epoch: Int) -> Bool {
    encoderLearningRate > 0 && epoch >= frozenEpochCount
  }

  /// How this epoch, which counts from 0, learns from captions that the decoder draws; nil if it does not.
  package func selfCritical(in epoch: Int) -> SelfCriticalLearning? {
    epoch >= toldEpochCount ? selfCritical : nil
  }

  /// How this epoch, which counts from 0, reads words of its own by a schedule; nil if it does not.
  ///
  /// An epoch that learns from drawn captions reads nothing but its own words.
  package func sampling(in epoch: Int) -> ScheduledSampling? {
    selfCritical(in: epoch) == nil ? sampling : nil
  }

  /// Whether an epoch's batches are of pictures with all their captions, rather than of single captions.
  package func learnsByPicture(in epoch: Int) -> Bool {
    learnsEncoder(in: epoch) || selfCritical(in: epoch) != nil
  }

  /// How many epochs learn from given captions.
  package var toldEpochCount: Int { epochCount - (selfCritical?.epochCount ?? 0) }

  /// The share of the highest step size at a step: a linear rise, then as the schedule says, and the same
  /// again, lower, from where the decoder's own captions are learned from.
  ///
  /// - Parameters:
  ///   - step: Counts from 0.
  ///   - epoch: How far the training is, in epochs and parts of them.
  ///   - reductionCount: How often validation has stopped getting better.
  /// - Returns: In `0...1`.
  package func learningRateShare(
    atStep step: Int, epoch: Double, reductionCount: Int = 0
  ) -> Float {
    if let selfCritical, epoch >= Double(toldEpochCount) {
      return selfCritical.learningRateShare
        * schedule.share(
          epoch: epoch - Double(toldEpochCount), step: max(step - selfCritical.firstStep, 0),
          epochCount: selfCritical.epochCount, reductionCount: reductionCount)
    }
    let rise = Float(step + 1) / Float(max(warmupStepCount, 1))
    return min(rise, 1)
      * schedule.share(
        epoch: epoch, step: step, epochCount: toldEpochCount, reductionCount: reductionCount)
  }
}
