/// Assigns indices to words and n-grams, each from 0 in the order of first occurrence.
///
/// Indices make n-grams quick to compare and countable in arrays. Sums follow their order, so they never
/// depend on hashing.
struct CaptionNumbers {
  /// The largest n of the n-grams that metrics use.
  static let longestNgram = 4

  /// The words, and tokens that contain a blank.
  ///
  /// They are compared by their bytes, as in Python; Swift treats composed and decomposed é as equal.
  private var words = SpellingNumbers()
  /// The n-grams at `n - 2`: pairs of the index of the first n - 1 words and that of the last one.
  private var extensions = Array(repeating: PairNumbers(), count: longestNgram - 1)

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
      ngrams = zip(ngrams, last).map { extensions[n - 2].insert($0, $1) }
      lists.append(ngrams)
    }
    return NumberedCaption(tokens: tokenNumbers, wordCount: wordNumbers.count, ngrams: lists)
  }

  /// Returns the index of an n-gram of 1 to 4 words; nil if it has not occurred.
  func number(ofNgram words: some Collection<String>) -> UInt32? {
    var number: UInt32?
    for (place, word) in words.enumerated() {
      guard let last = self.words.number(of: word).map(UInt32.init) else { return nil }
      guard let start = number else {
        number = last
        continue
      }
      guard place <= extensions.count,
        let longer = extensions[place - 1].number(of: start, last)
      else { return nil }
      number = longer
    }
    return number
  }

  /// The n-grams in the order of their indices, as words; indexed by `n - 1`.
  var ngrams: [[[String]]] {
    var all = [
      (0..<Int32(words.count)).map { [String(decoding: words[$0], as: UTF8.self)] }
    ]
    let singles = all[0]
    for longer in extensions {
      let shorter = all[all.count - 1]
      all.append(
        longer.pairs.map { pair in
          shorter[Int(pair >> 32)] + singles[Int(pair & 0xFFFF_FFFF)]
        })
    }
    return all
  }

  private mutating func number(_ word: String) -> UInt32 { UInt32(words.insert(word)) }
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

extension String {
  /// True if Python's `split()` does not split the string; may be false for strings beyond ASCII.
  fileprivate var isOneWord: Bool { !isEmpty && utf8.allSatisfy { 0x20 < $0 && $0 < 0x7F } }

  /// The result of Python's `split()`.
  fileprivate var partedAtBlanks: [String] {
    unicodeScalars.split { $0.properties.isWhitespace || (0x1C...0x1F).contains($0.value) }
      .map(String.init)
  }
}
