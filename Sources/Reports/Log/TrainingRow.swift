import Files

/// A row of the log of a training: a step, or a summary of several.
package enum TrainingRow: Sendable, Equatable {
  case step(StepRow)
  case summary(SummaryRow)

  /// The number of steps learned so far.
  package var step: Int {
    switch self {
    case .step(let row): row.step
    case .summary(let row): row.step
    }
  }

  /// The time of the row, in seconds since 1970.
  package var time: Double {
    switch self {
    case .step(let row): row.time
    case .summary(let row): row.time
    }
  }
}

/// The measurements of one step.
package struct StepRow: Sendable, Equatable {
  /// Counts from 1, as does `epoch`.
  package var step: Int
  package var epoch: Int
  /// The mean loss, in nats per word.
  package var loss: Double
  /// The norm of the gradient before clipping.
  package var gradientNorm: Double
  /// True if the gradient was clipped.
  package var isClipped: Bool
  package var learningRate: Double
  /// The scheduled sampling rate: the probability that the model reads its own word; nil without
  /// scheduled sampling.
  package var samplingRate: Double?
  /// The mean over the last minute; nil before the first measurement.
  package var captionsPerSecond: Double?
  package var time: Double

  package init(
    step: Int, epoch: Int, loss: Double, gradientNorm: Double, isClipped: Bool,
    learningRate: Double, samplingRate: Double? = nil, captionsPerSecond: Double? = nil,
    time: Double
  ) {
    (self.step, self.epoch, self.loss, self.gradientNorm) = (step, epoch, loss, gradientNorm)
    (self.isClipped, self.learningRate, self.samplingRate) = (isClipped, learningRate, samplingRate)
    (self.captionsPerSecond, self.time) = (captionsPerSecond, time)
  }
}

/// The means since the last summary, at a validation or at the end of an epoch.
package struct SummaryRow: Sendable, Equatable {
  /// The last of them.
  package var step: Int
  package var epoch: Int
  package var endsEpoch: Bool
  /// The mean loss of the steps, in nats per word.
  package var trainingLoss: Double
  /// The share of the steps whose gradient was clipped; nil where that is not known.
  package var clippedShare: Double?
  /// Nil where nothing was validated.
  package var validation: Validation?
  /// True if no earlier validation was better.
  package var isBest: Bool
  /// The duration of the steps; after a resume, that of the steps since.
  package var seconds: Double
  package var time: Double

  /// The measurements on pictures that the model is not trained on.
  package struct Validation: Sendable, Equatable {
    /// The loss under teacher forcing, in nats per word, or per labelled frame.
    package var loss: Double
    /// The scores of generated captions; nil for a model of labels.
    package var scores: Scores?
    /// The accuracy of predicted labels; nil for a model of captions.
    package var accuracy: Accuracy?

    package init(loss: Double, scores: Scores? = nil, accuracy: Accuracy? = nil) {
      (self.loss, self.scores, self.accuracy) = (loss, scores, accuracy)
    }
  }

  /// The similarity of captions to human ones.
  package struct Scores: Sendable, Equatable {
    /// BLEU-1 to BLEU-4.
    package var bleu: [Double]
    package var rougeL: Double
    package var cider: Double

    package init(bleu: [Double], rougeL: Double, cider: Double) {
      precondition(bleu.count == 4, "there are BLEU-1 to BLEU-4, not \(bleu.count) of them")
      (self.bleu, self.rougeL, self.cider) = (bleu, rougeL, cider)
    }
  }

  /// The shares of correct labels, in `0...1`.
  package struct Accuracy: Sendable, Equatable {
    package var frames: Double
    package var clips: Double

    package init(frames: Double, clips: Double) { (self.frames, self.clips) = (frames, clips) }
  }

  package init(
    step: Int, epoch: Int, endsEpoch: Bool = true, trainingLoss: Double,
    clippedShare: Double? = nil, validation: Validation?, isBest: Bool, seconds: Double,
    time: Double
  ) {
    (self.step, self.epoch, self.endsEpoch) = (step, epoch, endsEpoch)
    (self.trainingLoss, self.clippedShare) = (trainingLoss, clippedShare)
    (self.validation, self.isBest) = (validation, isBest)
    (self.seconds, self.time) = (seconds, time)
  }
}
