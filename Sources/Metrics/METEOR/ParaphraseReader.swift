import Files

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Reads METEOR's table of paraphrases, a gzip of lines in threes: a probability, a phrase and its paraphrase.
///
/// METEOR's own has 5,274,084 pairs. The probabilities are not used, as in METEOR.
struct ParaphraseReader {
  /// The maximum length of three lines in bytes.
  private static let longest = 1 << 16

  private let path: String
  private var builder = ParaphraseIndexBuilder()
  private var lineNumber = 1
  /// The last phrase, as the pairs of one phrase stand together.
  private var phrase: [UInt8] = []

  private init(path: String) { self.path = path }

  /// Returns the index of the table at `path`.
  static func index(of path: String, stamp: SHA256Digest) throws(METEORError) -> [UInt8] {
    var file = try GzipFile(path)
    var reader = ParaphraseReader(path: path)
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
    return reader.builder.bytes(stamp: stamp)
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
      guard builder.begin(phrase) else { throw failure(1, "a phrase") }
    }
    guard builder.add(paraphrase) else { throw failure(2, "a paraphrase") }
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
