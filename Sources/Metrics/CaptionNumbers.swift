/// Numbers the words and n-grams of captions, each kind from 0 on in the order they are met.
///
/// Numbers make n-grams quick to compare, and to count in arrays; and since they rise with first
/// sight, sorting by them never lets hashing reach a sum.
struct CaptionNumbers {
  /// The longest n-gram that a metric looks at.
  static let longestNgram = 4

  /// The number of each word, and of each token with a blank inside.
  private var words: [Spelling: UInt32] = [:]
  /// At `n - 2`, the number of each n-gram by that of its first n - 1 words, in the upper half of
  /// the key, and of its last.
  private var extensions: [[UInt64: UInt32]] = Array(repeating: [:], count: longestNgram - 1)

  /// How many different n-grams have been met, for n = 1, 2, 3, 4.
  var ngramCounts: [Int] { [words.count] + extensions.map(\.count) }

  /// Returns `tokens` as numbers, numbering what is new.
  mutating func numbered(_ tokens: [String]) -> NumberedCaption {
    // Python's split(" "), by which ROUGE-L goes, makes one empty token of an empty text …
    let tokenNumbers = (tokens.isEmpty ? [""] : tokens).map { number($0) }
    // … and split(), by which the others go, none; it also parts "1 1/2" at its no-break space.
    let areWords = !tokens.isEmpty && tokens.allSatisfy(\.isOneWord)
    let wordNumbers = areWords ? tokenNumbers : tokens.flatMap(\.partedAtBlanks).map { number($0) }

    var ngrams = wordNumbers
    var counts = [counted(ngrams)]
    for n in 2...Self.longestNgram {
      let last = wordNumbers.dropFirst(n - 1)
      ngrams = zip(ngrams, last).map { number(ofNgram: n, from: $0, and: $1) }
      counts.append(counted(ngrams))
    }
    return NumberedCaption(tokens: tokenNumbers, wordCount: wordNumbers.count, ngrams: counts)
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

/// A caption as numbers.
struct NumberedCaption: Sendable {
  /// What stands between blanks, never empty: a caption without words is one empty token.
  let tokens: [UInt32]
  let wordCount: Int
  /// At `n - 1`, the different n-grams for n = 1, 2, 3, 4, rising by number.
  let ngrams: [[NgramCount]]
}

/// An n-gram and how often one caption has it.
struct NgramCount: Sendable {
  let ngram: UInt32
  var count: Int
}

/// Calls `body` with every n-gram that two captions share: its place in `a`, and both counts.
func forEachShared(
  _ a: [NgramCount], _ b: [NgramCount], _ body: (Int, NgramCount, NgramCount) -> Void
) {
  var (i, j) = (0, 0)
  while i < a.count, j < b.count {
    if a[i].ngram == b[j].ngram { body(i, a[i], b[j]) }
    let (left, right) = (a[i].ngram, b[j].ngram)
    if left <= right { i += 1 }
    if right <= left { j += 1 }
  }
}

private func counted(_ ngrams: [UInt32]) -> [NgramCount] {
  var counts: [NgramCount] = []
  counts.reserveCapacity(ngrams.count)
  for ngram in ngrams.sorted() {
    if let last = counts.indices.last, counts[last].ngram == ngram {
      counts[last].count += 1
    } else {
      counts.append(NgramCount(ngram: ngram, count: 1))
    }
  }
  return counts
}

/// A word by its scalars, as Python compares; Swift takes composed and decomposed é for equal.
private struct Spelling: Hashable {
  let word: String

  static func == (a: Self, b: Self) -> Bool { a.word.utf8.elementsEqual(b.word.utf8) }

  func hash(into hasher: inout Hasher) {
    // Swift's own strings always have their bytes in one place.
    word.utf8.withContiguousStorageIfAvailable { bytes in
      hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    }
  }
}

extension String {
  /// Whether Python's `split()` leaves the string whole; may be false for what is not ASCII.
  fileprivate var isOneWord: Bool { !isEmpty && utf8.allSatisfy { 0x20 < $0 && $0 < 0x7F } }

  /// What Python's `split()` makes of the string.
  fileprivate var partedAtBlanks: [String] {
    unicodeScalars.split { $0.properties.isWhitespace || (0x1C...0x1F).contains($0.value) }
      .map(String.init)
  }
}
