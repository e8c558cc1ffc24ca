/// The number of pictures with each n-gram in their references, which CIDEr weighs n-grams by.
///
/// Scores of a few pictures mean more with the frequencies of a large collection. The text has the number of
/// pictures on its first line, then a line for each n-gram of 1 to 4 words: `COUNT<TAB>WORD WORD`.
package struct DocumentFrequencies: Sendable, Equatable {
  private static let title = "cutline.document-frequencies/1"

  /// A line that is not of the form.
  package struct FormatError: Error, Equatable {
    /// Counted from 1.
    package let line: Int
  }

  /// The number of pictures.
  package let pictureCount: Int
  private let entries: [(count: Int, ngram: Substring)]
  /// The text, as it is stored.
  package let text: String

  package static func == (a: Self, b: Self) -> Bool { a.text == b.text }

  /// Counts the n-grams of references.
  ///
  /// - Parameter references: The human captions of each picture, as words.
  package init(of references: [[[String]]]) {
    var numbers = CaptionNumbers()
    let images = references.map { captions in
      NumberedImage(ScoredCaption(candidate: [], references: captions), numbers: &numbers)
    }
    let counts = imageCounts(of: images, ngramCounts: numbers.ngramCounts)
    var text = "\(Self.title)\t\(references.count)\n"
    for (ngrams, counts) in zip(numbers.ngrams, counts) {
      for (ngram, count) in zip(ngrams, counts) where count > 0 && ngram != [""] {
        text += "\(count)\t\(ngram.joined(separator: " "))\n"
      }
    }
    self.text = text
    pictureCount = references.count
    entries = (try? Self.entries(in: text).entries) ?? []
  }

  /// Reads the text of frequencies.
  package init(text: String) throws(FormatError) {
    (pictureCount, entries) = try Self.entries(in: text)
    self.text = text
  }

  private static func entries(
    in text: String
  ) throws(FormatError) -> (pictureCount: Int, entries: [(count: Int, ngram: Substring)]) {
    var pictureCount: Int?
    var entries: [(count: Int, ngram: Substring)] = []
    for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n")).enumerated() {
      let parts = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw FormatError(line: index + 1) }
      guard let total = pictureCount else {
        pictureCount =
          parts[0].elementsEqual(title.utf8)
          ? Int(Substring(parts[1])).flatMap { $0 > 0 ? $0 : nil } : nil
        guard pictureCount != nil else { throw FormatError(line: 1) }
        continue
      }
      guard let count = Int(Substring(parts[0])), (1...total).contains(count), !parts[1].isEmpty
      else { throw FormatError(line: index + 1) }
      entries.append((count, Substring(parts[1])))
    }
    guard let pictureCount else { throw FormatError(line: 1) }
    return (pictureCount, entries)
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
