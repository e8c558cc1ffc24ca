/// The positions of each word in one caption at a time, for lookup without a search.
struct WordPositions {
  /// The first position of each word, or -1.
  private var firsts: [Int32]
  /// The next position of the same word, or -1, by position.
  private var nexts: [Int32] = []

  /// Creates it for words below `wordCount`.
  init(wordCount: Int) { firsts = Array(repeating: -1, count: wordCount) }

  /// Notes the positions of `words`; those of the caption before must have been removed.
  mutating func insert(_ words: [Int32]) {
    nexts = Array(repeating: -1, count: words.count)
    for position in words.indices.reversed() {
      nexts[position] = firsts[Int(words[position])]
      firsts[Int(words[position])] = Int32(position)
    }
  }

  mutating func remove(_ words: [Int32]) {
    for word in words { firsts[Int(word)] = -1 }
  }

  /// Calls `body` with each position of a word, in ascending order.
  func forEach(of word: Int32, _ body: (Int) -> Void) {
    var position = firsts[Int(word)]
    while position >= 0 {
      body(Int(position))
      position = nexts[Int(position)]
    }
  }
}
