#if canImport(Glibc)
import Glibc
#endif

/// A caption of a picture that was not learned from, with what decides the confidence, and the truth.
package struct JudgedCaption: Sendable {
  /// The mean log-probability of its words, in nats.
  package let score: Double
  /// The distance of its picture from the training pictures.
  package let distance: Double
  /// True if the caption is at least as good as half of those that people write.
  package let isRight: Bool

  package init(score: Double, distance: Double, isRight: Bool) {
    (self.score, self.distance, self.isRight) = (score, distance, isRight)
  }
}

/// The quality of a calibration on captions that it was not fitted to.
package struct CalibrationQuality: Sendable, Equatable {
  /// The expected calibration error over ten bins of equal width: the mean distance of the probability from the share
  /// of captions that are right.
  package let error: Double
  /// The probability that a right caption has a higher confidence than a wrong one.
  package let discrimination: Double
  /// The share of captions that are unsure.
  package let unsureShare: Double
}

extension ConfidenceCalibration {
  /// The share of familiar pictures whose distance is beyond the limit.
  private static let shareBeyondLimit = 0.04
  /// The share of captions of familiar pictures that are unsure.
  private static let unsureShare = 0.04

  /// The least threshold: one of 0 would call nothing unsure.
  private static let leastThreshold = 0.01
  /// The least standard deviation of distances: few pictures, or equal ones, say little about others.
  private static let leastDeviation = 0.02

  /// Fits the calibration; nil if all captions are right or all are wrong.
  package init?(fitting captions: [JudgedCaption]) {
    let right = captions.count(where: \.isRight)
    guard right > 0, right < captions.count else { return nil }
    let distances = captions.map(\.distance)
    let mean = distances.reduce(0, +) / Double(distances.count)
    let variance = distances.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(distances.count)
    let deviation = max(variance.squareRoot(), Self.leastDeviation)
    // Distances that are nearly all alike are no reason for doubt.
    let limit = max(
      1, quantile(1 - Self.shareBeyondLimit, of: distances.map { ($0 - mean) / deviation }))
    let (intercept, slope) = Self.logisticRegression(captions)
    self.init(
      intercept: intercept, slope: slope, distanceMean: mean, distanceDeviation: deviation,
      limit: limit, threshold: 0)
    threshold = max(
      Self.leastThreshold,
      quantile(
        Self.unsureShare,
        of: captions.map { probability(score: $0.score, distance: $0.distance) }))
  }

  /// Fits `σ(a + b s)` by Newton's method.
  ///
  /// The slope is held back a little (ridge regression): where all likely captions are right, it would be infinite.
  fileprivate static func logisticRegression(
    _ captions: [JudgedCaption]
  ) -> (intercept: Double, slope: Double) {
    let count = Double(captions.count)
    let mean = captions.reduce(0) { $0 + $1.score } / count
    let variance =
      captions.reduce(0) { $0 + ($1.score - mean) * ($1.score - mean) } / count
    let ridge = max(0.1 * variance, 1e-12)
    var (a, b) = (0.0, 0.0)
    for _ in 0..<50 {
      // The gradient, and the Hessian with a little on its diagonal, so that it can be inverted.
      var (ga, gb, haa, hab, hbb) = (0.0, -ridge * b, 1e-6, 0.0, ridge + 1e-9)
      for caption in captions {
        let x = caption.score - mean
        let p = logistic(a + b * x)
        let (error, weight) = ((caption.isRight ? 1 : 0) - p, p * (1 - p))
        ga += error
        gb += error * x
        haa += weight
        hab += weight * x
        hbb += weight * x * x
      }
      let determinant = haa * hbb - hab * hab
      let (da, db) = (
        (hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant
      )
      (a, b) = (a + da, b + db)
      if abs(da) + abs(db) < 1e-9 { break }
    }
    return (a - b * mean, b)
  }

  /// Measures how good such a calibration is: every second caption is judged by one that was fitted to the others.
  package static func quality(of captions: [JudgedCaption]) -> CalibrationQuality? {
    let halves = (0..<2).map { half in
      captions.enumerated().filter { $0.offset % 2 == half }.map(\.element)
    }
    var judged: [(probability: Double, isRight: Bool, isUnsure: Bool)] = []
    for (fitted, others) in [(halves[0], halves[1]), (halves[1], halves[0])] {
      guard let calibration = ConfidenceCalibration(fitting: fitted) else { return nil }
      judged += others.map {
        let found = calibration.confidence(score: $0.score, distance: $0.distance)
        return (found.probability, $0.isRight, found.isUnsure)
      }
    }
    return CalibrationQuality(
      error: calibrationError(judged.map { ($0.probability, $0.isRight) }),
      discrimination: separation(
        of: judged.filter { !$0.isRight }.map(\.probability),
        from: judged.filter(\.isRight).map(\.probability)),
      unsureShare: Double(judged.count(where: \.isUnsure)) / Double(max(judged.count, 1)))
  }
}

/// Returns the expected calibration error of probabilities that were fitted again, `σ(a + b logit p)` (Platt, 1999):
/// every second caption is judged by a fit to the others; nil if a half has no right or no wrong captions.
package func refittedCalibrationError(_ judged: [(probability: Double, isRight: Bool)]) -> Double? {
  let captions = judged.map { judged in
    let p = min(max(judged.probability, 1e-4), 1 - 1e-4)
    return JudgedCaption(score: log(p / (1 - p)), distance: 0, isRight: judged.isRight)
  }
  var refitted: [(probability: Double, isRight: Bool)] = []
  for half in 0..<2 {
    let fitted = captions.enumerated().filter { $0.offset % 2 == half }.map(\.element)
    guard fitted.contains(where: \.isRight), fitted.contains(where: { !$0.isRight }) else {
      return nil
    }
    let (a, b) = ConfidenceCalibration.logisticRegression(fitted)
    refitted += captions.enumerated().filter { $0.offset % 2 != half }.map {
      (logistic(a + b * $0.element.score), $0.element.isRight)
    }
  }
  return calibrationError(refitted)
}

/// Returns the expected calibration error of probabilities over ten bins of equal width (Naeini et al., 2015).
package func calibrationError(_ judged: [(probability: Double, isRight: Bool)]) -> Double {
  let bins = Dictionary(grouping: judged) { min(Int($0.probability * 10), 9) }
  return bins.values.reduce(0) { error, bin in
    let (expected, right) = (
      bin.reduce(0) { $0 + $1.probability }, Double(bin.count(where: \.isRight))
    )
    return error + abs(expected - right) / Double(judged.count)
  }
}

/// Returns the probability that a number of `higher` is above one of `lower`, equal ones counting half: the area under
/// the receiver operating characteristic.
package func separation(of lower: [Double], from higher: [Double]) -> Double {
  let all = (lower.map { ($0, false) } + higher.map { ($0, true) }).sorted { $0.0 < $1.0 }
  var (wins, below, index) = (0.0, 0.0, 0)
  while index < all.count {
    let equal = all[index...].prefix { $0.0 == all[index].0 }
    let lowerCount = Double(equal.count { !$0.1 })
    wins += Double(equal.count { $0.1 }) * (below + lowerCount / 2)
    below += lowerCount
    index += equal.count
  }
  return wins / Double(max(lower.count * higher.count, 1))
}

/// Returns the number below which a share of `numbers`, in `0...1`, lies; interpolated between the two nearest.
package func quantile(_ share: Double, of numbers: [Double]) -> Double {
  let sorted = numbers.sorted()
  let place = share * Double(sorted.count - 1)
  let index = min(Int(place), sorted.count - 2 < 0 ? 0 : sorted.count - 2)
  guard sorted.count > 1 else { return sorted.first ?? 0 }
  return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
}
