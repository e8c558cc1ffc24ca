#if canImport(Glibc)
import Glibc
#endif

/// How much each place of a picture counted for one word.
package struct HeatMap: Sendable, Equatable {
  package let word: String
  /// How much each counts, in bits: with each of them, twice as much.
  ///
  /// The places are a square grid over all that was seen of the picture, row by row. None is below zero.
  package let bits: [Float]
  /// How many places lie beside each other.
  package let side: Int

  /// - Parameters:
  ///   - word: What was said.
  ///   - bits: A square number of them, row by row; what is no number above zero counts nothing.
  package init(word: String, bits: [Float]) {
    let side = Int(Double(bits.count).squareRoot().rounded())
    precondition(
      side > 0 && side * side == bits.count, "a heat map of \(bits.count) places is no square")
    (self.word, self.side) = (word, side)
    self.bits = bits.map { $0 > 0 && $0.isFinite ? $0 : 0 }
  }

  /// How many times as much the place counts that counts most.
  var factor: Double { exp2(Double(bits.max() ?? 0)) }

  /// The map for a picture of so many pixels, row by row: each is the mean of all places, weighted by a
  /// Gaussian of their distance.
  ///
  /// The authors of Show, Attend and Tell enlarge bilinearly and blur, which darkens the edge of the
  /// picture; a mean does not.
  func enlarged(toWidth width: Int, height: Int) -> [Float] {
    let columns = Self.shares(of: side, toPixels: width)
    let lines = (0..<side).map { row in
      columns.map { shares in
        (0..<side).reduce(0) { $0 + bits[row * side + $1] * shares[$1] }
      }
    }
    var map: [Float] = []
    map.reserveCapacity(width * height)
    for shares in Self.shares(of: side, toPixels: height) {
      var sum = [Float](repeating: 0, count: width)
      for (line, share) in zip(lines, shares) where share > 1e-4 {
        for x in 0..<width { sum[x] += share * line[x] }
      }
      map += sum
    }
    return map
  }

  /// The Gaussian's standard deviation, in places: as little as leaves no trace of the grid.
  private static let blur: Float = 0.6

  /// For each pixel along a side, how much of every place goes into it; they add up to 1.
  private static func shares(of count: Int, toPixels pixelCount: Int) -> [[Float]] {
    (0..<pixelCount).map { pixel in
      let place = (Float(pixel) + 0.5) * Float(count) / Float(pixelCount)
      let shares = (0..<count).map { index in
        let distance = (place - Float(index) - 0.5) / blur
        return exp(-distance * distance / 2)
      }
      let sum = shares.reduce(0, +)
      return shares.map { $0 / sum }
    }
  }
}
