import Testing

@testable import Metrics

/// The results are those of METEOR's own normalizer; `METEORParityTests` has more of them in whole captions.
@Suite("METEOR's normalizer")
struct METEORNormalizerTests {
  @Test(
    "splits captions as METEOR does",
    arguments: [
      ("a dog runs", "a dog runs"), ("A DOG", "a dog"), ("  a   dog ", "a dog"), ("", ""),
      ("1,000 men", "1,000 men"), ("men,dogs", "men , dogs"), ("5,dogs", "5 , dogs"),
      ("well-known t-shirt", "well known t shirt"), ("- a -", "- a -"), ("a--b", "a b"),
      ("a man 's dog", "a man ' s dog"), ("cafe's 1990's", "cafe 's 1990 's"),
      ("do n't", "do n 't"), ("rock 'n' roll", "rock ' n ' roll"),
      ("-lrb- red -rrb-", "-lrb- red -rrb-"), ("a&b $5 50%", "a & b $ 5 50 %"),
      ("u.s. and e.g. p.m.", "us and eg pm"), ("the etc.", "the etc ."), ("no. 5", "no . 5"),
      ("mr. smith", "mr. smith"), ("man vs. 5", "man vs. 5"), ("a vs.", "a vs."),
      ("a ... b", "a ... b"), ("wait...what", "wait ... what"), ("5:30", "5 : 30"),
      ("\u{201C}big\u{201D} ''dog''", "\" big \" \" dog \""), ("it\u{2019}s", "it 's"),
      ("1\u{A0}1/2", "1 1 / 2"), ("caf\u{E9}", "caf\u{E9}"), ("cafe\u{301}", "cafe \u{301}"),
      ("собака", "собака"), ("日本", "日 本"),
    ])
  func words(caption: String, expected: String) {
    let words = METEORNormalizer().words(of: caption)
    #expect(words == expected.unicodeScalars.split(separator: " ").map(String.init))
  }

  @Test("keeps the dots of the abbreviations it is given")
  func abbreviations() {
    var normalizer = METEORNormalizer()
    (normalizer.abbreviations, normalizer.abbreviationsBeforeNumbers) = (["Mr"], ["No"])
    #expect(normalizer.words(of: "Mr. Smith") == ["mr.", "smith"])
    #expect(normalizer.words(of: "No. 5 No. X") == ["no.", "5", "no", ".", "x"])
    #expect(normalizer.words(of: "a vs. B") == ["a", "vs", ".", "b"])
  }
}
