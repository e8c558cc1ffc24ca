/// A match between words of a candidate and words of a reference.
struct WordMatch {
  let module: METEORModule
  let candidate: Range<Int32>
  let reference: Range<Int32>
}

/// Finds all possible matches between a candidate and a reference, of which an alignment picks some.
struct MatchFinder {
  private let lexicon: METEORLexicon
  private var candidateWords: WordPositions
  private var referenceWords: WordPositions
  private var candidateStems: WordPositions
  /// The matches found, in order.
  private var found: [WordMatch] = []

  /// Creates it for captions of the words of a lexicon.
  init(_ lexicon: METEORLexicon) {
    self.lexicon = lexicon
    let wordCount = lexicon.isFunctionWord.count
    candidateWords = WordPositions(wordCount: wordCount)
    referenceWords = WordPositions(wordCount: wordCount)
    candidateStems = WordPositions(wordCount: lexicon.stems == nil ? 0 : wordCount)
  }

  /// Returns the matches by their first word in the reference, and those of one word in the order that decides
  /// between equal alignments: by module, then by position in the candidate.
  ///
  /// Paraphrases follow the table of paraphrases, those of the reference's phrases first.
  mutating func matches(_ candidate: [Int32], _ reference: [Int32]) -> WordMatches {
    found.removeAll(keepingCapacity: true)
    candidateWords.insert(candidate)
    findSameWords(reference)
    // METEOR treats equal captions in this way, to prevent that its narrow search misses their alignment.
    if candidate != reference {
      findSameStems(candidate, reference)
      findSynonyms(reference)
      referenceWords.insert(reference)
      findParaphrases(candidate, reference)
      referenceWords.remove(reference)
    }
    candidateWords.remove(candidate)
    return WordMatches(found, candidateCount: candidate.count, referenceCount: reference.count)
  }

  private mutating func findSameWords(_ reference: [Int32]) {
    for j in reference.indices {
      candidateWords.forEach(of: reference[j]) { i in found.append(WordMatch(.exact, i, j)) }
    }
  }

  private mutating func findSameStems(_ candidate: [Int32], _ reference: [Int32]) {
    guard let stems = lexicon.stems else { return }
    let candidateStems = candidate.map { stems[Int($0)] }
    self.candidateStems.insert(candidateStems)
    for j in reference.indices {
      self.candidateStems.forEach(of: stems[Int(reference[j])]) { i in
        if candidate[i] != reference[j] { found.append(WordMatch(.stem, i, j)) }
      }
    }
    self.candidateStems.remove(candidateStems)
  }

  private mutating func findSynonyms(_ reference: [Int32]) {
    guard let synonyms = lexicon.synonyms else { return }
    for j in reference.indices {
      let start = found.count
      for word in synonyms[reference[j]] {
        candidateWords.forEach(of: word) { i in found.append(WordMatch(.synonym, i, j)) }
      }
      if found.count > start + 1 {
        found[start...].sort { $0.candidate.lowerBound < $1.candidate.lowerBound }
      }
    }
  }

  private mutating func findParaphrases(_ candidate: [Int32], _ reference: [Int32]) {
    guard let table = lexicon.paraphrases else { return }
    for j in reference.indices {
      table.forEachParaphrase(of: reference, at: j) { count, paraphrase in
        candidateWords.forEach(of: paraphrase[0]) { i in
          guard candidate.has(paraphrase, at: i) else { return }
          found.append(WordMatch(.paraphrase, i, j, paraphrase.count, count))
        }
      }
    }
    for i in candidate.indices {
      table.forEachParaphrase(of: candidate, at: i) { count, paraphrase in
        referenceWords.forEach(of: paraphrase[0]) { j in
          guard reference.has(paraphrase, at: j) else { return }
          found.append(WordMatch(.paraphrase, i, j, count, paraphrase.count))
        }
      }
    }
  }
}

/// The possible matches of a candidate and a reference.
struct WordMatches {
  let candidateCount: Int
  let referenceCount: Int
  private var matches: [WordMatch]
  /// The end of the matches of each word of the reference.
  private var ends: [Int]
  /// True for each word of the reference at which the only match that covers any of its words begins.
  private(set) var isDefinite: [Bool]

  fileprivate init(_ found: [WordMatch], candidateCount: Int, referenceCount: Int) {
    (self.candidateCount, self.referenceCount) = (candidateCount, referenceCount)
    var counts = Array(repeating: 0, count: referenceCount + 1)
    for match in found { counts[Int(match.reference.lowerBound) + 1] += 1 }
    for j in 0..<referenceCount { counts[j + 1] += counts[j] }
    // `counts[j]` is now the place of the next match of word `j`; in the end, it is the end of its matches.
    matches = found
    for match in found {
      let j = Int(match.reference.lowerBound)
      matches[counts[j]] = match
      counts[j] += 1
    }
    ends = counts
    isDefinite = []
    isDefinite = definite()
  }

  subscript(number: Int) -> WordMatch { matches[number] }

  /// Returns the numbers of the matches that begin at a word of the reference.
  func numbers(at word: Int) -> Range<Int> { (word == 0 ? 0 : ends[word - 1])..<ends[word] }

  private func definite() -> [Bool] {
    var candidateCoverage = Array(repeating: 0, count: candidateCount)
    var referenceCoverage = Array(repeating: 0, count: referenceCount)
    for match in matches {
      for i in match.candidate { candidateCoverage[Int(i)] += 1 }
      for j in match.reference { referenceCoverage[Int(j)] += 1 }
    }
    return (0..<referenceCount).map { j in
      guard numbers(at: j).count == 1 else { return false }
      let match = matches[numbers(at: j).lowerBound]
      return match.candidate.allSatisfy { candidateCoverage[Int($0)] == 1 }
        && match.reference.allSatisfy { referenceCoverage[Int($0)] == 1 }
    }
  }
}

extension WordMatch {
  fileprivate init(
    _ module: METEORModule, _ i: Int, _ j: Int, _ candidateCount: Int = 1,
    _ referenceCount: Int = 1
  ) {
    self.module = module
    candidate = Int32(i)..<Int32(i + candidateCount)
    reference = Int32(j)..<Int32(j + referenceCount)
  }
}

extension [Int32] {
  /// Returns true if `phrase` stands at `start`.
  fileprivate func has(_ phrase: UnsafeBufferPointer<Int32>, at start: Int) -> Bool {
    guard phrase.count <= count - start else { return false }
    for k in phrase.indices where self[start + k] != phrase[k] { return false }
    return true
  }
}
