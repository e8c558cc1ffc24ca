/// An alignment of a candidate with a reference: matches of which no two share a word.
struct WordAlignment {
  let matches: [WordMatch]
  /// The number of runs of matches that are adjacent in both captions.
  let chunkCount: Int

  /// Finds the best alignment as METEOR 1.5 does, with its choice among equal ones.
  ///
  /// A beam search from the first word of the reference to the last: at each word, a path takes one of the
  /// matches that begin there, or none. The 40 best paths go on: those with most matched words (those of
  /// `rankedCount`), then with fewest chunks, then with the smallest `distance`, then in the order of the paths
  /// they came from and of their matches, none being last.
  init(_ matches: WordMatches) {
    var paths = Paths(candidateCount: matches.candidateCount)
    for word in 0..<matches.referenceCount { paths.advance(over: word, with: matches) }
    let (numbers, chunkCount) = paths.best()
    self.matches = numbers.map { matches[$0] }
    self.chunkCount = chunkCount
  }
}

/// The first matches of an alignment.
private struct Path {
  /// The number of matched words, as far as they count in the search; see `rankedCount`.
  var matchedCount: Int32 = 0
  /// The number of chunks that have ended.
  var chunkCount: Int32 = 0
  /// A number for choosing between equal paths.
  ///
  /// The sum of the distances between the positions of matches that were possible, not that were taken: in
  /// METEOR, a match adds its distance to the path that it branches off, not to its own. Only definite matches
  /// add to their own path.
  var distance = 0
  /// The end of the last match in the candidate, or -1 if the word before has no match.
  var end: Int32 = -1
  /// The end of the last match in the reference, up to where nothing is to be decided.
  var next: Int32 = 0
  /// The place of the last match in the list of taken matches, or -1.
  var last: Int32 = -1
  /// The place of the used words in the list of these.
  var slot: Int32

  /// Takes a match after those before.
  mutating func take(_ match: WordMatch) {
    matchedCount += match.rankedCount
    if end >= 0, match.candidate.lowerBound != end { chunkCount += 1 }
    end = match.candidate.upperBound
    next = match.reference.upperBound
  }

  /// Leaves a word of the reference without a match.
  mutating func skip() {
    if end >= 0 { chunkCount += 1 }
    end = -1
    next += 1
  }

  /// Returns true if the path is better than one that was found earlier.
  func isBetter(than other: Path) -> Bool {
    if matchedCount != other.matchedCount { return matchedCount > other.matchedCount }
    if chunkCount != other.chunkCount { return chunkCount < other.chunkCount }
    return distance < other.distance
  }
}

extension WordMatch {
  /// The number of its words on both sides that count in the search.
  ///
  /// In METEOR, words of all modules but the exact one count by half, and halves of a word are cut off: a
  /// match of two single words of one stem counts nothing, and is only taken if it costs no chunk.
  fileprivate var rankedCount: Int32 {
    let (a, b) = (Int32(candidate.count), Int32(reference.count))
    return module == .exact ? a + b : a / 2 + b / 2
  }

  fileprivate var distance: Int { abs(Int(reference.lowerBound) - Int(candidate.lowerBound)) }
}

/// The paths of the beam search.
private struct Paths {
  static let width = 40

  /// The best paths, best first.
  private var paths: [Path]
  private var nextPaths: [Path] = []
  /// The words of the candidate that a path has used: bits, `stride` words of them for each slot.
  ///
  /// Words of definite matches are not noted, as no other match has them.
  private var used: [UInt64]
  private let stride: Int
  private var freeSlots: [Int32]
  /// The matches that paths have taken, each with the place of the one before, or -1.
  private var taken: [(match: Int32, before: Int32)] = []

  init(candidateCount: Int) {
    stride = max(1, (candidateCount + 63) / 64)
    // The paths before and after a step, and the one being added.
    let slotCount = 2 * Self.width + 1
    used = Array(repeating: 0, count: stride * slotCount)
    freeSlots = (1..<Int32(slotCount)).reversed()
    paths = [Path(slot: 0)]
    nextPaths.reserveCapacity(Self.width + 1)
  }

  /// Advances all paths over a word of the reference.
  mutating func advance(over word: Int, with matches: WordMatches) {
    let numbers = matches.numbers(at: word)
    let isDefinite = matches.isDefinite[word]
    if numbers.isEmpty, !paths.contains(where: { $0.next <= word && $0.end >= 0 }) {
      // No order changes where nothing does.
      for i in paths.indices where paths[i].next <= word { paths[i].skip() }
      return
    }
    nextPaths.removeAll(keepingCapacity: true)
    for var path in paths {
      if path.next > word {
        add(path)
      } else if isDefinite {
        let match = matches[numbers.lowerBound]
        path.take(match)
        path.distance += match.distance
        add(path, taking: numbers.lowerBound)
      } else {
        branch(path, numbers, matches)
      }
    }
    swap(&paths, &nextPaths)
  }

  /// Adds the paths that take a match each, and the one that takes none.
  private mutating func branch(_ path: Path, _ numbers: Range<Int>, _ matches: WordMatches) {
    var path = path
    for number in numbers {
      let match = matches[number]
      if isUsed(match.candidate, path.slot) { continue }
      var branch = path
      branch.take(match)
      path.distance += match.distance
      guard isAmongBest(branch) else { continue }
      branch.slot = copySlot(path.slot)
      use(match.candidate, branch.slot)
      add(branch, taking: number)
    }
    path.skip()
    add(path)
  }

  /// Returns the best alignment: the numbers of its matches in order, and the number of its chunks.
  mutating func best() -> (matches: [Int], chunkCount: Int) {
    nextPaths.removeAll(keepingCapacity: true)
    for var path in paths {
      if path.end >= 0 { path.chunkCount += 1 }
      add(path)
    }
    var numbers: [Int] = []
    var place = nextPaths[0].last
    while place >= 0 {
      numbers.append(Int(taken[Int(place)].match))
      place = taken[Int(place)].before
    }
    return (numbers.reversed(), Int(nextPaths[0].chunkCount))
  }

  private func isAmongBest(_ path: Path) -> Bool {
    nextPaths.count < Self.width || path.isBetter(than: nextPaths[Self.width - 1])
  }

  /// Adds a path behind those that are as good.
  private mutating func add(_ path: Path, taking match: Int? = nil) {
    guard isAmongBest(path) else {
      freeSlots.append(path.slot)
      return
    }
    var path = path
    if let match {
      taken.append((Int32(match), path.last))
      path.last = Int32(taken.count - 1)
    }
    var place = nextPaths.count
    while place > 0, path.isBetter(than: nextPaths[place - 1]) { place -= 1 }
    nextPaths.insert(path, at: place)
    if nextPaths.count > Self.width { freeSlots.append(nextPaths.removeLast().slot) }
  }

  private mutating func copySlot(_ slot: Int32) -> Int32 {
    let copy = freeSlots.removeLast()
    for i in 0..<stride { used[Int(copy) * stride + i] = used[Int(slot) * stride + i] }
    return copy
  }

  private func isUsed(_ words: Range<Int32>, _ slot: Int32) -> Bool {
    words.contains { used[Int(slot) * stride + Int($0) / 64] & (1 << UInt64($0 & 63)) != 0 }
  }

  private mutating func use(_ words: Range<Int32>, _ slot: Int32) {
    for word in words { used[Int(slot) * stride + Int(word) / 64] |= 1 << UInt64(word & 63) }
  }
}
