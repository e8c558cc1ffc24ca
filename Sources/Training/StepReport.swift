/// The report of one training step.
package struct StepReport: Sendable {
  /// The number of the step, from 1.
  package let step: Int
  /// The loss in nats per word, or minus the mean CIDEr-D in self-critical epochs.
  package let loss: Float
  /// The norm of the gradient before it is clipped.
  package let gradientNorm: Double
  /// True if the loss or the gradient was not finite, so that nothing was learned.
  package let wasSkipped: Bool
  /// True if the norm of the gradient was above the plan's limit.
  package let wasClipped: Bool
  /// The number of gradient values that were clipped one by one.
  package let cutNumberCount: Int
  /// The decoder's learning rate.
  package let learningRate: Float
  /// The probability that the decoder read a word of its own; nil without scheduled sampling.
  package let samplingRate: Double?
  package let captionCount: Int
  package let wordCount: Int
}
