#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The distribution of the magnitudes of numbers, from which the scale of their rounding to 8 bits follows.
struct ValueHistogram: Sendable {
  /// The number of values in each bin; zeros are left out, because they are kept exactly.
  private var counts = [Int](repeating: 0, count: ValueHistogram.binCount)
  /// The upper end of the last bin; it doubles when values lie beyond.
  private var end: Float = 0
  private(set) var hasNegatives = false

  private static let binCount = 2048

  /// A Boolean value that is true if all values were zero, or there were none.
  var isEmpty: Bool { end == 0 }

  mutating func add(_ values: [Float]) {
    let largest = values.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    guard largest > 0 else { return }
    if end == 0 { end = largest }
    while end < largest { double() }
    let factor = Float(Self.binCount) / end
    var isNegative = false
    counts.withUnsafeMutableBufferPointer { counts in
      for value in values where value != 0 && value.isFinite {
        isNegative = isNegative || value < 0
        counts[min(Int(abs(value) * factor), Self.binCount - 1)] += 1
      }
    }
    hasNegatives = hasNegatives || isNegative
  }

  /// Doubles the range, and joins bins in pairs.
  private mutating func double() {
    end *= 2
    for bin in 0..<Self.binCount / 2 { counts[bin] = counts[2 * bin] + counts[2 * bin + 1] }
    for bin in Self.binCount / 2..<Self.binCount { counts[bin] = 0 }
  }

  /// Returns the scale with the smallest mean squared error of rounding to whole numbers up to `limit`.
  ///
  /// A smaller scale rounds more finely and cuts off more of the largest values.
  func scale(limit: Int) -> Float {
    if isEmpty { return 1 / Float(limit) }
    let width = Double(end) / Double(Self.binCount)
    var best = (error: Double.infinity, end: Double(end))
    for kept in stride(from: Self.binCount / 16, through: Self.binCount, by: Self.binCount / 128) {
      let last = Double(kept) * width
      let step = last / Double(limit)
      var error = 0.0
      for bin in counts.indices where counts[bin] > 0 {
        let beyond = (Double(bin) + 0.5) * width - last
        error += Double(counts[bin]) * (beyond > 0 ? beyond * beyond : step * step / 12)
      }
      if error < best.error { best = (error, last) }
    }
    return Float(best.end) / Float(limit)
  }
}
