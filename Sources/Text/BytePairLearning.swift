extension BytePairEncoding {
  /// Learns merges: the most frequent pair is merged again and again.
  ///
  /// Of pairs that are equally frequent, the one that comes last alphabetically is merged first, as in subword-nmt; so
  /// the result depends on nothing but the counts.
  ///
  /// - Parameters:
  ///   - counts: The words of the training captions.
  ///   - mergeCount: The most merges.
  ///   - minimumCount: The number of times that a pair must occur.
  package init(learningFrom counts: WordCounts, mergeCount: Int, minimumCount: Int) {
    self.init()
    var words = counts.ranked.map {
      (symbols: Self.characters(of: $0.word), count: $0.count)
    }
    var pairs = PairCounts()
    for (number, word) in words.enumerated() {
      pairs.add(word.symbols, word.count, number)
    }
    var queue = PairQueue(pairs.changed().map { candidate($0, pairs.count(of: $0)) })
    while merges.count < mergeCount, let next = queue.pop(), next.count >= minimumCount {
      // The count may have changed since.
      guard next.count == pairs.count(of: next.pair) else { continue }
      let whole = append(next.pair)
      for number in pairs.words(with: next.pair) {
        let (old, count) = words[number]
        let new = Self.joining(next.pair, into: whole, in: old)
        guard new.count < old.count else { continue }
        pairs.add(old, -count, number)
        pairs.add(new, count, number)
        words[number].symbols = new
      }
      for pair in pairs.changed() where pairs.count(of: pair) > 0 {
        queue.push(candidate(pair, pairs.count(of: pair)))
      }
    }
  }

  private func candidate(_ pair: Pair, _ count: Int) -> PairQueue.Candidate {
    func spelling(_ symbol: Symbol) -> String {
      text(symbol) + (symbol.endsWord ? BytePairFile.wordEnd : "")
    }
    return .init(
      pair: pair, count: count, left: spelling(pair.left), right: spelling(pair.right))
  }
}

/// The number of times that each pair occurs, and where.
private struct PairCounts {
  private var counts: [BytePairEncoding.Pair: Int] = [:]
  /// The words that have had each pair.
  private var places: [BytePairEncoding.Pair: Set<Int>] = [:]
  private var touched: Set<BytePairEncoding.Pair> = []

  func count(of pair: BytePairEncoding.Pair) -> Int { counts[pair] ?? 0 }

  func words(with pair: BytePairEncoding.Pair) -> Set<Int> { places[pair] ?? [] }

  /// Adds the pairs of a word that occurs `count` times; a negative count takes them away.
  mutating func add(_ symbols: [BytePairEncoding.Symbol], _ count: Int, _ word: Int) {
    for (left, right) in zip(symbols, symbols.dropFirst()) {
      let pair = BytePairEncoding.Pair(left: left, right: right)
      counts[pair, default: 0] += count
      if count > 0 { places[pair, default: []].insert(word) }
      touched.insert(pair)
    }
  }

  /// Returns the pairs whose counts may have changed since the last call.
  mutating func changed() -> Set<BytePairEncoding.Pair> {
    defer { touched = [] }
    return touched
  }
}

/// A priority queue of pairs, as a binary heap.
private struct PairQueue {
  struct Candidate {
    let pair: BytePairEncoding.Pair
    let count: Int
    let left: String
    let right: String

    /// True if this one is merged before another.
    func comes(before other: Candidate) -> Bool {
      if count != other.count { return count > other.count }
      // By code points, in which the order of encoded bytes is.
      if other.left.utf8.lexicographicallyPrecedes(left.utf8) { return true }
      return left.utf8.elementsEqual(other.left.utf8)
        && other.right.utf8.lexicographicallyPrecedes(right.utf8)
    }
  }

  private var heap: [Candidate] = []

  init(_ candidates: [Candidate]) { for candidate in candidates { push(candidate) } }

  mutating func push(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0, heap[child].comes(before: heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Candidate? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if heap.isEmpty { return first }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= heap.count { return first }
      if child + 1 < heap.count, heap[child + 1].comes(before: heap[child]) { child += 1 }
      guard heap[child].comes(before: heap[parent]) else { return first }
      heap.swapAt(parent, child)
      parent = child
    }
  }
}
