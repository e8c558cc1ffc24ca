/// The number of insertions, deletions and substitutions that turn one sequence into another (Levenshtein).
///
/// - Parameters:
///   - a: The sequence to change.
///   - b: The sequence to reach.
/// - Returns: At most the length of the longer one.
package func editDistance<Element: Equatable>(_ a: [Element], _ b: [Element]) -> Int {
  // `distances[j]` is that of the elements of `a` so far from the first `j` of `b`.
  var distances = Array(0...b.count)
  for (i, element) in a.enumerated() {
    var diagonal = i
    distances[0] = i + 1
    for j in b.indices {
      let above = distances[j + 1]
      distances[j + 1] = min(above + 1, distances[j] + 1, diagonal + (element == b[j] ? 0 : 1))
      diagonal = above
    }
  }
  return distances[b.count]
}

/// The errors of a text beside the nearest of its references: of words for WER, of characters for CER.
///
/// An error rate is `errors / max(length, 1)`, so that what is written where nothing should be counts in full; that
/// of a corpus divides the sums.
package struct EditErrors: Sendable, Equatable {
  /// The edit distance.
  package var errors: Int
  /// The length of the reference.
  package var length: Int

  package init(errors: Int, length: Int) { (self.errors, self.length) = (errors, length) }

  /// Compares with the reference of the lowest error rate; of several, with the one of the fewest errors.
  package init<Element: Equatable>(of candidate: [Element], references: [[Element]]) {
    let all = references.map { EditErrors(errors: editDistance(candidate, $0), length: $0.count) }
    self = all.reduce(all.first ?? EditErrors(errors: candidate.count, length: 0)) {
      ($1.rate, $1.errors) < ($0.rate, $0.errors) ? $1 : $0
    }
  }

  /// 0 for the same text; above 1 if more was written than should be.
  package var rate: Double { Double(errors) / Double(max(length, 1)) }

  package static func += (a: inout Self, b: Self) {
    a.errors += b.errors
    a.length += b.length
  }
}
