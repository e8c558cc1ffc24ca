import Layers

/// The table of the training options: an entry here, a value in `LearningChoices` and a declaration in the
/// program make an option.
///
/// The entries stand in the order in which settings are recorded.
package struct TrainingOptions: Sendable {
  package static let table = TrainingOptions()

  // MARK: Batches

  package let epochs = TrainingOption(
    "epochs", \.plan.epochCount, .range(1...1_000_000), "The number of epochs to train.")
  package let batchSize = TrainingOption(
    "batch-size", \.batchSize, .range(1...65_536),
    .init(
      "The number of captions in a batch.",
      discussion: "While the encoder learns, images come with all their captions.")
  ).recorded { $0.batchWords == nil }
  package let batchWords = TrainingOption(
    "batch-words", \.batchWords, .range(1...10_000_000),
    .init("The number of words in a batch, instead of captions.", valueName: "n")
  ).recordedUnlessDefault
  package let batchOrder = TrainingOption(
    "batch-order", \.plan.batchOrder,
    .init(
      "The order that batches are filled in: by length in shuffled pools, shuffled, or by the length of "
        + "source, target or both (Morishita et al., 2017).", valueName: "order"))
  package let accumulate = TrainingOption(
    "accumulate", \.plan.batchesPerStep, .range(1...65_536),
    .init("The number of batches whose gradients make one step.", valueName: "n"))

  // MARK: Steps

  package let optimizer = TrainingOption(
    "optimizer", \.optimizer, .init("The optimizer: adam, adamw or sgd.", valueName: "name"))
  package let momentum = TrainingOption(
    "momentum", \.momentum, .belowOne, "The momentum of sgd.")
  package let nesterov = TrainingOption("nesterov", \.nesterov, "Use Nesterov momentum with sgd.")
  package let learningRate = TrainingOption(
    "lr", \.plan.learningRate, .aboveZero, "The decoder's peak learning rate.")
  package let encoderLearningRate = TrainingOption(
    "encoder-lr", \.encoderLearningRate, .zeroOrAbove,
    .init(
      "The encoder's peak learning rate; 0 freezes the encoder.",
      discussion:
        "For an imported encoder, relative to the root mean square of each weight tensor."))
  package let frozenEpochs = TrainingOption(
    "frozen-epochs", \.plan.frozenEpochCount, .range(0...1_000_000),
    "The number of first epochs in which only the decoder learns.")
  package let schedule = TrainingOption(
    "schedule", \.schedule,
    .init(
      "The learning rate schedule: constant, step, cosine or plateau.", valueName: "schedule"))
  package let scheduleFactor = TrainingOption(
    "schedule-factor", \.scheduleFactor, .belowOne,
    "The factor that step and plateau multiply the learning rate by.")
  package let scheduleSteps = TrainingOption(
    "schedule-steps", \.scheduleSteps, .range(1...1_000_000_000),
    .init(
      "For step: the number of steps between decays, instead of --schedule-epochs.",
      valueName: "n")
  ).recordedUnlessDefault
  package let scheduleEpochs = TrainingOption(
    "schedule-epochs", \.scheduleEpochs, .range(1...1_000_000),
    .init(
      "For step: the number of epochs between decays. For plateau: the number of validations without "
        + "improvement before a decay. (default: 2)", valueName: "n")
  ).recorded { $0.scheduleSteps == nil }
  package let warmup = TrainingOption(
    "warmup", \.plan.warmupStepCount, .range(0...1_000_000_000),
    .init(
      "The number of steps in which the learning rate rises linearly from 0.", valueName: "n"))
  package let weightDecay = TrainingOption(
    "weight-decay", \.plan.weightDecay, .belowOne,
    .init(
      "The weight decay.",
      discussion:
        "Decoupled from the gradient with adamw (Loshchilov & Hutter, 2019), else added to it."))
  package let clipNorm = TrainingOption(
    "clip-norm", \.plan.gradientNormLimit, .aboveZero,
    "The largest gradient norm; longer gradients are scaled down to it.")
  package let clipValue = TrainingOption(
    "clip-value", \.plan.gradientValueLimit, .aboveZero,
    "The largest absolute value of a gradient element (default: no limit).")
  package let averageDecay = TrainingOption(
    "ema", \.plan.averageDecay, .belowOne,
    .init(
      "Keep an exponential moving average of the weights with this decay.",
      discussion: "0.999 is usual; the average is what is validated and saved.",
      valueName: "decay"))

  // MARK: Regularization

  package let dropout = TrainingOption(
    "dropout", \.plan.dropoutRate, .belowOne, "The decoder's dropout rate.")
  package let dropoutKind = TrainingOption(
    "dropout-kind", \.plan.dropout,
    .init(
      "The kind of dropout: non-recurrent (Zaremba et al., 2014) or variational (Gal & Ghahramani, "
        + "2016).", valueName: "kind"))
  package let labelSmoothing = TrainingOption(
    "label-smoothing", \.plan.labelSmoothing, .belowOne,
    "The share of the target probability that is spread over all words.")
  package let coverageWeight = TrainingOption(
    "coverage-weight", \.plan.coverageWeight, .zeroOrAbove,
    "With attention: the weight of the penalty for attending to positions unevenly.")
  package let sampling = TrainingOption(
    "sampling", \.sampling,
    .init(
      "Scheduled sampling (Bengio et al., 2015): off, linear, exp, sigmoid or epochs.",
      discussion: """
        The teacher forcing probability falls from 1: linear max(floor, k - slope i), exp k^i, sigmoid \
        k/(k + exp(i/k)) at step i, epochs by slope every five epochs. Constants that are not given \
        are chosen such that it ends at the floor.
        """, valueName: "schedule")
  )
  package let samplingK = TrainingOption("sampling-k", \.samplingK, "The schedule's k.")
  package let samplingSlope = TrainingOption(
    "sampling-slope", \.samplingSlope, "The schedule's slope.")
  package let samplingFloor = TrainingOption(
    "sampling-floor", \.samplingFloor, .belowOne, "The lowest teacher forcing probability.")
  package let samplingDraw = TrainingOption(
    "sampling-draw", \.samplingDraw,
    "The model's own words: sampled, or argmax, the most likely ones.")
  package let encoderFrom = TrainingOption(
    "encoder-from", \.plan.encoderStart,
    .init(
      "The first part of the encoder that learns, such as layer3 or features.14 (default: all).",
      valueName: "part"))
  package let noMirror = TrainingOption(
    "no-mirror", \.leavesPicturesUnmirrored,
    .init(
      "Do not mirror images.",
      discussion:
        "By default half are mirrored while the encoder learns, unless a caption says left or right."
    ))
  package let cropArea = TrainingOption(
    "crop-area", \.plan.leastCropArea, .aboveZeroToOne,
    .init(
      "The smallest share of an image's area in a random crop, while the encoder learns.",
      valueName: "share"))

  // MARK: Validation

  package let select = TrainingOption(
    "select", \.selection,
    .init(
      "The score that selects the best checkpoint: cider (default), bleu-4, rouge-l or loss; with "
        + "--task classify accuracy (default), of clips, or loss.", valueName: "score"))
  package let patience = TrainingOption(
    "patience", \.plan.patience, .range(1...1_000_000),
    .init(
      "Stop after n validations without improvement (default: never).", valueName: "n"))

  // MARK: Computation

  package let precision = TrainingOption(
    "precision", \.precision,
    .init(
      "The number type of matrix products: f32, bf16, or auto, the faster one.", valueName: "type"))
  package let seed = TrainingOption("seed", \.plan.seed, "The seed of all random numbers.")

  // MARK: Options that were added later

  package let evalEvery = TrainingOption(
    "eval-every", \.plan.validationInterval, .counts(1...1_000_000_000),
    .init(
      "The number of steps between validations, or of epochs with ep: 500, 2ep.",
      discussion: "The end of the training is always validated.", valueName: "n|nep")
  ).recordedUnlessDefault
  package let wordDropout = TrainingOption(
    "word-dropout", \.plan.wordDropoutRate, .belowOne,
    .init("The share of words dropped from each caption that is read.", valueName: "rate")
  ).recordedUnlessDefault
  package let normStabilizer = TrainingOption(
    "norm-stabilizer", \.plan.normWeight, .zeroOrAbove,
    .init(
      "The weight of the norm stabilizer of hidden states (Krueger & Memisevic, 2016).",
      valueName: "beta")
  ).recordedUnlessDefault
  package let classifierWeight = TrainingOption(
    "classifier-weight", \.plan.classifierWeight, .aboveZero,
    .init(
      "With an encoder whose classifier was kept: the weight of the penalty for classes that drift.",
      discussion: "It counts while the encoder learns (Li & Hoiem, 2016).", valueName: "weight")
  ).recordedUnlessDefault
  package let selfCriticalEpochs = TrainingOption(
    "self-critical-epochs", \.selfCriticalEpochs, .range(0...1_000_000),
    .init(
      "The number of last epochs of self-critical training (Rennie et al., 2017).",
      discussion:
        "The reward is CIDEr, ends of captions included, against the others of the same image.",
      valueName: "n")
  ).recordedUnlessDefault
  package let selfCriticalDraws = TrainingOption(
    "self-critical-draws", \.selfCriticalDraws, .range(2...1000),
    "The number of captions sampled for each image in self-critical training."
  ).recorded { $0.selfCriticalEpochs > 0 }
  package let selfCriticalLR = TrainingOption(
    "self-critical-lr", \.selfCriticalLearningRateShare, .aboveZero,
    .init(
      "The learning rate of self-critical training, as a share of the one before.",
      valueName: "share")
  ).recorded { $0.selfCriticalEpochs > 0 }

  /// All entries, in their order.
  ///
  /// Read from the table itself, so that no entry can be forgotten.
  package var all: [any AnyTrainingOption] {
    Mirror(reflecting: self).children.compactMap { $0.value as? any AnyTrainingOption }
  }

  /// Returns true if two recorded values of a setting mean the same.
  package func isSame(_ setting: String, _ one: String, _ other: String) -> Bool {
    guard one != other else { return true }
    guard let option = all.first(where: { "--\($0.name)" == setting }) else { return false }
    return option.canonical(one) == option.canonical(other)
  }
}
