import Foundation
import Testing

@testable import Text

@Suite("Byte pair encoding")
struct BytePairEncodingTests {
  // MARK: Against subword-nmt

  /// `scripts/fixtures/byte_pairs.py` wrote the fixture with subword-nmt 0.3.8.
  @Test("learns the merges of subword-nmt, and splits words as it does")
  func parity() throws {
    let fixture = try Fixture.read()
    let counts = WordCounts(counting: fixture.sentences.map(wordsAlone))
    #expect(fixture.cases.count == 3)
    for example in fixture.cases {
      let learned = BytePairEncoding(
        learningFrom: counts, mergeCount: example.mergeCount, minimumCount: example.minimumCount)
      #expect(String(decoding: learned.file(), as: UTF8.self) == example.file)
      let read = try BytePairEncoding(merges: Array(example.file.utf8), path: "merges.txt")
      #expect(read == learned && read.mergeCount == learned.mergeCount)
      #expect(example.pieces.count > 80)
      for (word, pieces) in example.pieces {
        #expect(
          scalars(learned.pieces(of: word)) == scalars(wordsAlone(pieces)),
          "\(word): \(learned.pieces(of: word))")
        #expect(read.pieces(of: word) == learned.pieces(of: word))
      }
    }
  }

  private struct Fixture: Decodable {
    let sentences: [String]
    let cases: [Case]

    struct Case: Decodable {
      let mergeCount: Int
      let minimumCount: Int
      let file: String
      let pieces: [String: String]
    }

    static func read() throws -> Fixture {
      let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      let data = try Data(contentsOf: tests.appending(path: "Fixtures/byte_pairs.json"))
      return try JSONDecoder().decode(Fixture.self, from: data)
    }
  }

  private func wordsAlone(_ text: String) -> [String] {
    // A mark after a blank would be one character with it.
    text.unicodeScalars.split(separator: " ").map(String.init)
  }

  private func scalars(_ words: [String]) -> [[Unicode.Scalar]] {
    words.map { Array($0.unicodeScalars) }
  }

  // MARK: Words to pieces and back

  private let captions = [
    "Ein kleiner Hund springt über einen Zaun, und zwei kleine Hunde springen.",
    "كلبان صغيران يركضان على العشب", "小さい犬が2匹走る", "कुत्ता दौड़ता है", "Собака бежит!",
    "개가 달린다", "l'homme court", "e\u{301}te\u{301} été",
  ]

  @Test("gives every caption of its characters back, read as they were learned from or not")
  func roundTrip() {
    let tokenizer = CaptionTokenizer(.unicode)
    let words = captions.map(tokenizer.words(of:))
    for mergeCount in [0, 5, 1000] {
      let vocabulary = Vocabulary(
        piecesOf: WordCounts(counting: words), mergeCount: mergeCount, minimumCount: 1)
      for words in words + [["hundehunde", "zauner", "einzwei"]] {
        let tokens = vocabulary.tokens(for: words)
        #expect(!tokens.contains(.unknown))
        // One of two encodings of a word stands for both, as in every vocabulary.
        #expect(vocabulary.words([.start] + tokens + [.end]) == words)
        #expect(vocabulary.sentence(tokens) == tokenizer.sentence(of: words))
      }
    }
  }

  @Test("has each piece once, the frequent ones first, and no lone character within words")
  func vocabulary() {
    let counts = WordCounts(counting: [["ab", "ab", "ab", "犬"], ["犬", "犬", "犬", "cab"]])
    let vocabulary = Vocabulary(piecesOf: counts, mergeCount: 1, minimumCount: 2)
    let pieces = (4..<vocabulary.count).map { vocabulary.word(TokenID($0)) }
    // "c@@" and what never occurs come last, though new words may need them.
    #expect(pieces == ["ab", "犬", "c@@", "a", "a@@", "b", "b@@", "c"])
    #expect(vocabulary.unfinishedPieces.map(vocabulary.word).sorted() == ["a@@", "b@@", "c@@"])
    #expect(vocabulary.tokens(for: ["bac"]).map(vocabulary.word) == ["b@@", "a@@", "c"])
    #expect(vocabulary.tokens(for: ["犬犬", "ab"]).map(vocabulary.word) == ["<unk>", "犬", "ab"])
    #expect(vocabulary.unknownFraction(of: counts) == 0)
    #expect(vocabulary.unknownFraction(of: WordCounts(counting: [["ab", "xa"]])) == 0.5)
  }

  @Test("cuts no word in two, and leaves out a last word whose end is missing")
  func limits() {
    let counts = WordCounts(counting: [["ab", "cd"]])
    let vocabulary = Vocabulary(piecesOf: counts, mergeCount: 0, minimumCount: 1)
    let tokens = vocabulary.tokens(for: ["ab", "cd"])
    #expect(tokens.count == 4)
    #expect(vocabulary.words(tokens.prefix(3)) == ["ab"])
    #expect(vocabulary.tokens(for: ["ab", "cd"], limit: 3) == Array(tokens.prefix(2)))
    #expect(vocabulary.tokens(for: ["ab", "cd"], limit: 4) == tokens)
    #expect(Vocabulary(words: ["ab"]).tokens(for: ["ab", "ab"], limit: 1) == [TokenID(4)])
  }

  @Test("depends on the counts alone, and merges no pair that is too rare")
  func deterministic() {
    let words = captions.map(CaptionTokenizer(.unicode).words(of:))
    func learned(_ words: [[String]], _ minimumCount: Int) -> BytePairEncoding {
      BytePairEncoding(
        learningFrom: WordCounts(counting: words), mergeCount: 50, minimumCount: minimumCount)
    }
    #expect(learned(words, 2) == learned(words.reversed(), 2))
    #expect(learned(words, 2).mergeCount > 5)
    #expect(learned(words, 100).mergeCount == 0)
    #expect(learned([], 1).mergeCount == 0)
  }

  // MARK: merges.txt

  @Test(
    "refuses a damaged table, and says where",
    arguments: [
      ("", .notMerges), ("#version: 0.2", .notMerges), ("#version: 0.1\na b\n", .notMerges),
      ("a b\n", .notMerges), ("#version: 0.2\na b\nab c", .notMerges),
      ("#version: 0.2\nab c\n", .notAMerge(line: 2)),
      ("#version: 0.2\na b\n\n", .notAMerge(line: 3)),
      ("#version: 0.2\na b\na b\n", .notAMerge(line: 3)),
      ("#version: 0.2\na\n", .notAMerge(line: 2)),
      ("#version: 0.2\na b c\n", .notAMerge(line: 2)),
      ("#version: 0.2\na  b\n", .notAMerge(line: 2)),
      ("#version: 0.2\na</w> b\n", .notAMerge(line: 2)),
      ("#version: 0.2\na \u{1}\n", .notAMerge(line: 2)),
      ("#version: 0.2\na b\r\n", .notAMerge(line: 2)),
    ] as [(String, VocabularyError.Problem)])
  func damage(text: String, problem: VocabularyError.Problem) {
    let error = #expect(throws: VocabularyError.self) {
      _ = try BytePairEncoding(merges: Array(text.utf8), path: "m/merges.txt")
    }
    #expect(error == VocabularyError(path: "m/merges.txt", problem: problem))
  }

  @Test("refuses bytes that are no text")
  func noText() {
    let bytes = Array("#version: 0.2\n".utf8) + [0xFF, 0x20, 0x61, 0x0A]
    #expect(throws: VocabularyError(path: "m", problem: .notMerges)) {
      _ = try BytePairEncoding(merges: bytes, path: "m")
    }
  }

  @Test("refuses a vocabulary of other merges")
  func otherVocabulary() throws {
    let counts = WordCounts(counting: [["abc", "abc"]])
    let vocabulary = Vocabulary(piecesOf: counts, mergeCount: 2, minimumCount: 1)
    func read(_ pieces: BytePairEncoding) throws -> Vocabulary {
      try Vocabulary(
        json: vocabulary.json(), path: "v", tokenizer: CaptionTokenizer(.unicode), pieces: pieces)
    }
    func merges(_ lines: String) throws -> BytePairEncoding {
      try BytePairEncoding(merges: Array("#version: 0.2\n\(lines)".utf8), path: "m")
    }
    let file = String(decoding: try #require(vocabulary.pieces).file(), as: UTF8.self)
    #expect(file == "#version: 0.2\nb c</w>\na bc</w>\n")
    #expect(try read(merges("b c</w>\na bc</w>\n")) == vocabulary)
    #expect(throws: VocabularyError(path: "v", problem: .otherPieces("abc"))) {
      _ = try read(merges("b c</w>\n"))
    }
    #expect(throws: VocabularyError(path: "v", problem: .missingPiece("ab@@"))) {
      _ = try read(merges("b c</w>\na bc</w>\na b\n"))
    }
  }
}
