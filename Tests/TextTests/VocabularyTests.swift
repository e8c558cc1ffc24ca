import Testing
import Text

@Suite("Vocabulary")
struct VocabularyTests {
  private let captions = [
    ["a", "dog", "runs"], ["a", "dog", "and", "a", "cat"], ["the", "cat", "runs"],
  ]

  @Test("orders words by count, then alphabetically, after the four special words")
  func order() {
    let vocabulary = Vocabulary(counting: captions, minimumCount: 2)
    let words = (0..<vocabulary.count).map { vocabulary.word(TokenID($0)) }
    #expect(words == ["<pad>", "<bos>", "<eos>", "<unk>", "a", "cat", "dog", "runs"])
  }

  @Test("does not depend on the order of the captions")
  func deterministic() {
    #expect(
      Vocabulary(counting: captions, minimumCount: 1)
        == Vocabulary(counting: captions.reversed(), minimumCount: 1))
  }

  @Test("keeps words seen exactly the minimum number of times")
  func minimumCount() {
    #expect(Vocabulary(counting: captions, minimumCount: 3).count == 5)
    #expect(Vocabulary(counting: captions, minimumCount: 4).count == 4)
    #expect(Vocabulary(counting: captions).count == 4)
  }

  @Test("gives words it knows their number and all others <unk>")
  func tokens() {
    let vocabulary = Vocabulary(words: ["a", "dog"])
    #expect(
      vocabulary.tokens(for: ["a", "zebra", "dog"]) == [TokenID(4), .unknown, TokenID(5)])
    #expect(vocabulary.id(of: "dog") == TokenID(5))
    #expect(vocabulary.id(of: "zebra") == nil)
  }

  @Test("never takes text for a special word", arguments: Vocabulary.specialWords)
  func specialsInText(special: String) {
    let vocabulary = Vocabulary(counting: [[special, "a"]], minimumCount: 1)
    #expect(vocabulary.count == 5)
    #expect(vocabulary.id(of: special) == nil)
    #expect(vocabulary.tokens(for: [special]) == [.unknown])
  }

  @Test("leaves out words that no file can hold", arguments: ["", " a", "a\tb", "a\nb", "\u{7F}"])
  func unstorable(word: String) {
    #expect(Vocabulary(words: [word]).count == 4)
  }

  @Test("keeps a word with blanks in it, as labels have them, through all its files")
  func blanks() throws {
    let counts = WordCounts(counting: [["playing guitar"], ["waving"], ["playing guitar"]])
    let vocabulary = Vocabulary(counts, minimumCount: 1)
    let token = try #require(vocabulary.id(of: "playing guitar"))
    #expect(token == TokenID(4) && vocabulary.sentence([token]) == "playing guitar")
    #expect(try Vocabulary(json: vocabulary.json(), path: "v") == vocabulary)
    #expect(try WordCounts(tsv: counts.tsv(), path: "c") == counts)
  }

  @Test("reads words up to <eos>, without the special ones")
  func words() {
    let vocabulary = Vocabulary(words: ["the", "man", "'s", "dog"])
    let tokens: [TokenID] = [
      .start, TokenID(4), TokenID(5), .unknown, TokenID(6), TokenID(7), .end, TokenID(4), .padding,
    ]
    #expect(vocabulary.words(tokens) == ["the", "man", "'s", "dog"])
    #expect(vocabulary.sentence(tokens) == "the man's dog")
    #expect(vocabulary.sentence([TokenID]()) == "")
  }

  @Test("brings every word back")
  func roundTrip() {
    let vocabulary = Vocabulary(counting: captions, minimumCount: 1)
    for words in captions { #expect(vocabulary.words(vocabulary.tokens(for: words)) == words) }
  }

  @Test("tells which share of the words is lost")
  func unknownFraction() {
    let counts = WordCounts(counting: captions)
    #expect(counts.total == 11)
    #expect(Vocabulary(counts, minimumCount: 2).unknownFraction(of: counts) == 2.0 / 11)
    #expect(Vocabulary(counts, minimumCount: 1).unknownFraction(of: counts) == 0)
    #expect(Vocabulary(counts).unknownFraction(of: WordCounts()) == 0)
  }

  @Test("takes two encodings of one letter for one word")
  func canonicalEquivalence() {
    let vocabulary = Vocabulary(counting: [["caf\u{E9}"], ["cafe\u{301}"]], minimumCount: 2)
    #expect(vocabulary.count == 5)
    #expect(vocabulary.tokens(for: ["caf\u{E9}", "cafe\u{301}"]) == [TokenID(4), TokenID(4)])
  }
}
