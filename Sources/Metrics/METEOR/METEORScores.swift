import Files

/// The METEOR scores of captions (Denkowski & Lavie, 2014), identical to those of METEOR 1.5 with `-l en -norm`
/// where all its data is given, as in coco-caption.
package struct METEORScores: Sendable, Equatable {
  /// The name of the metric with its modules, such as "METEOR(exact,stem,synonym,paraphrase)".
  package let name: String
  /// True if all modules took part, with METEOR's own data.
  package let isWhole: Bool
  /// The reason why what was read cannot be kept for the next time; nil if it is, or need not be.
  package let cacheProblem: FileError?
  /// The counts of each caption with the reference that gives the best score, in the given order.
  ///
  /// Of references with the same score, the first is taken, as in METEOR. So the order of references may change
  /// the score of a corpus, but not that of a caption.
  package let captions: [METEORStatistics]
  /// The sum of the counts, with which those of other captions may be added up.
  package let total: METEORStatistics

  /// The score of each caption, in `0...1`.
  package var images: [Double] { captions.map(\.score) }
  /// The score of all captions, from the sum of their counts; not the mean of their scores.
  package var corpus: Double { total.score }

  /// Scores one caption per image; each needs at least one reference.
  ///
  /// The tables are read for the words of these captions, which takes most of the time if there are few.
  package init(
    scoring captions: [ScoredCaption], with resources: METEORResources, threadCount: Int = 1
  ) throws(METEORError) {
    let normalizer = try METEORNormalizer(resources)
    var words = SpellingNumbers()
    let numbered = captions.map { caption in
      precondition(!caption.references.isEmpty, "a caption needs a reference to be scored against")
      return NumberedWords(
        candidate: words.numbers(of: caption.candidate, normalizer),
        references: caption.references.map { words.numbers(of: $0, normalizer) })
    }
    for (index, caption) in numbered.enumerated() { try caption.checkLength(index) }
    let lexicon = try METEORLexicon(of: words, in: resources)
    (name, isWhole, cacheProblem) = (resources.name, resources.isWhole, lexicon.cacheProblem)
    self.captions = concurrentMap(
      numbered, threadCount: threadCount, scratch: { METEORAligner(lexicon) }
    ) { aligner, caption in aligner.statistics(caption) }
    total = self.captions.reduce(.zero) { $0 + $1.summand }
  }
}

/// Compares captions with references.
private struct METEORAligner {
  private let isFunctionWord: [Bool]
  private var finder: MatchFinder

  init(_ lexicon: METEORLexicon) {
    isFunctionWord = lexicon.isFunctionWord
    finder = MatchFinder(lexicon)
  }

  /// Returns the counts of a caption with the first reference of the best score.
  mutating func statistics(_ caption: NumberedWords) -> METEORStatistics {
    var best = METEORStatistics.zero
    var bestScore = -1.0
    for reference in caption.references {
      let statistics = statistics(caption.candidate, reference)
      let score = statistics.score
      if score > bestScore { (best, bestScore) = (statistics, score) }
    }
    return best
  }

  private mutating func statistics(_ candidate: [Int32], _ reference: [Int32]) -> METEORStatistics {
    let alignment = WordAlignment(finder.matches(candidate, reference))
    var statistics = METEORStatistics(
      candidate: side(candidate), reference: side(reference), chunkCount: alignment.chunkCount)
    for match in alignment.matches {
      count(match.candidate, of: candidate, match.module, &statistics.candidate)
      count(match.reference, of: reference, match.module, &statistics.reference)
    }
    return statistics
  }

  private func side(_ words: [Int32]) -> METEORStatistics.Side {
    METEORStatistics.Side(
      length: words.count, functionWordCount: words.count { isFunctionWord[Int($0)] })
  }

  private func count(
    _ matched: Range<Int32>, of words: [Int32], _ module: METEORModule,
    _ side: inout METEORStatistics.Side
  ) {
    for i in matched {
      if isFunctionWord[Int(words[Int(i)])] {
        side.functionMatches[module.rawValue] += 1
      } else {
        side.contentMatches[module.rawValue] += 1
      }
    }
  }
}

/// A caption and its references as numbers of words.
private struct NumberedWords: Sendable {
  let candidate: [Int32]
  let references: [[Int32]]

  /// The maximum product of the numbers of words of a caption and a reference.
  ///
  /// If all words are equal, there are so many matches: 80 MB, and about a second for the search.
  private static let longest = 4_000_000

  func checkLength(_ image: Int) throws(METEORError) {
    for reference in references where candidate.count * reference.count > Self.longest {
      throw METEORError(
        "",
        .tooLong(
          image: image, wordCounts: [candidate.count, reference.count], limit: Self.longest))
    }
  }
}

extension SpellingNumbers {
  /// Returns the numbers of a caption's words; its tokens are joined by blanks and split by METEOR's rules.
  fileprivate mutating func numbers(
    of tokens: [String], _ normalizer: METEORNormalizer
  ) -> [Int32] {
    normalizer.words(of: tokens).map { insert($0) }
  }
}
