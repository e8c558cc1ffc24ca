import Metrics

extension Trainer {
  /// What the steps since the last summary came to: at a validation, or at the end of an epoch.
  package struct Summary: Sendable {
    /// How many steps had been taken.
    package let step: Int
    /// Which epoch it was; counts from 1.
    package let epoch: Int
    package let endsEpoch: Bool
    /// The mean over the steps that taught something; nats per word.
    package let trainingLoss: Double
    /// How many batches taught nothing, because the loss or gradient was not finite.
    package let skippedBatchCount: Int
    /// The share of the steps whose gradient was clipped; nil where that is not known.
    package let clippedShare: Double?
    /// Nil where there is no validation set, or its turn has not come.
    package let validation: Validation?
    /// How that compares with the validations before.
    package let standing: TrainingState.Standing?

    /// Whether no validation before was as good.
    package var isBest: Bool { standing?.isBest ?? false }
  }

  /// How a model does on pictures it does not learn from.
  package struct Validation: Sendable {
    /// Told the words so far of each human caption; nats per word, or per frame that is labelled.
    package let loss: Double
    /// Of what it writes by itself, by beam search; nil where it says labels.
    package let scores: CaptionScores?
    /// Of the labels that it says; nil where it writes sentences.
    package let accuracy: LabelAccuracy?
    /// What it writes, by the pictures' numbers.
    package let captions: [String]
    /// The first picture's.
    package let sample: (caption: String, reference: String)
  }
}
