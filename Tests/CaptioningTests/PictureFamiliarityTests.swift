import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@testable import Captioning

extension CaptioningTests {
  @Suite("Familiarity of pictures")
  struct PictureFamiliarityTests {
    static let featureSize = 128

    /// Points that differ from each other in five directions only.
    private static func cloud(_ name: String, count: Int) -> Tensor {
      let base = FormulaWeights.scaled("familiarity.base", [featureSize], 2)
      let directions = FormulaWeights.scaled("familiarity.directions", [5, featureSize])
      return matmul(FormulaWeights.scaled(name, [count, 5]), directions) + base
    }

    /// Points that differ from the cloud's in all directions.
    private static func strangers(_ name: String, count: Int) -> Tensor {
      cloud(name, count: count)
        + FormulaWeights.scaled("\(name).strange", [count, featureSize], 1.5)
    }

    private static func fit(_ features: Tensor, seed: UInt64 = 7) -> PictureFamiliarity {
      var random = SeededGenerator(seed: seed)
      return PictureFamiliarity(fitting: features, using: &random)
    }

    private static func parameter(
      _ name: String, of familiarity: PictureFamiliarity
    ) throws -> Tensor {
      let found = familiarity.parameters.first { $0.parameter.name == name }
      return try #require(found?.value)
    }

    /// The rows as numbers of double precision.
    private static func rows(_ matrix: Tensor) -> [[Double]] {
      let (numbers, columns) = (matrix.floats.map(Double.init), matrix.shape[1])
      return stride(from: 0, to: numbers.count, by: columns).map {
        Array(numbers[$0..<$0 + columns])
      }
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The rows, each divided by its length.
    private static func units(_ features: Tensor) -> [[Double]] {
      rows(features).map { row in row.map { $0 / dot(row, row).squareRoot() } }
    }

    @Test("directions are orthonormal, as far as bfloat16 has digits")
    func orthonormal() throws {
      // With a little of everything, so that there are as many directions as are kept.
      let features =
        Self.cloud("orthonormal", count: 300)
        + FormulaWeights.scaled("orthonormal.noise", [300, Self.featureSize], 0.1)
      let directions = try Self.parameter("directions", of: Self.fit(features))
      #expect(directions.shape == [64, Self.featureSize])
      #expect(directions.elementType == .bfloat16)
      let rows = Self.rows(directions)
      for (i, row) in rows.enumerated() {
        for (j, other) in rows.enumerated() {
          // Each number is off by a 256th of itself at most, so a product is off by two of them
          // (Cauchy and Schwarz).
          let product = Self.dot(row, other)
          #expect(abs(product - (i == j ? 1 : 0)) < 0.008, "\(i), \(j)")
        }
      }
    }

    @Test("the mean is that of features of length 1")
    func mean() throws {
      let features = Self.cloud("mean", count: 40)
      let mean = try Self.parameter("mean", of: Self.fit(features))
      let units = Self.units(features)
      let expected = (0..<Self.featureSize).map { column in
        Float(units.reduce(0) { $0 + $1[column] } / 40)
      }
      expectClose(mean, Tensor(expected, shape: [Self.featureSize]), within: 1e-6)
    }

    @Test("directions are those in which pictures differ most")
    func largestVariance() throws {
      // All point along the first axis, and differ a lot along the next ten, little along others.
      let scales = (0..<Self.featureSize).map { $0 == 0 ? Float(0) : $0 <= 10 ? 5 : 0.1 }
      let first = (0..<Self.featureSize).map { $0 == 0 ? Float(100) : 0 }
      let features =
        FormulaWeights.scaled("variance", [300, Self.featureSize])
        * Tensor(scales, shape: [Self.featureSize])
        + Tensor(first, shape: [Self.featureSize])
      let directions = Self.rows(try Self.parameter("directions", of: Self.fit(features)))
      for axis in 1...10 {
        let share = directions.reduce(0) { $0 + $1[axis] * $1[axis] }
        #expect(share > 0.99, "axis \(axis)")
      }
    }

    @Test("distances are the logarithm of what lies outside of the directions")
    func definition() throws {
      let known = Self.strangers("known", count: 200)
      let familiarity = Self.fit(known)
      let mean = try Self.parameter("mean", of: familiarity).floats.map(Double.init)
      let directions = Self.rows(try Self.parameter("directions", of: familiarity))
      let features = Self.strangers("others", count: 12)
      let found = familiarity.distances(of: features)
      #expect(found.count == 12)
      for (found, unit) in zip(found, Self.units(features)) {
        let rest = zip(unit, mean).map { $0 - $1 }
        let inside = directions.map { Self.dot($0, rest) }
        let expected = log(Self.dot(rest, rest) - Self.dot(inside, inside))
        #expect(abs(found - expected) < 1e-3)
      }
    }

    @Test("points of the cloud's own span are far nearer than points outside of it")
    func separation() throws {
      let familiarity = Self.fit(Self.cloud("known", count: 300))
      let near = familiarity.distances(of: Self.cloud("near", count: 50))
      let far = familiarity.distances(of: Self.strangers("far", count: 50))
      let (nearest, farthest) = (try #require(far.min()), try #require(near.max()))
      // More than twentyfold, although bfloat16 rounds the directions.
      #expect(nearest > farthest + 3)
      #expect((near + far).allSatisfy { $0.isFinite })
    }

    @Test("the length of features does not matter, in fitting and in measuring")
    func scale() {
      let known = Self.strangers("known", count: 200)
      let others = Self.strangers("others", count: 30)
      let familiarity = Self.fit(known)
      let distances = familiarity.distances(of: others)
      let sizes: [Float] = [7, 0.01, 300]
      let factors = Tensor((0..<30).map { sizes[$0 % 3] }, shape: [30, 1])
      for scaled in [others * 7, others * factors] {
        for (found, expected) in zip(familiarity.distances(of: scaled), distances) {
          #expect(abs(found - expected) < 1e-4)
        }
      }
      for (found, expected) in zip(Self.fit(known * 8).distances(of: others), distances) {
        #expect(abs(found - expected) < 1e-3)
      }
    }

    @Test("the same seed fits the same to the bit, and a picture alone is as far as among others")
    func deterministic() {
      let features = Self.strangers("known", count: 100)
      let familiarity = Self.fit(features)
      #expect(
        Self.fit(features).parameters.map(\.value.floats)
          == familiarity.parameters.map(\.value.floats))
      let others = Self.strangers("others", count: 9)
      let together = familiarity.distances(of: others)
      #expect(familiarity.distances(of: others) == together)
      for picture in 0..<9 {
        let alone = familiarity.distances(of: others.slice(picture..<picture + 1))
        #expect(alone.count == 1 && abs(alone[0] - together[picture]) < 1e-4)
      }
    }

    @Test("another seed finds the same span")
    func seeds() {
      // 64 directions that stand out, one along each axis of the second half.
      let scales = (0..<Self.featureSize).map { $0 < 64 ? Float(0.01) : 1 }
      let base = (0..<Self.featureSize).map { $0 == 0 ? Float(20) : 0 }
      func pictures(_ name: String, _ count: Int) -> Tensor {
        FormulaWeights.scaled(name, [count, Self.featureSize])
          * Tensor(scales, shape: [Self.featureSize]) + Tensor(base, shape: [Self.featureSize])
      }
      let known = pictures("known", 400)
      let strange =
        pictures("strange", 20) + FormulaWeights.scaled("strange.more", [20, Self.featureSize], 2)
      let distances = [1, 2].map { Self.fit(known, seed: $0).distances(of: strange) }
      for (first, second) in zip(distances[0], distances[1]) {
        #expect(abs(first - second) < 0.02)
      }
    }

    @Test("fewer pictures than directions span what they can", arguments: [2, 3, 10, 64])
    func fewPictures(count: Int) throws {
      let features = Self.strangers("few", count: count)
      let familiarity = Self.fit(features)
      let directions = try Self.parameter("directions", of: familiarity)
      #expect(directions.shape == [count - 1, Self.featureSize])
      let known = familiarity.distances(of: features)
      let others = familiarity.distances(of: Self.strangers("others", count: 20))
      #expect((known + others).allSatisfy { $0.isFinite })
      let (nearest, farthest) = (try #require(others.min()), try #require(known.max()))
      #expect(nearest > farthest + 2)
    }

    @Test("a single picture, and pictures that are all alike, are as near as can be")
    func alike() throws {
      for features in [
        Self.cloud("one", count: 1), Self.cloud("one", count: 1).rows([0, 0, 0, 0]),
      ] {
        let familiarity = Self.fit(features)
        let (same, others) = (
          familiarity.distances(of: features),
          familiarity.distances(of: Self.strangers("others", count: 5))
        )
        #expect((same + others).allSatisfy { $0.isFinite })
        let (nearest, farthest) = (try #require(others.min()), try #require(same.max()))
        #expect(nearest > farthest + 5)
      }
    }

    @Test("features of few numbers have no more directions than numbers")
    func fewFeatures() throws {
      let familiarity = Self.fit(FormulaWeights.scaled("small", [50, 6]))
      #expect(try Self.parameter("directions", of: familiarity).shape == [6, 6])
      let distances = familiarity.distances(of: FormulaWeights.scaled("small.others", [9, 6]))
      #expect(distances.count == 9 && distances.allSatisfy { $0.isFinite })
    }

    @Test("features that are all zero have a distance, too")
    func zeros() {
      let familiarity = Self.fit(Self.strangers("known", count: 100))
      let distance = familiarity.distances(of: Tensor(zeros: [1, Self.featureSize]))[0]
      #expect(distance.isFinite)
    }
  }
}
