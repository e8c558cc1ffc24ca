#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The counts from which METEOR 1.5 (Denkowski & Lavie, 2014) is computed, for one caption or for many.
///
/// With `m` the matched words, weighted by module, of which content words count δ and function words 1 - δ,
///
///     P = m(candidate) / words(candidate)    R = m(reference) / words(reference)
///     METEOR = (1 - γ (chunks / matched words)^β) / ((1 - α) / P + α / R)
///
/// where α is 0.85, β 0.2, γ 0.6 and δ 0.75: METEOR's parameters for English, fitted to rankings by people.
package struct METEORStatistics: Sendable, Equatable {
  /// The counts of a caption's words.
  package struct Side: Sendable, Equatable {
    package var length = 0
    package var functionWordCount = 0
    /// The number of matched content words by module, in the order of `METEORModule`.
    package var contentMatches: SIMD4<Int> = .zero
    /// The number of matched function words by module.
    package var functionMatches: SIMD4<Int> = .zero

    package var matchCount: Int { contentMatches.wrappedSum() + functionMatches.wrappedSum() }
  }

  package var candidate = Side()
  package var reference = Side()
  /// The number of runs of matches that have the same order in both captions, without gaps.
  package var chunkCount = 0

  /// The counts of no captions.
  package static let zero = METEORStatistics()

  /// Adds up the counts of different captions.
  package static func + (a: Self, b: Self) -> Self {
    METEORStatistics(
      candidate: a.candidate + b.candidate, reference: a.reference + b.reference,
      chunkCount: a.chunkCount + b.chunkCount)
  }

  /// The counts that a caption adds to those of a corpus.
  ///
  /// A caption that is matched completely in one piece adds no chunk, as in METEOR.
  package var summand: Self {
    var summand = self
    if isOnePiece { summand.chunkCount = 0 }
    return summand
  }

  /// The score, in `0...1`.
  package var score: Double {
    let (alpha, beta, gamma) = (0.85, 0.2, 0.6)
    let (precision, recall) = (candidate.matchedShare, reference.matchedShare)
    let mean = 1 / ((1 - alpha) / precision + alpha / recall)
    let matches = Double(candidate.matchCount + reference.matchCount) / 2
    let fragmentation = isOnePiece ? 0 : Double(chunkCount) / matches
    let score = mean * (1 - gamma * pow(fragmentation, beta))
    // Without words or matches, there were divisions by zero.
    return score.isNaN ? 0 : max(0, score)
  }

  private var isOnePiece: Bool {
    candidate.isMatched && reference.isMatched && chunkCount == 1
  }
}

extension METEORStatistics.Side {
  fileprivate static func + (a: Self, b: Self) -> Self {
    METEORStatistics.Side(
      length: a.length + b.length, functionWordCount: a.functionWordCount + b.functionWordCount,
      contentMatches: a.contentMatches &+ b.contentMatches,
      functionMatches: a.functionMatches &+ b.functionMatches)
  }

  /// True if every word is matched.
  fileprivate var isMatched: Bool { matchCount == length }

  /// The weighted part of the words that is matched: precision of a candidate, recall of a reference.
  fileprivate var matchedShare: Double {
    let delta = 0.75
    let functionWords = Double(functionWordCount)
    let words = delta * Double(length - functionWordCount) + (1 - delta) * functionWords
    var matches = 0.0
    for module in METEORModule.allCases {
      matches += Double(contentMatches[module.rawValue]) * module.weight * delta
    }
    for module in METEORModule.allCases {
      matches += Double(functionMatches[module.rawValue]) * module.weight * (1 - delta)
    }
    return matches / words
  }
}
