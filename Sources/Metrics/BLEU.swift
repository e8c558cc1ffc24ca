#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The n-gram counts of BLEU (Papineni et al., 2002) for one caption, or summed over several.
package struct BLEUCounts: Sendable, Equatable {
  /// The number of the candidate's n-grams found in a reference, for n = 1, 2, 3, 4.
  ///
  /// Each n-gram counts at most as often as it occurs in any single reference.
  package var correct: [Int]
  /// The number of the candidate's n-grams, for n = 1, 2, 3, 4.
  package var guessed: [Int]
  /// The number of words in the candidate.
  package var candidateLength: Int
  /// The number of words in the reference closest in length; the shorter one in a tie.
  package var referenceLength: Int

  /// The counts of no captions.
  package static let zero = BLEUCounts(
    correct: [0, 0, 0, 0], guessed: [0, 0, 0, 0], candidateLength: 0, referenceLength: 0)

  package static func += (a: inout Self, b: Self) {
    for order in a.correct.indices {
      a.correct[order] += b.correct[order]
      a.guessed[order] += b.guessed[order]
    }
    a.candidateLength += b.candidateLength
    a.referenceLength += b.referenceLength
  }

  /// BLEU-1 to BLEU-4, in `0...1`.
  ///
  ///     BLEU-k = min(1, e^(1 - r / c)) · (Π correct_n / guessed_n for n ≤ k)^(1/k)
  ///
  /// where `c` and `r` are the lengths of candidate and reference. As in coco-caption, small constants avoid
  /// division by zero, so that the score is about 1e-9 rather than 0 if nothing matches.
  package var scores: [Double] {
    let (small, tiny) = (1e-9, 1e-15)
    let ratio = (Double(candidateLength) + tiny) / (Double(referenceLength) + small)
    let brevityPenalty = ratio < 1 ? exp(1 - 1 / ratio) : 1
    var product = 1.0
    return correct.indices.map { index in
      product *= (Double(correct[index]) + tiny) / (Double(guessed[index]) + small)
      return pow(product, 1 / Double(index + 1)) * brevityPenalty
    }
  }
}

extension BLEUCounts {
  /// Counts the n-grams that the candidate of `image` shares with its references.
  init(_ image: NumberedImage) {
    let length = image.candidate.wordCount
    correct = image.candidate.ngrams.indices.map { correctCount($0, image) }
    guessed = (1...CaptionNumbers.longestNgram).map { max(0, length - $0 + 1) }
    candidateLength = length
    referenceLength = closest(to: length, among: image.references.map(\.wordCount))
  }
}

/// Returns the number of the candidate's n-grams found in a reference, where n is `order` + 1.
private func correctCount(_ order: Int, _ image: NumberedImage) -> Int {
  let candidate = image.candidate.ngrams[order]
  var correct = Array(repeating: 0, count: candidate.count)
  for reference in image.references {
    forEachShared(candidate, reference.ngrams[order]) { index, candidate, reference in
      correct[index] = max(correct[index], min(candidate.count, reference.count))
    }
  }
  return correct.reduce(0, +)
}

private func closest(to length: Int, among lengths: [Int]) -> Int {
  lengths.min { (abs($0 - length), $0) < (abs($1 - length), $1) } ?? 0
}
