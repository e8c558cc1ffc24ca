import CInflate
import Files

/// An index of METEOR's table of paraphrases by the first words of phrases.
///
/// To unpack the table takes longer than to score thousands of captions with it. Of the index, which is kept in a file,
/// only those phrases are read that begin with a word of the captions.
///
/// The file holds numbers of 32 bits, low bytes first, and short numbers of 7 bits a byte, low bits first, of which all
/// bytes but the last have their highest bit set:
///
///     the form (16 bytes), the stamp of the table (32 bytes), and the CRC-32 of all that follows
///     the number of words, and the number of bytes of all spellings
///     of each word the end of its spelling; of each word the end of the phrases that begin with it
///     the spellings
///     the phrases: the words after the first, the size of its paraphrases in bytes, and these, as their words
///
/// where the phrases' words are short numbers behind their count.
struct ParaphraseIndex {
  fileprivate static let form = Array("cutline phrases1".utf8)
  fileprivate static let headerSize = 60

  /// The maximum size in bytes; the index of METEOR's own table has a thirtieth of it.
  static let sizeLimit = 1 << 30

  private let bytes: UnsafeRawBufferPointer
  private let wordCount: Int
  private let spellings: Range<Int>

  /// Takes the bytes of an index of the table with this stamp; nil for those of another one, or damaged ones.
  init?(_ bytes: UnsafeRawBufferPointer, stamp: SHA256Digest) {
    guard bytes.count >= Self.headerSize, bytes[..<16].elementsEqual(Self.form),
      bytes[16..<48].elementsEqual(stamp.bytes),
      let checked = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
      cinflate_checksum(checked + 52, bytes.count - 52) == bytes.fixed(at: 48)
    else { return nil }
    self.bytes = bytes
    wordCount = Int(bytes.fixed(at: 52))
    let start = Self.headerSize + 8 * wordCount
    spellings = start..<start + Int(bytes.fixed(at: 56))
    guard spellings.upperBound <= bytes.count else { return nil }
  }

  /// Returns the phrases and paraphrases of which all words are among `words`; nil for a damaged index.
  func table(of words: SpellingNumbers) -> ParaphraseTable? {
    guard let known = numbers(in: words) else { return nil }
    var table = ParaphraseTable(wordCount: words.count)
    var cursor = Cursor(bytes: bytes, place: spellings.upperBound, known: known)
    var phrase: [Int32] = []
    var paraphrase: [Int32] = []
    for (word, number) in known.enumerated() {
      let end =
        spellings.upperBound + Int(bytes.fixed(at: Self.headerSize + 4 * (wordCount + word)))
      guard end >= cursor.place, end <= bytes.count else { return nil }
      if number < 0 { cursor.place = end }
      while cursor.place < end {
        phrase = [number]
        guard let isKnown = cursor.readWords(into: &phrase), let size = cursor.next(),
          size <= end - cursor.place
        else { return nil }
        let next = cursor.place + size
        if !isKnown { cursor.place = next }
        var state: Int32 = -1
        while cursor.place < next {
          paraphrase.removeAll(keepingCapacity: true)
          guard let isKnown = cursor.readWords(into: &paraphrase) else { return nil }
          guard isKnown else { continue }
          if state < 0 { state = table.insert(phrase) }
          table.add(paraphrase, to: state)
        }
      }
    }
    return cursor.place == bytes.count ? table : nil
  }

  /// Returns the number that each word of the index has among `words`, or -1.
  private func numbers(in words: SpellingNumbers) -> [Int32]? {
    var numbers: [Int32] = []
    numbers.reserveCapacity(wordCount)
    var start = spellings.lowerBound
    for word in 0..<wordCount {
      let end = spellings.lowerBound + Int(bytes.fixed(at: Self.headerSize + 4 * word))
      guard end >= start, end <= spellings.upperBound else { return nil }
      numbers.append(words.number(of: UnsafeRawBufferPointer(rebasing: bytes[start..<end])) ?? -1)
      start = end
    }
    return numbers
  }
}

/// A place among the phrases of an index.
private struct Cursor {
  let bytes: UnsafeRawBufferPointer
  var place: Int
  /// The number that each word of the index has among those of the captions, or -1.
  let known: [Int32]

  /// Appends words that stand behind their count; returns true if all are known, nil if they are damaged.
  mutating func readWords(into words: inout [Int32]) -> Bool? {
    guard let count = next() else { return nil }
    var areKnown = true
    for _ in 0..<count {
      guard let word = next(), word < known.count else { return nil }
      areKnown = areKnown && known[word] >= 0
      if areKnown { words.append(known[word]) }
    }
    return areKnown
  }

  /// Reads a short number; nil if it is longer than 35 bits, or the bytes end.
  mutating func next() -> Int? {
    var number = 0
    for shift in stride(from: 0, to: 35, by: 7) {
      guard place < bytes.count else { return nil }
      let byte = bytes[place]
      place += 1
      number |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    return nil
  }
}

/// Makes the index of a table, whose pairs are added in their order.
struct ParaphraseIndexBuilder {
  private var words = SpellingNumbers()
  /// The phrases that begin with each word.
  private var phrases: [[UInt8]] = []
  /// The last phrase, whose paraphrases still come; empty before the first one.
  private var phrase: [Int32] = []
  private var paraphrases: [UInt8] = []
  private var paraphrase: [Int32] = []

  /// Begins a phrase; returns false for a blank one.
  mutating func begin(_ text: UnsafeRawBufferPointer) -> Bool {
    finishPhrase()
    words.insertWords(of: text, into: &phrase)
    return !phrase.isEmpty
  }

  /// Adds a paraphrase of the phrase; returns false for a blank one.
  mutating func add(_ text: UnsafeRawBufferPointer) -> Bool {
    words.insertWords(of: text, into: &paraphrase)
    paraphrases.append(words: paraphrase[...])
    return !paraphrase.isEmpty
  }

  private mutating func finishPhrase() {
    guard let first = phrase.first else { return }
    if words.count > phrases.count {
      phrases += Array(repeating: [], count: words.count - phrases.count)
    }
    phrases[Int(first)].append(words: phrase.dropFirst())
    phrases[Int(first)].append(short: paraphrases.count)
    phrases[Int(first)] += paraphrases
    paraphrases.removeAll(keepingCapacity: true)
  }

  /// Returns the bytes of the index of a table with this stamp.
  mutating func bytes(stamp: SHA256Digest) -> [UInt8] {
    finishPhrase()
    phrase = []
    var ends: [UInt8] = []
    var spellings: [UInt8] = []
    for word in 0..<Int32(words.count) {
      spellings += words[word]
      ends.append(fixed: spellings.count)
    }
    var size = 0
    for phrases in phrases {
      size += phrases.count
      ends.append(fixed: size)
    }
    var bytes = ParaphraseIndex.form + stamp.bytes
    bytes.reserveCapacity(ParaphraseIndex.headerSize + ends.count + spellings.count + size)
    bytes.append(fixed: 0)
    bytes.append(fixed: words.count)
    bytes.append(fixed: spellings.count)
    bytes += ends
    bytes += spellings
    for phrases in phrases { bytes += phrases }
    let checksum = bytes[52...].withUnsafeBufferPointer { bytes in
      bytes.baseAddress.map { cinflate_checksum($0, bytes.count) } ?? 0
    }
    var sum: [UInt8] = []
    sum.append(fixed: Int(checksum))
    bytes.replaceSubrange(48..<52, with: sum)
    return bytes
  }
}

extension SpellingNumbers {
  /// Replaces `numbers` by those of the words of a phrase, new ones for new words.
  fileprivate mutating func insertWords(
    of phrase: UnsafeRawBufferPointer, into numbers: inout [Int32]
  ) {
    numbers.removeAll(keepingCapacity: true)
    var start = 0
    while start < phrase.count {
      if isBlank(phrase[start]) {
        start += 1
        continue
      }
      var end = start + 1
      while end < phrase.count, !isBlank(phrase[end]) { end += 1 }
      numbers.append(insert(UnsafeRawBufferPointer(rebasing: phrase[start..<end])))
      start = end
    }
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}

extension UnsafeRawBufferPointer {
  /// Returns the number of 32 bits at `place`.
  fileprivate func fixed(at place: Int) -> UInt32 {
    UInt32(littleEndian: loadUnaligned(fromByteOffset: place, as: UInt32.self))
  }
}

extension [UInt8] {
  fileprivate mutating func append(fixed number: Int) {
    for shift in stride(from: 0, to: 32, by: 8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  fileprivate mutating func append(short number: Int) {
    var rest = number
    while rest >= 0x80 {
      append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  fileprivate mutating func append(words: ArraySlice<Int32>) {
    append(short: words.count)
    for word in words { append(short: Int(word)) }
  }
}
