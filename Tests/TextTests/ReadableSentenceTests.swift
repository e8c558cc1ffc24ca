import Testing

@testable import Text

@Suite("Readable sentences")
struct ReadableSentenceTests {
  @Test(
    "rejoins what the tokenizer took apart",
    arguments: [
      ("a dog runs", "a dog runs"),
      ("the man 's dog does n't run", "the man's dog doesn't run"),
      ("i 'm sure they 'll say we 've won", "i'm sure they'll say we've won"),
      ("a shirt -lrb- left -rrb- and -lsb- hats -rsb-", "a shirt (left) and [hats]"),
      ("a $ 5 bill is 50 % off at # 1", "a $5 bill is 50% off at #1"),
      ("a $ sign and a % sign", "a $ sign and a % sign"),
      ("'t is gon na rain", "'tis gonna rain"),
      ("he can not run", "he can not run"),
      ("'s", "'s"),
      ("", ""),
    ])
  func joining(words: String, sentence: String) {
    #expect(readableSentence(words.split(separator: " ").map(String.init)) == sentence)
  }
}
