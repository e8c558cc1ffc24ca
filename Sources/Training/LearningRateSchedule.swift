#if canImport(Glibc)
import Glibc
#endif

/// How step sizes fall in the course of a training.
package enum LearningRateSchedule: Sendable, Equatable {
  case constant
  /// By a factor every so many epochs, as in Show and Tell.
  case step(factor: Float, epochs: Int)
  /// Half a cosine, down to 0 (Loshchilov & Hutter, 2017).
  case cosine
  /// By a factor whenever the validation score has not risen for so many epochs.
  case plateau(factor: Float, epochs: Int)

  /// The share of the highest step size, in `0...1`.
  func share(epoch: Double, epochCount: Int, reductionCount: Int) -> Float {
    switch self {
    case .constant: 1
    case .step(let factor, let epochs): pow(factor, Float(Int(epoch) / max(epochs, 1)))
    case .cosine:
      Float(0.5 * (1 + cos(.pi * min(epoch / Double(max(epochCount, 1)), 1))))
    case .plateau(let factor, _): pow(factor, Float(reductionCount))
    }
  }
}
