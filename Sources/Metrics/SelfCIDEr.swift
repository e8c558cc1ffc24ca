#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Returns the diversity of several captions of each picture, in `0...1` (self-CIDEr; Wang & Chan, 2019).
///
///     -ln(√λ / Σ √λᵢ) / ln m
///
/// where λ is the largest of the eigenvalues λᵢ of the matrix of plain CIDEr similarities among the m captions of a
/// picture: 0 if all are the same, 1 if none shares an n-gram with another.
///
/// - Parameters:
///   - captions: The captions of each picture, as words.
///   - references: The human captions of the same pictures, which n-grams are weighed by.
///   - frequencies: The weights of n-grams instead.
/// - Returns: The diversity of each picture; nil for those with fewer than two captions.
package func selfCIDEr(
  of captions: [[[String]]], references: [[[String]]], frequencies: DocumentFrequencies? = nil
) -> [Double?] {
  var numbers = CaptionNumbers()
  let images = zip(captions, references).map { captions, references in
    (
      captions: captions.map { numbers.numbered($0) },
      image: NumberedImage(
        ScoredCaption(candidate: [], references: references), numbers: &numbers)
    )
  }
  let cider = CIDErD(describing: images.map(\.image), numbers, frequencies)
  return images.map { captions, _ in
    guard captions.count > 1 else { return nil }
    return diversity(captions.map { a in captions.map { b in cider.plainSimilarity(a, b) } })
  }
}

/// Returns the diversity of captions with these similarities, a symmetric matrix.
func diversity(_ similarities: [[Double]]) -> Double {
  let roots = eigenvalues(of: similarities).map { max($0, 0).squareRoot() }
  let sum = roots.reduce(0, +)
  // Captions without a telling n-gram are all alike.
  guard let largest = roots.max(), sum > 0 else { return 0 }
  return min(max(-log(largest / sum) / log(Double(roots.count)), 0), 1)
}

/// Returns the eigenvalues of a small symmetric matrix, by Jacobi's rotations.
private func eigenvalues(of matrix: [[Double]]) -> [Double] {
  var a = matrix
  let count = a.count
  for _ in 0..<50 {
    var rest = 0.0
    for p in 0..<count {
      for q in p + 1..<count {
        rest += a[p][q] * a[p][q]
        guard a[p][q] != 0 else { continue }
        let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
        let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in 0..<count {
          (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q])
        }
        for k in 0..<count {
          (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k])
        }
      }
    }
    if rest < 1e-24 { break }
  }
  return a.indices.map { a[$0][$0] }
}
