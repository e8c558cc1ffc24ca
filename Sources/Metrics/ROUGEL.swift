/// Returns the ROUGE-L of an image's caption, in `0...1` (Lin, 2004).
///
///     P = max lcs / |candidate|    R = max lcs / |reference|    F = (1 + β²) P R / (R + β² P)
///
/// where `lcs` is the longest common subsequence with a reference, β is 1.2 and, as in coco-caption,
/// the two maxima may come from different references.
func rougeL(_ image: NumberedImage) -> Double {
  let candidate = image.candidate.tokens
  var (precision, recall) = (0.0, 0.0)
  for reference in image.references.map(\.tokens) {
    let common = Double(commonLength(candidate, reference))
    precision = max(precision, common / Double(candidate.count))
    recall = max(recall, common / Double(reference.count))
  }
  guard precision > 0, recall > 0 else { return 0 }
  let squaredBeta = 1.2 * 1.2
  return (1 + squaredBeta) * precision * recall / (recall + squaredBeta * precision)
}

/// Returns the length of the longest common subsequence.
private func commonLength(_ a: [UInt32], _ b: [UInt32]) -> Int {
  // `lengths[j]` is that of the tokens of `a` so far and the first `j` of `b`.
  var lengths = Array(repeating: 0, count: b.count + 1)
  for token in a {
    var diagonal = 0
    for j in b.indices {
      let above = lengths[j + 1]
      lengths[j + 1] = token == b[j] ? diagonal + 1 : max(above, lengths[j])
      diagonal = above
    }
  }
  return lengths[b.count]
}
