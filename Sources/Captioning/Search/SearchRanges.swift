// The ranges of the settings of searches, which a library caller may set to anything.

extension CaptionSearch {
  /// The first setting that is out of its range, such as "width must be from 1 to 1000, not 0"; nil if there
  /// is none.
  var problem: String? {
    switch self {
    case .beam(let search): search.problem
    case .sampling(let search): search.problem
    }
  }
}

extension BeamSearch {
  fileprivate var problem: String? {
    outOfRange("width", width, 1...1000) ?? outOfRange("maximumWords", maximumWords, 1...1000)
      ?? outOfRange("groupCount", groupCount, 1...width)
      ?? (width.isMultiple(of: groupCount)
        ? nil : "groupCount must divide the width \(width), and \(groupCount) does not")
      ?? (diversity >= 0 && diversity.isFinite
        ? nil : "diversity must be 0 or above, not \(diversity)")
      ?? rules.problem
  }
}

extension SampledSearch {
  fileprivate var problem: String? {
    outOfRange("count", count, 1...1000) ?? outOfRange("maximumWords", maximumWords, 1...1000)
      ?? (temperature >= 0 && temperature.isFinite
        ? nil : "temperature must be 0 or above, not \(temperature)")
      ?? topWordCount.flatMap { outOfRange("topWordCount", $0, 1...Int.max) }
      ?? topProbability.flatMap { share in
        share > 0 && share <= 1
          ? nil : "topProbability must be above 0 and at most 1, not \(share)"
      }
      ?? rules.problem
  }
}

extension WordRules {
  fileprivate var problem: String? {
    outOfRange("minimumWords", minimumWords, 0...1000)
      ?? noRepeatNGramSize.flatMap { outOfRange("noRepeatNGramSize", $0, 1...1000) }
  }
}

private func outOfRange(_ name: String, _ value: Int, _ range: ClosedRange<Int>) -> String? {
  if range.contains(value) { return nil }
  return range.upperBound == .max
    ? "\(name) must be \(range.lowerBound) or above, not \(value)"
    : "\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(value)"
}
