#if canImport(Glibc)
import Glibc
#endif

/// The course of the learning rate over a training.
package enum LearningRateSchedule: Sendable, Equatable {
  case constant
  /// Multiplied by a factor at a fixed interval of epochs, as in Show and Tell, or of steps.
  case step(factor: Float, every: Interval)
  /// Half a cosine, down to 0 (Loshchilov & Hutter, 2017).
  case cosine
  /// Multiplied by a factor whenever `patience` validations in a row were no better than the best.
  case plateau(factor: Float, patience: Int)

  /// Returns the learning rate as a share of the highest one, in `0...1`.
  func share(epoch: Double, step: Int, epochCount: Int, reductionCount: Int) -> Float {
    switch self {
    case .constant: 1
    case .step(let factor, .epochs(let count)): pow(factor, Float(Int(epoch) / max(count, 1)))
    case .step(let factor, .steps(let count)): pow(factor, Float(step / max(count, 1)))
    case .cosine:
      Float(0.5 * (1 + cos(.pi * min(epoch / Double(max(epochCount, 1)), 1))))
    case .plateau(let factor, _): pow(factor, Float(reductionCount))
    }
  }
}
