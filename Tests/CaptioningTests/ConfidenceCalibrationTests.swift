import Foundation
import Tensors
import Testing

@testable import Captioning

extension CaptioningTests {
  @Suite("Calibration of confidence")
  struct ConfidenceCalibrationTests {
    private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    /// The truth that captions are drawn from.
    private static let (intercept, slope) = (2.2, 1.7)

    /// Captions with scores from -2.5 to 0, right with the probability that the truth gives.
    ///
    /// Their distances have nothing to do with that.
    private static func captions(count: Int, seed: UInt64 = 5) -> [JudgedCaption] {
      var random = SeededGenerator(seed: seed)
      return (0..<count).map { _ in
        let score = -2.5 * Double(random.uniform())
        // Nearly normal (Irwin and Hall), of mean -3 and deviation 0.5.
        let sum = (0..<12).reduce(0.0) { sum, _ in sum + Double(random.uniform()) }
        return JudgedCaption(
          score: score, distance: -3 + 0.5 * (sum - 6),
          isRight: Double(random.uniform()) < sigmoid(intercept + slope * score))
      }
    }

    // MARK: Fitting

    @Test("finds the intercept and the slope that captions were drawn with")
    func regression() throws {
      let captions = Self.captions(count: 20_000)
      let found = try #require(ConfidenceCalibration(fitting: captions))
      // Four times the standard errors.
      #expect(abs(found.intercept - Self.intercept) < 0.15)
      #expect(abs(found.slope - Self.slope) < 0.1)
      // Where the likelihood is highest, the errors add up to nothing, also weighted by the scores but for the
      // little that the slope is held back by.
      var (errors, weighted) = (0.0, 0.0)
      for caption in captions {
        let error =
          (caption.isRight ? 1 : 0) - Self.sigmoid(found.intercept + found.slope * caption.score)
        errors += error
        weighted += error * caption.score
      }
      #expect(abs(errors) < 1e-3 && abs(weighted) < 0.2, "\(errors), \(weighted)")
    }

    @Test("scores far from 0 are no harder to fit")
    func shifted() throws {
      let captions = Self.captions(count: 2000)
      let found = try #require(ConfidenceCalibration(fitting: captions))
      let shifted = try #require(
        ConfidenceCalibration(
          fitting: captions.map {
            JudgedCaption(score: $0.score - 500, distance: $0.distance, isRight: $0.isRight)
          }))
      #expect(abs(shifted.slope - found.slope) < 1e-6)
      #expect(abs(shifted.intercept - (found.intercept + 500 * found.slope)) < 1e-3)
    }

    @Test("scores that all are alike give the share of captions that are right")
    func oneScore() throws {
      let captions = (0..<40).map {
        JudgedCaption(score: -1, distance: Double($0), isRight: $0 % 4 == 0)
      }
      let found = try #require(ConfidenceCalibration(fitting: captions))
      #expect(abs(Self.sigmoid(found.intercept - found.slope) - 0.25) < 1e-6)
    }

    @Test("scores that tell right from wrong without fail give finite numbers")
    func separable() throws {
      let captions = (0..<100).map {
        JudgedCaption(score: Double($0) / 10 - 10, distance: 0, isRight: $0 >= 50)
      }
      let found = try #require(ConfidenceCalibration(fitting: captions))
      for caption in captions where abs(caption.score + 5.05) > 1 {
        let familiar = found.probability(score: caption.score, distance: -1)
        #expect(familiar.isFinite && (familiar > 0.9) == caption.isRight)
        #expect(familiar > 0.9 || familiar < 0.1)
      }
      #expect(found.slope < 100 && found.threshold >= 0.01, "some caption is unsure")
    }

    @Test("captions that are all right, all wrong or none cannot be calibrated by")
    func oneKind() {
      for isRight in [true, false] {
        let captions = (0..<20).map {
          JudgedCaption(score: -Double($0), distance: Double($0), isRight: isRight)
        }
        #expect(ConfidenceCalibration(fitting: captions) == nil)
        #expect(ConfidenceCalibration.quality(of: captions) == nil)
      }
      #expect(ConfidenceCalibration(fitting: []) == nil)
      #expect(ConfidenceCalibration.quality(of: []) == nil)
      // Both halves must have both kinds.
      let mixed = (0..<20).map {
        JudgedCaption(score: -Double($0), distance: Double($0), isRight: $0 % 2 == 0)
      }
      #expect(ConfidenceCalibration(fitting: mixed) != nil)
      #expect(ConfidenceCalibration.quality(of: mixed) == nil)
    }

    /// A hundred and one captions with the distances 0, 1, … 100, in another order.
    private static let ladder: [JudgedCaption] = (0...100).map { (number: Int) -> JudgedCaption in
      let (score, distance) = (number * 37 % 101, number * 53 % 101)
      return JudgedCaption(
        score: -Double(score) / 50, distance: Double(distance), isRight: number % 3 != 0)
    }

    @Test("four in a hundred of the distances are beyond the limit")
    func limit() throws {
      let found = try #require(ConfidenceCalibration(fitting: Self.ladder))
      // Of 0…100 the mean is 50, and the variance (101² - 1) / 12.
      let deviation = 850.0.squareRoot()
      #expect(abs(found.distanceMean - 50) < 1e-9)
      #expect(abs(found.distanceDeviation - deviation) < 1e-9)
      #expect(abs(found.limit - 46 / deviation) < 1e-9)
      let beyond = Self.ladder.filter {
        found.confidence(score: $0.score, distance: $0.distance).isUnfamiliar
      }
      #expect(Set(beyond.map(\.distance)).subtracting([96]) == [97, 98, 99, 100])
      #expect(!found.confidence(score: 0, distance: 95.9).isUnfamiliar)
      #expect(found.confidence(score: 0, distance: 96.1).isUnfamiliar)
    }

    @Test("four in a hundred of the captions are unsure")
    func threshold() throws {
      let found = try #require(ConfidenceCalibration(fitting: Self.ladder))
      let ranked = Self.ladder.map { found.confidence(score: $0.score, distance: $0.distance) }
        .sorted { $0.probability < $1.probability }
      #expect(abs(found.threshold - ranked[4].probability) < 1e-9)
      #expect(ranked.prefix(4).allSatisfy { $0.isUnsure })
      #expect(!ranked.dropFirst(5).contains { $0.isUnsure })
    }

    @Test("distances that all are alike are familiar")
    func oneDistance() throws {
      let captions = (0..<40).map {
        JudgedCaption(score: -Double($0) / 10, distance: -2, isRight: $0 % 3 != 0)
      }
      let found = try #require(ConfidenceCalibration(fitting: captions))
      #expect(found.distanceDeviation > 0 && found.distanceMean == -2)
      #expect(!found.confidence(score: -1, distance: -2).isUnfamiliar)
      #expect(found.confidence(score: -1, distance: 5).isUnfamiliar)
      #expect(found.confidence(score: -1, distance: 5).probability < 1e-6)
    }

    // MARK: Probabilities

    private let calibration = ConfidenceCalibration(
      intercept: 1.5, slope: 2, distanceMean: -3, distanceDeviation: 0.4, limit: 1.75,
      threshold: 0.3)

    @Test("the probability is the logistic function of the score, for familiar pictures")
    func scores() {
      for (score, expected) in [(0, 0.817574), (-0.75, 0.5), (-1.5, 0.182426)] {
        // Three deviations nearer than the mean.
        let found = calibration.confidence(score: score, distance: -4.2)
        #expect(abs(found.probability - expected) < 1e-6)
        #expect(!found.isUnfamiliar && found.isUnsure == (score == -1.5))
      }
    }

    @Test("the probability halves at the limit, and beyond it hardly any is left")
    func distances() {
      for score in [0, -0.5, -2] {
        let familiar = Self.sigmoid(1.5 + 2 * score)
        func share(_ standardized: Double) -> Double {
          calibration.probability(score: score, distance: -3 + 0.4 * standardized) / familiar
        }
        #expect(abs(share(1.75) - 0.5) < 1e-9)
        // A logistic function of steepness 6.
        #expect(abs(share(1.75 - 1.0 / 3) - 0.880797) < 1e-6)
        #expect(abs(share(1.75 + 1.0 / 3) - 0.119203) < 1e-6)
        #expect(abs(share(-1) - 1) < 1e-6)
        #expect(share(5) < 1e-6 && share(1000) >= 0)
      }
      #expect(!calibration.confidence(score: 0, distance: -2.301).isUnfamiliar)
      #expect(calibration.confidence(score: 0, distance: -2.299).isUnfamiliar)
    }

    @Test("an unfamiliar picture makes a caption unsure that would not be otherwise")
    func unfamiliar() {
      let near = calibration.confidence(score: 0, distance: -3)
      let far = calibration.confidence(score: 0, distance: -2)
      #expect(!near.isUnsure && !near.isUnfamiliar)
      #expect(far.isUnsure && far.isUnfamiliar)
      // At the threshold itself it is sure.
      var exact = calibration
      exact.threshold = near.probability
      #expect(!exact.confidence(score: 0, distance: -3).isUnsure)
      exact.threshold = near.probability.nextUp
      #expect(exact.confidence(score: 0, distance: -3).isUnsure)
    }

    // MARK: Quality

    @Test("captions that are right as often as they seem have a small error")
    func quality() throws {
      let found = try #require(ConfidenceCalibration.quality(of: Self.captions(count: 20_000)))
      // What the second factor takes from the farthest pictures is a little too much here.
      #expect(found.error < 0.04)
      // The probability that the right one of two captions has the higher score, but for distances.
      let scores = (0..<500).map { -2.5 * (Double($0) + 0.5) / 500 }
      var (wins, pairs) = (0.0, 0.0)
      for right in scores {
        for wrong in scores {
          let weight =
            Self.sigmoid(Self.intercept + Self.slope * right)
            * (1 - Self.sigmoid(Self.intercept + Self.slope * wrong))
          wins += right > wrong ? weight : right == wrong ? weight / 2 : 0
          pairs += weight
        }
      }
      #expect(wins / pairs > 0.75)
      #expect(abs(found.discrimination - wins / pairs) < 0.04)
      #expect(abs(found.unsureShare - 0.04) < 0.01)
    }

    @Test("scores that mean nothing tell right from wrong as a coin does")
    func meaningless() throws {
      var random = SeededGenerator(seed: 8)
      let captions = (0..<20_000).map { _ in
        JudgedCaption(
          score: -Double(random.uniform()), distance: Double(random.uniform()),
          isRight: random.below(10) < 7)
      }
      let found = try #require(ConfidenceCalibration.quality(of: captions))
      #expect(abs(found.discrimination - 0.5) < 0.03)
      #expect(found.error < 0.06)
    }

    @Test("a calibration is judged by captions that it was not fitted to")
    func halves() throws {
      // In odd places a high score means the contrary of what it means in even ones.
      let captions = Self.captions(count: 4000).enumerated().map { place, caption in
        place % 2 == 0
          ? caption
          : JudgedCaption(
            score: caption.score, distance: caption.distance, isRight: !caption.isRight)
      }
      let found = try #require(ConfidenceCalibration.quality(of: captions))
      #expect(found.discrimination < 0.45 && found.error > 0.2)
    }

    @Test("the error is the mean distance of probabilities from shares, bin by bin")
    func calibrationErrors() {
      // Two of 0.05, none right: 0.1. One of 0.95 and one of 1, of which one is right: 0.95.
      let found = calibrationError([(0.05, false), (0.05, false), (0.95, true), (1, false)])
      #expect(abs(found - 1.05 / 4) < 1e-12)
      // Over and under within one bin cancel, in two bins they do not.
      #expect(abs(calibrationError([(0.62, true), (0.68, false)]) - 0.15) < 1e-12)
      #expect(abs(calibrationError([(0.62, true), (0.72, false)]) - 0.55) < 1e-12)
      #expect(calibrationError([(1, true), (0, false)]) == 0)
      #expect(calibrationError([]) == 0)
    }

    @Test("the separation is the share of pairs in their order, of which equal ones count half")
    func separations() {
      #expect(separation(of: [1, 2], from: [2, 3]) == 3.5 / 4)
      #expect(separation(of: [2, 3], from: [1, 2]) == 0.5 / 4)
      #expect(separation(of: [1, 1, 1], from: [1, 1]) == 0.5)
      #expect(separation(of: [0], from: [1, 2, 3]) == 1)
      #expect(separation(of: [], from: [1]) == 0 && separation(of: [1], from: []) == 0)
      var random = SeededGenerator(seed: 3)
      for _ in 0..<20 {
        let (lower, higher) = (
          (0..<9).map { _ in Double(random.below(6)) },
          (0..<7).map { _ in Double(random.below(6)) }
        )
        var sum = 0.0
        for a in lower {
          for b in higher { sum += b > a ? 1 : b == a ? 0.5 : 0 }
        }
        #expect(abs(separation(of: lower, from: higher) - sum / 63) < 1e-12)
      }
    }

    @Test("quantiles lie between the two nearest numbers")
    func quantiles() {
      #expect(quantile(0.5, of: [3, 1, 2]) == 2)
      #expect(quantile(0.5, of: [4, 1, 2, 3]) == 2.5)
      #expect(quantile(0.25, of: [1, 2, 3, 4]) == 1.75)
      #expect(quantile(0, of: [5, 9, 7]) == 5 && quantile(1, of: [5, 9, 7]) == 9)
      #expect(quantile(0.3, of: [5]) == 5)
      #expect(quantile(0, of: [2, 4]) == 2 && quantile(1, of: [2, 4]) == 4)
      #expect(abs(quantile(0.9, of: [2, 4]) - 3.8) < 1e-12)
      #expect(quantile(0.96, of: [3, 3, 3, 3]) == 3)
      #expect(quantile(0.5, of: []) == 0)
    }
  }
}
