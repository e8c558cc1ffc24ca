import Files

/// A folder with METEOR's own data: meteor-1.5.jar or what was in it, and the table of paraphrases.
///
/// Read are the lists "function/english.words" and "nonbreaking/english.prefixes", and of the synonyms
/// "synonym/english.exceptions" and "synonym/english.synsets".
struct METEORFolder {
  static let jar = "meteor-1.5.jar"
  /// The places of the table of paraphrases, of which the first found is used.
  static let paraphrases = ["data/paraphrase-en.gz", "paraphrase-en.gz"]

  let path: String

  /// Returns the lines of a file of the jar, such as "function/english.words".
  func lines(of name: String) throws(METEORError) -> TableLines {
    let unpacked = joinedPath(path, name)
    if FileStatus(unpacked) != nil { return TableLines(try fileBytes(unpacked), path: unpacked) }
    let jar = joinedPath(path, Self.jar)
    guard FileStatus(jar) != nil, let bytes = try ZipArchive(jar).member(name) else {
      throw METEORError(path, .missing(looked: [name, Self.jar]))
    }
    return TableLines(bytes, path: "\(jar): \(name)")
  }

  /// Returns the path of the table of paraphrases.
  func paraphrasePath() throws(METEORError) -> String {
    let found = Self.paraphrases.map { joinedPath(path, $0) }.first { FileStatus($0) != nil }
    guard let found else { throw METEORError(path, .missing(looked: Self.paraphrases)) }
    return found
  }
}

/// The lines of a small table in memory.
struct TableLines {
  let path: String
  private let bytes: [UInt8]
  private var position = 0
  /// The number of the line that `next` returned last, from 1.
  private(set) var number = 0

  init(_ bytes: [UInt8], path: String) {
    (self.bytes, self.path) = (bytes, path)
  }

  /// Returns the next line without its end; nil after the last.
  mutating func next() -> ArraySlice<UInt8>? {
    guard position < bytes.count else { return nil }
    let rest = bytes[position...]
    let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    position = end + 1
    number += 1
    let line = bytes[rest.startIndex..<end]
    return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
  }

  /// Returns the next line, which must follow on the one before.
  mutating func follower(_ needed: String) throws(METEORError) -> ArraySlice<UInt8> {
    guard let line = next() else {
      throw METEORError(path, .badLine(number: number + 1, needed: needed))
    }
    return line
  }

  /// Returns the error that the last line is not `needed`.
  func failure(_ needed: String) -> METEORError {
    METEORError(path, .badLine(number: number, needed: needed))
  }

  /// Returns the words of a line, between blanks.
  static func words(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  /// Returns an unsigned number below 10⁹; nil for anything else.
  static func number(_ digits: ArraySlice<UInt8>) -> Int32? {
    guard 1...9 ~= digits.count, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int32($1 - 0x30) }
  }
}
