#if canImport(Glibc)
import Glibc
#endif

/// The agreement of raters beyond chance.
package struct Agreement: Sendable, Equatable {
  /// The share of pairs of raters that gave the same grade, in `0...1`.
  package let observed: Double
  /// The share that is expected by chance.
  package let expected: Double

  /// 1 if all agree, 0 if no more than by chance; nil if all grades of all raters are the same, where chance explains
  /// everything.
  package var kappa: Double? {
    expected < 1 ? (observed - expected) / (1 - expected) : nil
  }

  /// Cohen's kappa of two raters (Cohen, 1960): chance is the product of each one's own shares of grades.
  ///
  /// - Parameters:
  ///   - first: The grades by the first rater.
  ///   - second: Those of the same items by the second.
  /// - Returns: Nil without items.
  package static func cohen<Grade: Hashable>(_ first: [Grade], _ second: [Grade]) -> Agreement? {
    precondition(first.count == second.count, "\(first.count) and \(second.count) grades")
    guard !first.isEmpty else { return nil }
    let count = Double(first.count)
    let (a, b) = (counts(first), counts(second))
    let expected = a.reduce(0) { $0 + Double($1.value) * Double(b[$1.key] ?? 0) }
    return Agreement(
      observed: Double(zip(first, second).count { $0 == $1 }) / count,
      expected: expected / (count * count))
  }

  /// Fleiss' kappa of several raters (Fleiss, 1971): chance is that of the shares of grades over all of them.
  ///
  /// - Parameter items: The grades of each item, as many of each: at least two.
  /// - Returns: Nil without items.
  package static func fleiss<Grade: Hashable>(_ items: [[Grade]]) -> Agreement? {
    guard let raterCount = items.first?.count else { return nil }
    precondition(
      raterCount > 1 && items.allSatisfy { $0.count == raterCount }, "grades by all raters")
    let pairs = Double(raterCount * (raterCount - 1))
    let observed = items.reduce(0.0) { sum, grades in
      sum + counts(grades).values.reduce(0) { $0 + Double($1 * ($1 - 1)) } / pairs
    }
    let total = Double(items.count * raterCount)
    let expected = counts(items.flatMap(\.self)).values.reduce(0.0) { sum, count in
      let share = Double(count) / total
      return sum + share * share
    }
    return Agreement(observed: observed / Double(items.count), expected: expected)
  }

  private static func counts<Grade: Hashable>(_ grades: [Grade]) -> [Grade: Int] {
    grades.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }
}

/// Kendall's tau-b (Kendall, 1945) of two series: the share of pairs in the same order, less that of the others, with
/// allowance for ties.
///
/// - Parameters:
///   - x: The first series.
///   - y: The second, of the same items.
/// - Returns: From -1 to 1; nil if all numbers of a series are equal, or there are fewer than two.
package func kendallTau(_ x: [Double], _ y: [Double]) -> Double? {
  precondition(x.count == y.count, "\(x.count) and \(y.count) numbers")
  var (concordant, discordant, tiedX, tiedY) = (0, 0, 0, 0)
  for i in x.indices {
    for j in x.indices[(i + 1)...] {
      let (dx, dy) = (x[i] - x[j], y[i] - y[j])
      if dx == 0, dy == 0 { continue }
      if dx == 0 {
        tiedX += 1
      } else if dy == 0 {
        tiedY += 1
      } else if (dx > 0) == (dy > 0) {
        concordant += 1
      } else {
        discordant += 1
      }
    }
  }
  let ordered = concordant + discordant
  let scale = (Double(ordered + tiedX) * Double(ordered + tiedY)).squareRoot()
  return scale > 0 ? Double(concordant - discordant) / scale : nil
}
