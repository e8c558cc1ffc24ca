#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Reads METEOR's table of paraphrases, a gzip of lines in threes: a probability, a phrase and its paraphrase.
///
/// METEOR's own has 5,274,084 pairs, of which only those are kept whose words all occur in the captions. The
/// probabilities are not used, as in METEOR.
struct ParaphraseReader {
  /// The maximum length of three lines in bytes.
  private static let longest = 1 << 16

  private let path: String
  private let words: SpellingNumbers
  private var table: ParaphraseTable
  private var lineNumber = 1
  /// The last phrase, as the pairs of one phrase stand together.
  private var phrase: [UInt8] = []
  /// Its words; empty if some do not occur in the captions.
  private var phraseWords: [Int32] = []
  /// Its state in the table, or -1 if it has none yet.
  private var state: Int32 = -1
  private var paraphraseWords: [Int32] = []

  private init(words: SpellingNumbers, path: String) {
    (self.words, self.path) = (words, path)
    table = ParaphraseTable(wordCount: words.count)
  }

  /// Reads the table at `path` for captions of the words `words`.
  static func table(of words: SpellingNumbers, path: String) throws(METEORError) -> ParaphraseTable
  {
    var file = try GzipFile(path)
    var reader = ParaphraseReader(words: words, path: path)
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var count = 0
    while true {
      let added = try buffer.withUnsafeMutableBufferPointer { bytes throws(METEORError) in
        let room = UnsafeMutableBufferPointer(rebasing: bytes[count...])
        return try file.read(into: UnsafeMutableRawBufferPointer(room))
      }
      if added == 0 {
        // The last line may lack its end.
        if count > 0, buffer[count - 1] != UInt8(ascii: "\n") {
          buffer[count] = UInt8(ascii: "\n")
          count += 1
        }
      }
      count += added
      let used = try buffer.withUnsafeBufferPointer { bytes throws(METEORError) in
        let filled = UnsafeBufferPointer(rebasing: bytes[..<count])
        return try reader.read(UnsafeRawBufferPointer(filled))
      }
      buffer.replaceSubrange(0..<count - used, with: buffer[used..<count])
      count -= used
      if added == 0 { break }
      if count > longest {
        throw METEORError(path, .longLine(number: reader.lineNumber, limit: longest))
      }
    }
    if count > 0 || reader.lineNumber == 1 { throw reader.failure(0, "the first of three lines") }
    return reader.table
  }

  /// Reads all complete threes of lines, and returns the number of their bytes.
  private mutating func read(_ bytes: UnsafeRawBufferPointer) throws(METEORError) -> Int {
    var start = 0
    while let first = lineEnd(bytes, from: start), let second = lineEnd(bytes, from: first + 1),
      let third = lineEnd(bytes, from: second + 1)
    {
      guard isNumber(bytes[start..<first]) else { throw failure(0, "a probability") }
      try readPair(
        UnsafeRawBufferPointer(rebasing: bytes[first + 1..<second]),
        UnsafeRawBufferPointer(rebasing: bytes[second + 1..<third]))
      start = third + 1
      lineNumber += 3
    }
    return start
  }

  private mutating func readPair(
    _ phrase: UnsafeRawBufferPointer, _ paraphrase: UnsafeRawBufferPointer
  ) throws(METEORError) {
    if phrase.isEmpty { throw failure(1, "a phrase") }
    if paraphrase.isEmpty { throw failure(2, "a paraphrase") }
    if !isLast(phrase) {
      self.phrase.removeAll(keepingCapacity: true)
      self.phrase += phrase
      state = -1
      guard words.numbers(of: phrase, into: &phraseWords) else { throw failure(1, "a phrase") }
    }
    guard !phraseWords.isEmpty else { return }
    guard words.numbers(of: paraphrase, into: &paraphraseWords) else {
      throw failure(2, "a paraphrase")
    }
    guard !paraphraseWords.isEmpty else { return }
    if state < 0 { state = table.insert(phraseWords) }
    table.add(paraphraseWords, to: state)
  }

  /// Returns true if this is the phrase of the pair before.
  private func isLast(_ phrase: UnsafeRawBufferPointer) -> Bool {
    guard phrase.count == self.phrase.count, let base = phrase.baseAddress else { return false }
    return self.phrase.withUnsafeBytes { last in
      last.baseAddress.map { memcmp($0, base, phrase.count) == 0 } ?? false
    }
  }

  private func failure(_ offset: Int, _ needed: String) -> METEORError {
    METEORError(path, .badLine(number: lineNumber + offset, needed: needed))
  }
}

/// Returns the place of the next line end; `memchr` is faster than a loop.
private func lineEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
  guard start < bytes.count, let base = bytes.baseAddress,
    let found = memchr(base + start, 0x0A, bytes.count - start)
  else { return nil }
  return UnsafeRawPointer(found) - base
}

/// Returns true for digits, also with a point, an exponent and signs.
private func isNumber(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
  guard let first = line.first, 0x30...0x39 ~= first || first == UInt8(ascii: ".")
  else { return false }
  for byte in line where !(0x2B...0x39 ~= byte || byte == 0x45 || byte == 0x65 || byte == 0x0D) {
    return false
  }
  return true
}

extension SpellingNumbers {
  /// Returns the numbers of the words of a phrase, none if a word has no number; false for a blank phrase.
  fileprivate func numbers(of phrase: UnsafeRawBufferPointer, into numbers: inout [Int32]) -> Bool {
    numbers.removeAll(keepingCapacity: true)
    var start = 0
    while start < phrase.count {
      if isBlank(phrase[start]) {
        start += 1
        continue
      }
      var end = start + 1
      while end < phrase.count, !isBlank(phrase[end]) { end += 1 }
      guard let number = number(of: UnsafeRawBufferPointer(rebasing: phrase[start..<end])) else {
        numbers.removeAll(keepingCapacity: true)
        return true
      }
      numbers.append(number)
      start = end
    }
    return !numbers.isEmpty
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}
