/// Assigns indices to words and n-grams, each from 0 in the order of first occurrence.
///
/// Indices make n-grams quick to compare and countable in arrays. Sums follow their order, so they never
/// depend on hashing.
struct CaptionNumbers {
  /// The largest n of the n-grams that metrics use.
  static let longestNgram = 4

  /// The index of each word, and of each token that contains a blank.
  private var words: [Spelling: UInt32] = [:]
  /// The index of each n-gram, in the dictionary at `n - 2`.
  ///
  /// The key holds the index of the first n - 1 words in its upper 32 bits, and that of the last word in its
  /// lower 32 bits.
  private var extensions: [[UInt64: UInt32]] = Array(repeating: [:], count: longestNgram - 1)

  /// The number of distinct n-grams so far, for n = 1, 2, 3, 4.
  var ngramCounts: [Int] { [words.count] + extensions.map(\.count) }

  /// Returns `tokens` as indices, adding new words and n-grams.
  mutating func numbered(_ tokens: [String]) -> NumberedCaption {
    // ROUGE-L uses Python's split(" "), which gives one empty token for an empty text.
    let tokenNumbers = (tokens.isEmpty ? [""] : tokens).map { number($0) }
    // The other metrics use split(), which gives none, and which also splits "1 1/2" at its no-break space.
    let areWords = !tokens.isEmpty && tokens.allSatisfy(\.isOneWord)
    let wordNumbers = areWords ? tokenNumbers : tokens.flatMap(\.partedAtBlanks).map { number($0) }

    var ngrams = wordNumbers
    var lists = NgramLists()
    lists.append(ngrams)
    for n in 2...Self.longestNgram {
      let last = wordNumbers.dropFirst(n - 1)
      ngrams = zip(ngrams, last).map { number(ofNgram: n, from: $0, and: $1) }
      lists.append(ngrams)
    }
    return NumberedCaption(tokens: tokenNumbers, wordCount: wordNumbers.count, ngrams: lists)
  }

  /// Returns the index of an n-gram of 1 to 4 words; nil if it has not occurred.
  func number(ofNgram words: some Collection<String>) -> UInt32? {
    var number: UInt32?
    for (place, word) in words.enumerated() {
      guard let last = self.words[Spelling(word: word)] else { return nil }
      guard let start = number else {
        number = last
        continue
      }
      guard place <= extensions.count,
        let longer = extensions[place - 1][UInt64(start) << 32 | UInt64(last)]
      else { return nil }
      number = longer
    }
    return number
  }

  /// The n-grams in the order of their indices, as words; indexed by `n - 1`.
  var ngrams: [[[String]]] {
    var all: [[[String]]] = [words.sorted { $0.value < $1.value }.map { [$0.key.word] }]
    let singles = all[0]
    for longer in extensions {
      let shorter = all[all.count - 1]
      all.append(
        longer.sorted { $0.value < $1.value }.map { key, _ in
          shorter[Int(key >> 32)] + singles[Int(key & 0xFFFF_FFFF)]
        })
    }
    return all
  }

  private mutating func number(_ word: String) -> UInt32 {
    let spelling = Spelling(word: word)
    if let number = words[spelling] { return number }
    let number = UInt32(words.count)
    words[spelling] = number
    return number
  }

  private mutating func number(ofNgram n: Int, from start: UInt32, and last: UInt32) -> UInt32 {
    let key = UInt64(start) << 32 | UInt64(last)
    if let number = extensions[n - 2][key] { return number }
    let number = UInt32(extensions[n - 2].count)
    extensions[n - 2][key] = number
    return number
  }
}

/// A caption as indices.
struct NumberedCaption: Sendable {
  /// The tokens between blanks, never empty: a caption without words is one empty token.
  let tokens: [UInt32]
  let wordCount: Int
  /// The distinct n-grams in ascending order of index; indexed by `n - 1`, for n = 1, 2, 3, 4.
  let ngrams: NgramLists
}

/// The distinct n-grams of a caption for n = 1, 2, 3, 4, in one array: those of a large data set fill the memory.
struct NgramLists: Sendable, RandomAccessCollection {
  private var all: [NgramCount] = []
  /// The ends of the lists in `all`.
  private var ends = SIMD4<UInt32>.zero
  private(set) var count = 0

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  subscript(order: Int) -> ArraySlice<NgramCount> {
    all[(order == 0 ? 0 : Int(ends[order - 1]))..<Int(ends[order])]
  }

  /// Adds the list of the next n.
  fileprivate mutating func append(_ ngrams: [UInt32]) {
    let start = all.count
    for ngram in ngrams.sorted() {
      if all.count > start, all[all.count - 1].ngram == ngram {
        all[all.count - 1].count += 1
      } else {
        all.append(NgramCount(ngram: ngram, count: 1))
      }
    }
    ends[count] = UInt32(all.count)
    count += 1
  }
}

/// An n-gram and its number of occurrences in one caption.
struct NgramCount: Sendable {
  let ngram: UInt32
  private var storedCount: UInt32

  var count: Int {
    get { Int(storedCount) }
    set { storedCount = UInt32(newValue) }
  }

  init(ngram: UInt32, count: Int) { (self.ngram, storedCount) = (ngram, UInt32(count)) }
}

/// Calls `body` with every n-gram that two captions share: its place in `a` from 0, and both counts.
func forEachShared(
  _ a: ArraySlice<NgramCount>, _ b: ArraySlice<NgramCount>,
  _ body: (Int, NgramCount, NgramCount) -> Void
) {
  var (i, j) = (a.startIndex, b.startIndex)
  while i < a.endIndex, j < b.endIndex {
    if a[i].ngram == b[j].ngram { body(i - a.startIndex, a[i], b[j]) }
    let (left, right) = (a[i].ngram, b[j].ngram)
    if left <= right { i += 1 }
    if right <= left { j += 1 }
  }
}

/// A word compared by its scalars, as in Python; Swift treats composed and decomposed é as equal.
private struct Spelling: Hashable {
  let word: String

  static func == (a: Self, b: Self) -> Bool { a.word.utf8.elementsEqual(b.word.utf8) }

  func hash(into hasher: inout Hasher) {
    // Native Swift strings always have contiguous UTF-8.
    word.utf8.withContiguousStorageIfAvailable { bytes in
      hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    }
  }
}

extension String {
  /// True if Python's `split()` does not split the string; may be false for strings beyond ASCII.
  fileprivate var isOneWord: Bool { !isEmpty && utf8.allSatisfy { 0x20 < $0 && $0 < 0x7F } }

  /// The result of Python's `split()`.
  fileprivate var partedAtBlanks: [String] {
    unicodeScalars.split { $0.properties.isWhitespace || (0x1C...0x1F).contains($0.value) }
      .map(String.init)
  }
}
