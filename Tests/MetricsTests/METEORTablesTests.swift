import Files
import Foundation
import TestSupport
import Testing

@testable import Metrics

@Suite("METEOR's tables")
struct METEORTablesTests {
  @Test("find synonyms of irregular and regular forms in WordNet", .enabled(if: WordNet.isThere))
  func wordNet() throws {
    let caption = ScoredCaption(
      candidate: ["dogs", "automobiles", "leapt", "cut"],
      references: [["hound", "car", "jump", "kite"]])
    let scores = try METEORScores(scoring: [caption], with: METEORResources())
    #expect(scores.name == "METEOR(exact,stem,synonym;own function words)")
    #expect(scores.captions[0].candidate.contentMatches == [0, 0, 3, 0])
  }

  @Test("of phrases keep those of the captions, in the order of the table")
  func paraphrases() throws {
    let folder = try TemporaryFolder()
    let lines = [
      "a dog", "pet", "a dog", "cat here", "dog", "a dog", "kite", "dog", "a dog", "cat",
    ]
    let pairs = stride(from: 0, to: 10, by: 2).map { "0.5\n\(lines[$0])\n\(lines[$0 + 1])\n" }
    let path = try folder.write(gzip(pairs.joined()), to: "paraphrase-en.gz")
    var words = SpellingNumbers()
    let numbers = ["a", "dog", "cat", "kite"].map { words.insert($0) }
    let table = try ParaphraseTable(of: words, path: path, cache: nil)
    #expect(table.count == 3)
    var found: [[Int32]] = []
    table.forEachParaphrase(of: numbers, at: 0) { found.append([Int32($0)] + $1) }
    #expect(found == [[2, 2]])
    table.forEachParaphrase(of: numbers, at: 1) { found.append([Int32($0)] + $1) }
    #expect(found == [[2, 2], [1, 0, 1]])
  }

  @Test("of phrases may be several files joined, and may lack the end of the last line")
  func joinedGzip() throws {
    let folder = try TemporaryFolder()
    let bytes = gzip("0.5\na\nb\n") + gzip("1E-3\nb\na")
    let path = try folder.write(bytes, to: "paraphrase-en.gz")
    var words = SpellingNumbers()
    _ = [words.insert("a"), words.insert("b")]
    #expect(try ParaphraseTable(of: words, path: path, cache: nil).count == 2)
  }

  @Test(
    "of phrases that are not of the form are refused, with the line",
    arguments: [
      ("0.5\na\n", METEORError.Problem.badLine(number: 1, needed: "the first of three lines")),
      ("", .badLine(number: 1, needed: "the first of three lines")),
      ("0.5\na\nb\nc\nd\ne\n", .badLine(number: 4, needed: "a probability")),
      ("0.5\n\nb\n", .badLine(number: 2, needed: "a phrase")),
      ("0.5\na\nb\n0.5\na\n  \n", .badLine(number: 6, needed: "a paraphrase")),
      ("0.5\n" + String(repeating: "a ", count: 40_000), .longLine(number: 1, limit: 65_536)),
    ])
  func badLines(text: String, problem: METEORError.Problem) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(gzip(text), to: "paraphrase-en.gz")
    #expect(throws: METEORError(path, problem)) { try readPhrases(path) }
  }

  @Test("of phrases that are damaged or cut off are refused")
  func damage() throws {
    let folder = try TemporaryFolder()
    let good = gzip("0.5\na dog\na cat\n0.25\na dog\nthe dog\n")
    func problem(_ bytes: [UInt8]) throws -> METEORError.Problem? {
      let path = try folder.write(bytes, to: "paraphrase-en.gz")
      do throws(METEORError) {
        try readPhrases(path)
        return nil
      } catch {
        #expect(error.path == path)
        return error.problem
      }
    }
    #expect(try problem(good) == nil)
    #expect(try problem(Array("plain text".utf8)) == .damagedGzip("incorrect header check"))
    #expect(try problem([]) == .damagedGzip("its end is missing"))
    #expect(try problem(Array(good.dropLast(9))) == .damagedGzip("its end is missing"))
    #expect(try problem(good + [7]) == .damagedGzip("something else follows"))
    var changed = good
    changed[good.count - 12] ^= 1
    #expect(try problem(changed) == .damagedGzip("incorrect data check"))
    for place in good.indices {
      var bytes = good
      bytes[place] ^= 0x40
      // The time and the system in the header mean nothing, nor the bits that fill up a byte.
      if try problem(bytes) == nil { #expect(4...10 ~= place) }
    }
  }

  @Test("of phrases are read from the index that the first use keeps, until the table changes")
  func keptIndex() throws {
    let folder = try TemporaryFolder()
    let cache = "\(folder.path)/cache/meteor"
    let path = try folder.write(gzip("0.5\na dog\na cat\n0.5\na\nthe\n"), to: "paraphrase-en.gz")
    var words = SpellingNumbers()
    for word in ["the", "cat", "a", "dog"] { _ = words.insert(word) }
    func pairs() throws -> [[Int32]] {
      let table = try ParaphraseTable(of: words, path: path, cache: cache)
      var pairs: [[Int32]] = []
      table.forEachParaphrase(of: [2, 3], at: 0) { pairs.append([Int32($0)] + $1) }
      return pairs
    }
    #expect(try pairs() == [[1, 0], [2, 2, 1]])
    let kept = try #require(try namesInFolder(cache).first.map { "\(cache)/\($0)" })
    #expect(try namesInFolder(cache).count == 1)
    let stamp = fileStamp(kept)
    #expect(try pairs() == [[1, 0], [2, 2, 1]])
    // A table that is named in another way is the same.
    let other = try ParaphraseTable(
      of: words, path: "\(folder.path)/cache/../paraphrase-en.gz", cache: cache)
    #expect(other.count == 2)
    #expect(fileStamp(kept) == stamp)
    #expect(try namesInFolder(cache).count == 1)

    // Another table at the same place.
    _ = try folder.write(gzip("0.5\na\ncat\n"), to: "paraphrase-en.gz")
    #expect(try pairs() == [[1, 1]])
    #expect(try namesInFolder(cache).count == 1)

    // A damaged index is made again.
    let good = try MappedFile(kept).withBytes { Array($0) }
    for place in good.indices {
      var bytes = good
      bytes[place] ^= 0x21
      try AtomicFile.write(bytes, to: kept, overwriting: true)
      #expect(try pairs() == [[1, 1]])
    }
    try AtomicFile.write(Array(good.dropLast()), to: kept, overwriting: true)
    #expect(try pairs() == [[1, 1]])
    #expect(try MappedFile(kept).withBytes { Array($0) } == good)
  }

  @Test("of phrases work without a place for the index, which is told")
  func noPlaceForIndex() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(gzip("0.5\na\nb\n"), to: "paraphrase-en.gz")
    let file = try folder.write("", to: "file")
    var words = SpellingNumbers()
    _ = [words.insert("a"), words.insert("b")]
    var problems: [FileError] = []
    let table = try ParaphraseTable(of: words, path: path, cache: "\(file)/cache") {
      problems.append($0)
    }
    #expect(table.count == 1)
    #expect(problems.count == 1)
  }

  @Test("of phrases have words of any number in their index")
  func manyWords() throws {
    let folder = try TemporaryFolder()
    let names = (0..<20_000).map { "w\($0)" }
    let pairs = names.indices.dropLast().map { "0.5\n\(names[$0])\n\(names[$0 + 1]) x\n" }
    let path = try folder.write(gzip(pairs.joined()), to: "paraphrase-en.gz")
    var words = SpellingNumbers()
    let numbers = ["w19998", "w19999", "x", "w0"].map { words.insert($0) }
    let table = try ParaphraseTable(of: words, path: path, cache: nil)
    #expect(table.count == 1)
    table.forEachParaphrase(of: numbers, at: 0) { #expect(Array($1) == [1, 2]) }
  }

  private func readPhrases(_ path: String) throws(METEORError) {
    var words = SpellingNumbers()
    _ = words.insert("a")
    _ = try ParaphraseTable(of: words, path: path, cache: nil)
  }
}

@Suite("METEOR's folder")
struct METEORFolderTests {
  @Test("may hold the jar or what was in it")
  func jar() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      zip([("other", [1, 2]), ("function/english.words", Array("of\nthe\n".utf8))]),
      to: METEORFolder.jar)
    func lines() throws -> [String] {
      var lines = try METEORFolder(path: folder.path).lines(of: "function/english.words")
      var texts: [String] = []
      while let line = lines.next() { texts.append(String(decoding: line, as: UTF8.self)) }
      return texts
    }
    #expect(try lines() == ["of", "the"])
    try folder.makeFolder("function")
    try folder.write("a\r\nan", to: "function/english.words")
    #expect(try lines() == ["a", "an"])
  }

  @Test("without a table says what is missing, and where to get it")
  func missing() throws {
    let folder = try TemporaryFolder()
    let caption = ScoredCaption(candidate: ["a"], references: [["a"]])
    var error = #expect(throws: METEORError.self) {
      _ = try METEORScores(scoring: [caption], with: METEORResources(meteorFolder: folder.path))
    }
    #expect(
      error?.problem
        == .missing(looked: ["nonbreaking/english.prefixes", METEORFolder.jar]))
    error = #expect(throws: METEORError.self) {
      _ = try METEORFolder(path: folder.path).paraphrasePath()
    }
    #expect(
      error?.description.hasPrefix(
        "\(folder.path): has none of data/paraphrase-en.gz, paraphrase-en.gz. Name the folder of METEOR 1.5"
      )
        == true)
  }

  @Test("with a damaged jar is refused")
  func damagedJar() throws {
    let folder = try TemporaryFolder()
    let good = zip([("synonym/english.synsets", Array("dog\n1 2\n".utf8))])
    func reason(_ bytes: [UInt8]) throws -> METEORError.Problem? {
      try folder.write(bytes, to: METEORFolder.jar)
      do throws(METEORError) {
        _ = try METEORFolder(path: folder.path).lines(of: "synonym/english.synsets")
        return nil
      } catch { return error.problem }
    }
    #expect(try reason(good) == nil)
    #expect(try reason([1, 2, 3]) == .damagedJar("it has no directory"))
    #expect(try reason(Array(good.dropFirst(4))) != nil)
    for place in good.indices {
      var bytes = good
      bytes[place] ^= 0x41
      // Must end with an error or the right bytes; most fields of the local header are not read.
      _ = try reason(bytes)
    }
    var changed = good
    changed[30 + 23 + 5] ^= 1
    #expect(
      try reason(changed) == .damagedJar("the checksum of synonym/english.synsets differs"))
  }

  @Test("with a table of synonyms that is not of the form is refused, with the line")
  func badSynonyms() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("synonym")
    try folder.write("", to: "synonym/english.exceptions")
    var words = SpellingNumbers()
    _ = words.insert("dog")
    for (text, number, needed) in [
      ("cat\n1\ndog\n1 x\n", 4, "a list of numbers below a billion"),
      ("dog\n", 2, "the synonym sets of the word before"),
    ] {
      let path = try folder.write(text, to: "synonym/english.synsets")
      #expect(throws: METEORError(path, .badLine(number: number, needed: needed))) {
        _ = try Synonyms(of: words, in: METEORFolder(path: folder.path))
      }
    }
  }

  @Test("errors say how to fix them")
  func messages() {
    let texts = [
      METEORError("", .noStemmer(reason: "no such file")).description,
      METEORError("x.gz", .noMemory).description,
      METEORError("x.gz", .damagedGzip("bad")).description,
      METEORError("x.gz", .badLine(number: 7, needed: "a phrase")).description,
      METEORError("x.gz", .unreadable(FileError("x.gz", .missing))).description,
    ]
    #expect(texts[0].hasSuffix("Install it (Debian: libstemmer0d)."))
    #expect(texts[1].hasPrefix("x.gz: there is no memory left"))
    #expect(texts[2] == "x.gz: is damaged: bad. Get a fresh copy of METEOR 1.5.")
    #expect(
      texts[3] == "x.gz: line 7 is not a phrase. Is it METEOR's own file? Get a fresh copy.")
    #expect(texts[4] == FileError("x.gz", .missing).description)
  }
}

private enum WordNet {
  /// True if WordNet is installed; otherwise a line on standard error says that tests are skipped.
  static var isThere: Bool {
    if FileStatus(METEORResources.wordNetFolder) != nil { return true }
    let line = "SKIPPED: tests on \(METEORResources.wordNetFolder) (Debian: wordnet-base)\n"
    FileHandle.standardError.write(Data(line.utf8))
    return false
  }
}

/// Returns a gzip of a text that is stored as it is, in blocks.
private func gzip(_ text: String) -> [UInt8] {
  let bytes = Array(text.utf8)
  return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + stored(bytes) + little(checksum(bytes), 4)
    + little(bytes.count, 4)
}

/// Returns a zip archive whose members are deflated, in form only.
private func zip(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
  var (archive, directory): ([UInt8], [UInt8]) = ([], [])
  for (name, bytes) in members {
    let packed = stored(bytes)
    let common =
      [20, 0, 0, 0, 8, 0, 0, 0, 0, 0] + little(checksum(bytes), 4) + little(packed.count, 4)
      + little(bytes.count, 4) + little(name.utf8.count, 2)
    directory += [0x50, 0x4B, 1, 2, 20, 0] + common + little(0, 12) + little(archive.count, 4)
    directory += Array(name.utf8)
    archive += [0x50, 0x4B, 3, 4] + common + little(0, 2) + Array(name.utf8) + packed
  }
  let end =
    [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + little(members.count, 2) + little(members.count, 2)
    + little(directory.count, 4) + little(archive.count, 4) + little(0, 2)
  return archive + directory + end
}

/// Returns deflate data with blocks that are stored as they are.
private func stored(_ bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  var rest = bytes[...]
  repeat {
    let block = rest.prefix(65_535)
    rest = rest.dropFirst(65_535)
    result += [rest.isEmpty ? 1 : 0] + little(block.count, 2) + little(block.count ^ 0xFFFF, 2)
    result += block
  } while !rest.isEmpty
  return result
}

private func little(_ number: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 < 8 ? number >> (8 * $0) : 0) }
}

/// Returns the CRC-32.
private func checksum(_ bytes: [UInt8]) -> Int {
  var sum: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    sum ^= UInt32(byte)
    for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
  }
  return Int(~sum)
}
