#if canImport(Glibc)
import Glibc
#endif

/// The importance of each place of a picture for one word.
package struct HeatMap: Sendable, Equatable {
  package let word: String
  /// The importance of each place, in bits, at least 0: one bit is a factor of two.
  ///
  /// The places form a grid over the part of the picture that was seen, row by row.
  package let bits: [Float]
  /// The number of rows of the grid.
  package let height: Int
  /// The number of columns of the grid.
  package let width: Int

  /// - Parameters:
  ///   - word: The word of the caption.
  ///   - height: The number of rows of the grid.
  ///   - width: The number of columns of the grid.
  ///   - bits: One number for each place, row by row; anything but a number above zero counts as 0.
  package init(word: String, height: Int, width: Int, bits: [Float]) {
    precondition(
      !bits.isEmpty && height * width == bits.count,
      "a heat map of \(bits.count) places is not \(height) by \(width)")
    (self.word, self.height, self.width) = (word, height, width)
    self.bits = bits.map { $0 > 0 && $0.isFinite ? $0 : 0 }
  }

  /// The importance of the most important place, as a factor.
  var factor: Double { exp2(Double(bits.max() ?? 0)) }

  /// The map for a picture of so many pixels, row by row: each is the mean of all places, weighted by a
  /// Gaussian of their distance.
  ///
  /// Show, Attend and Tell (Xu et al., 2015) enlarges bilinearly and blurs, which darkens the edge
  /// of the picture; a mean does not.
  func enlarged(toWidth pixelWidth: Int, height pixelHeight: Int) -> [Float] {
    let columns = Self.shares(of: width, toPixels: pixelWidth)
    let lines = (0..<height).map { row in
      columns.map { shares in
        (0..<width).reduce(0) { $0 + bits[row * width + $1] * shares[$1] }
      }
    }
    var map: [Float] = []
    map.reserveCapacity(pixelWidth * pixelHeight)
    for shares in Self.shares(of: height, toPixels: pixelHeight) {
      var sum = [Float](repeating: 0, count: pixelWidth)
      for (line, share) in zip(lines, shares) where share > 1e-4 {
        for x in 0..<pixelWidth { sum[x] += share * line[x] }
      }
      map += sum
    }
    return map
  }

  /// The Gaussian's standard deviation, in places: the least at which the grid is not visible.
  private static let blur: Float = 0.6

  /// Returns the weight of every place for each pixel along a side; the weights of a pixel add up
  /// to 1.
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
