/// The number of occurrences of each word in a collection of captions.
///
/// Words are compared as Swift strings: two encodings of the same letter (é as one or two scalars) are one
/// word.
package struct WordCounts: Sendable, Equatable {
  package private(set) var counts: [String: Int] = [:]

  package init() {}

  /// Counts the words of `sentences`.
  package init(counting sentences: some Sequence<[String]>) {
    for words in sentences { add(words) }
  }

  /// Counts the words of one caption.
  package mutating func add(_ words: [String]) {
    add(words, count: 1)
  }

  /// Counts words as often as `count` says.
  mutating func add(_ words: [String], count: Int) {
    for word in words { counts[word, default: 0] += count }
  }

  /// Adds the counts of `other`.
  package mutating func add(_ other: WordCounts) {
    if counts.isEmpty {
      counts = other.counts
    } else {
      counts.merge(other.counts, uniquingKeysWith: +)
    }
  }

  /// The number of words including repetitions.
  package var total: Int { counts.values.reduce(0, +) }

  /// All words by descending frequency, then alphabetically, so that the order does not depend on hashing.
  package var ranked: [(word: String, count: Int)] {
    counts.map { (word: $0.key, count: $0.value) }
      .sorted { $0.count != $1.count ? $0.count > $1.count : $0.word < $1.word }
  }
}

// MARK: - counts.tsv

extension WordCounts {
  /// The maximum size of a `counts.tsv` in bytes.
  package static let sizeLimit = 256 << 20

  /// Reads lines of `word<TAB>count`; `path` is only used in error messages.
  package init(tsv bytes: [UInt8], path: String) throws(VocabularyError) {
    guard bytes.count <= Self.sizeLimit else {
      throw VocabularyError(
        path: path, problem: .tooLarge(bytes: bytes.count, limit: Self.sizeLimit))
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty || index < lines.count - 1 {
      guard let (word, count) = Self.entry(line) else {
        throw VocabularyError(path: path, problem: .notACount(line: index + 1))
      }
      guard word.isStorable else {
        throw VocabularyError(path: path, problem: .unprintableWord(word))
      }
      guard counts.updateValue(count, forKey: word) == nil else {
        throw VocabularyError(path: path, problem: .repeatedWord(word))
      }
    }
  }

  /// Returns lines of `word<TAB>count` by rank, without words that cannot be stored.
  package func tsv() -> [UInt8] {
    var bytes: [UInt8] = []
    for (word, count) in ranked where word.isStorable {
      bytes += "\(word)\t\(count)\n".utf8
    }
    return bytes
  }

  private static func entry(_ line: ArraySlice<UInt8>) -> (String, Int)? {
    guard let tab = line.firstIndex(of: UInt8(ascii: "\t")),
      let word = String(validating: line[..<tab], as: UTF8.self),
      let digits = String(validating: line[(tab + 1)...], as: UTF8.self),
      let count = Int(digits), count > 0
    else { return nil }
    return (word, count)
  }
}

extension String {
  /// True if a word can be written to files and terminals: not empty, no blank around it, no control
  /// character.
  ///
  /// Blanks inside are allowed: a label may be "playing guitar".
  package var isStorable: Bool {
    // Nearly all words are ASCII, for which checking the bytes is enough.
    if utf8.allSatisfy({ 0x20 < $0 && $0 < 0x7F }) { return !isEmpty }
    if utf8.first == 0x20 || utf8.last == 0x20 { return false }
    return unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: false
      default: true
      }
    }
  }
}
