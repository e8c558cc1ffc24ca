import Tensors

#if canImport(Glibc)
import Glibc
#endif

/// The confidence of a model that a caption is right.
public struct CaptionConfidence: Sendable, Equatable {
  /// The calibrated probability that the caption is right, in `0...1`: that its CIDEr-D is at least the median of
  /// captions that people wrote of such pictures.
  public let probability: Double
  /// True if the probability is below the model's threshold.
  public let isUnsure: Bool
  /// True if the picture is unlike those that the model has learned from.
  public let isUnfamiliar: Bool
}

/// The calibration of a captioner's confidence.
///
///     p = σ(a + b s) · σ(k (z₀ − z)),   z = (d − m) / δ
///
/// The first factor is the probability that a caption of a familiar picture is right, given its mean log-probability
/// per word, `s`; the second takes it back where the picture's distance `d` from the training pictures is beyond what
/// photos like them have.
package struct ConfidenceCalibration: Sendable, Equatable {
  /// `a` and `b`.
  var intercept: Double
  var slope: Double
  /// The mean and the standard deviation of the distances of pictures that were not learned from, `m` and `δ`.
  var distanceMean: Double
  var distanceDeviation: Double
  /// The standardized distance at which confidence has halved, `z₀`.
  var limit: Double
  /// The probability below which a caption is unsure.
  package var threshold: Double

  /// `k`: within a third of a standard deviation on either side of the limit most of the change happens.
  static let steepness = 6.0

  /// Returns the confidence of a caption.
  ///
  /// - Parameters:
  ///   - score: The mean log-probability of its words, its end included, in nats.
  ///   - distance: The distance of its picture from the training pictures.
  /// - Returns: The confidence.
  package func confidence(score: Double, distance: Double) -> CaptionConfidence {
    let probability = probability(score: score, distance: distance)
    return CaptionConfidence(
      probability: probability, isUnsure: probability < threshold,
      isUnfamiliar: standardized(distance) > limit)
  }

  func probability(score: Double, distance: Double) -> Double {
    logistic(intercept + slope * score)
      * logistic(Self.steepness * (limit - standardized(distance)))
  }

  private func standardized(_ distance: Double) -> Double {
    (distance - distanceMean) / distanceDeviation
  }
}

func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
