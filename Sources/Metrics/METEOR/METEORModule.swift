/// A kind of match between words of METEOR, in the order in which matches are found.
package enum METEORModule: Int, Sendable, CaseIterable {
  /// The same word.
  case exact
  /// Words with the same stem.
  case stem
  /// Words with a synonym set in common.
  case synonym
  /// Phrases of a table of paraphrases.
  case paraphrase

  /// The share of a matched word that counts.
  var weight: Double {
    switch self {
    case .exact: 1
    case .stem: 0.6
    case .synonym: 0.8
    case .paraphrase: 0.6
    }
  }
}

extension METEORModule: CustomStringConvertible {
  package var description: String {
    switch self {
    case .exact: "exact"
    case .stem: "stem"
    case .synonym: "synonym"
    case .paraphrase: "paraphrase"
    }
  }
}
