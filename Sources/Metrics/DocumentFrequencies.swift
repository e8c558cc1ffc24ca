import Text

/// The number of pictures with each n-gram in their references, which CIDEr weighs n-grams by.
///
/// Scores of a few pictures mean more with the frequencies of a large collection. The first line of the text has the
/// number of pictures, the number of n-grams and the tokenizer, and a line for each n-gram of 1 to 4 words follows:
/// `COUNT<TAB>WORD WORD`.
package struct DocumentFrequencies: Sendable, Equatable {
  private static let title = "cutline.document-frequencies/1"

  /// A line that is not of the form.
  package struct FormatError: Error, Equatable {
    /// Counted from 1.
    package let line: Int
  }

  /// The number of pictures.
  package let pictureCount: Int
  /// The tokenizer of the references.
  package let tokenizer: CaptionTokenizer.Kind
  private let entries: [(count: Int, ngram: Substring)]
  /// The text, as it is stored.
  package let text: String

  package static func == (a: Self, b: Self) -> Bool { a.text == b.text }

  /// Counts the n-grams of references.
  ///
  /// - Parameters:
  ///   - references: The human captions of each picture, as words.
  ///   - tokenizer: The tokenizer that split them.
  package init(of references: [[[String]]], tokenizer: CaptionTokenizer.Kind = .english) {
    var numbers = CaptionNumbers()
    let images = references.map { captions in
      NumberedImage(ScoredCaption(candidate: [], references: captions), numbers: &numbers)
    }
    let counts = imageCounts(of: images, ngramCounts: numbers.ngramCounts)
    var entries: [(count: Int, ngram: Substring)] = []
    for (ngrams, counts) in zip(numbers.ngrams, counts) {
      for (ngram, count) in zip(ngrams, counts) where count > 0 && ngram != [""] {
        entries.append((count, Substring(ngram.joined(separator: " "))))
      }
    }
    (pictureCount, self.entries, self.tokenizer) = (references.count, entries, tokenizer)
    text =
      "\(Self.title)\t\(references.count)\t\(entries.count)\t\(tokenizer.rawValue)\n"
      + entries.map { "\($0.count)\t\($0.ngram)\n" }.joined()
  }

  /// Reads the text of frequencies, which must be whole.
  package init(text: String) throws(FormatError) {
    self.text = text
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"))[...]
    let head = lines.popFirst()?.split(separator: UInt8(ascii: "\t")) ?? []
    guard head.count == 4, head[0].elementsEqual(Self.title.utf8),
      let total = Int(Substring(head[1])), total > 0, let entryCount = Int(Substring(head[2])),
      let kind = CaptionTokenizer.Kind(rawValue: String(Substring(head[3])))
    else { throw FormatError(line: 1) }
    var entries: [(count: Int, ngram: Substring)] = []
    for line in lines {
      let parts = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      guard parts.count == 2, let count = Int(Substring(parts[0])), (1...total).contains(count),
        !parts[1].isEmpty
      else { throw FormatError(line: entries.count + 2) }
      entries.append((count, Substring(parts[1])))
    }
    guard entries.count == entryCount else { throw FormatError(line: entries.count + 2) }
    (pictureCount, self.entries, tokenizer) = (total, entries, kind)
  }

  /// Returns the counts of the n-grams that have an index; indexed by `n - 1`, then by n-gram.
  func counts(in numbers: CaptionNumbers) -> [[Int]] {
    var counts = numbers.ngramCounts.map { Array(repeating: 0, count: $0) }
    for (count, ngram) in entries {
      let words = ngram.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
      guard counts.indices.contains(words.count - 1) else { continue }
      if let number = numbers.number(ofNgram: words) {
        counts[words.count - 1][Int(number)] = count
      }
    }
    return counts
  }
}
