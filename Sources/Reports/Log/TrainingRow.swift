import Files

/// One thing that a training has to tell: a step, or a summary of several.
package enum TrainingRow: Sendable, Equatable {
  case step(StepRow)
  case summary(SummaryRow)

  /// How many steps had been learned from.
  package var step: Int {
    switch self {
    case .step(let row): row.step
    case .summary(let row): row.step
    }
  }

  /// When it was written; seconds since 1970.
  package var time: Double {
    switch self {
    case .step(let row): row.time
    case .summary(let row): row.time
    }
  }
}

/// What one step taught.
package struct StepRow: Sendable, Equatable {
  /// Counts from 1, as does `epoch`.
  package var step: Int
  package var epoch: Int
  /// Nats per word.
  package var loss: Double
  /// Before clipping.
  package var gradientNorm: Double
  /// Whether the gradient was longer than it may be.
  package var isClipped: Bool
  package var learningRate: Double
  /// The probability of feeding back the model's own word; nil without scheduled sampling.
  package var samplingRate: Double?
  /// Over the last minute; nil where nothing has been measured yet.
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

/// What the steps since the last summary have come to: at a validation, or at the end of an epoch.
package struct SummaryRow: Sendable, Equatable {
  /// The last of them.
  package var step: Int
  package var epoch: Int
  package var endsEpoch: Bool
  /// The mean over the steps; nats per word.
  package var trainingLoss: Double
  /// The share of the steps whose gradient was clipped; nil where that is not known.
  package var clippedShare: Double?
  /// Nil where nothing was validated.
  package var validation: Validation?
  /// Whether no validation before did better.
  package var isBest: Bool
  /// What they took; after a resume, what the rest of them took.
  package var seconds: Double
  package var time: Double

  /// How the model did on pictures it does not learn from.
  package struct Validation: Sendable, Equatable {
    /// Told the words so far of each human caption; nats per word, or per frame that is labelled.
    package var loss: Double
    /// Of what it writes by itself; nil where it says labels.
    package var scores: Scores?
    /// Of the labels that it says; nil where it writes sentences.
    package var accuracy: Accuracy?

    package init(loss: Double, scores: Scores? = nil, accuracy: Accuracy? = nil) {
      (self.loss, self.scores, self.accuracy) = (loss, scores, accuracy)
    }
  }

  /// How close captions come to human ones.
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

  /// The shares of labels that are right, in `0...1`.
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
