import Testing

@testable import Metrics

@Suite("ROUGE-L")
struct ROUGELTests {
  @Test("is one for a caption that equals a reference, and zero without a common word")
  func extremes() {
    #expect(abs(rougeL("a dog runs", "a cat", "a dog runs") - 1) < 1e-12)
    #expect(rougeL("two kites", "a dog runs") == 0)
  }

  @Test("weighs recall by 1.44 against precision")
  func measure() {
    // The longest common subsequence is "a dog grass": P = 3/4, R = 3/5.
    let expected = 2.44 * 0.75 * 0.6 / (0.6 + 1.44 * 0.75)
    #expect(abs(rougeL("a dog on grass", "a brown dog near grass") - expected) < 1e-12)
  }

  @Test("takes precision and recall from the references best in each")
  func separateMaxima() {
    // Precision 1 by the long reference, recall 1 by the short one.
    #expect(abs(rougeL("a dog", "a big dog there", "dog") - 1) < 1e-12)
  }

  @Test("minds the order of words")
  func order() {
    #expect(abs(rougeL("c b a", "a b c") - 1 / 3.0) < 1e-12)
  }

  @Test("takes a caption of no word for one empty word, as coco-caption does")
  func empty() {
    #expect(rougeL("", "a dog") == 0)
    #expect(rougeL("a dog", "") == 0)
    #expect(abs(rougeL("", "") - 1) < 1e-12)
    #expect(abs(rougeL("dog", "dog") - 1) < 1e-12)
  }

  @Test("is the mean of the images' for the corpus")
  func corpus() {
    let scores = CaptionScores(scoring: [
      ScoredCaption("a dog", "a dog"), ScoredCaption("a dog", "kites"),
    ])
    #expect(abs(scores.corpus.rougeL - 0.5) < 1e-12)
  }

  private func rougeL(_ candidate: String, _ references: String...) -> Double {
    CaptionScores(scoring: [ScoredCaption(candidate, references)]).images[0].rougeL
  }
}
