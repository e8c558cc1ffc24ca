import Layers

#if canImport(Glibc)
import Glibc
#endif

/// Everything that decides how a model learns: with the data it fixes the outcome bit for bit.
package struct TrainingPlan: Sendable, Equatable {
  package var epochCount = 20
  /// How many pictures a step learns from, each with all its captions.
  package var batchSize = 32
  /// In what order batches are filled.
  package var batchOrder = MinibatchBuilder.Order.pooled
  /// The highest step size of the decoder.
  package var learningRate: Float = 4e-4
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
  /// How much of each weight is taken off per unit of step size (Loshchilov & Hutter, 2019).
  package var weightDecay: Float = 0
  /// How many steps the step sizes take to rise from 0.
  package var warmupStepCount = 100
  /// The largest Euclidean norm of a gradient (Pascanu et al., 2013).
  package var gradientNormLimit = 5.0
  /// What is left out of the decoder's inputs and outputs, in `0..<1`.
  package var dropoutRate: Float = 0.5
  /// Whether pictures are mirrored at random, unless a caption says left or right.
  package var mirrorsPictures = true
  /// Words seen less often become `<unk>`.
  package var minimumWordCount = 5
  /// The most words of a caption; the rest is cut off.
  package var maximumWords = 20
  package var seed: UInt64 = 1

  package init() {}

  /// Whether the encoder learns in this epoch, which counts from 0.
  package func learnsEncoder(in epoch: Int) -> Bool {
    encoderLearningRate > 0 && epoch >= frozenEpochCount
  }

  /// The share of the highest step size at a step: a linear rise, then half a cosine down to 0.
  package func learningRateShare(atStep step: Int, of stepCount: Int) -> Float {
    let rise = Float(step + 1) / Float(max(warmupStepCount, 1))
    let progress = Double(step) / Double(max(stepCount, 1))
    return min(rise, 1) * Float(0.5 * (1 + cos(.pi * min(progress, 1))))
  }
}
