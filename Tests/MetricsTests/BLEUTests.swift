import Testing

@testable import Metrics

@Suite("BLEU")
struct BLEUTests {
  @Test("is one for a caption that equals a reference")
  func identical() {
    for score in bleu("a dog runs on grass", "a cat", "a dog runs on grass") {
      #expect(abs(score - 1) < 1e-8)
    }
  }

  @Test("is next to nothing without a common word")
  func noOverlap() {
    for score in bleu("two red kites fly", "a dog runs here") {
      #expect(score > 0 && score < 1e-8)
    }
  }

  @Test("counts a word at most as often as one reference has it")
  func clipping() {
    // The example of the paper: the first reference has "the" twice, so 2 of 7.
    let counts = counts("the the the the the the the", "the cat is on the mat", "the mat")
    #expect(counts.correct == [2, 0, 0, 0])
    #expect(counts.guessed == [7, 6, 5, 4])
  }

  @Test("multiplies a caption shorter than its reference by e^(1 - r / c)")
  func brevityPenalty() {
    let scores = bleu("a dog", "a dog runs fast")
    #expect(abs(scores[0] - 0.367879441171) < 1e-8)  // e^(1 - 4 / 2)
    #expect(abs(scores[1] - 0.367879441171) < 1e-8)
  }

  @Test("takes the shorter of two references equally close in length")
  func closestLength() {
    #expect(counts("a b c d", "a b c d e", "a b c").referenceLength == 3)
    #expect(counts("a b c d", "a b c", "a b c d e").referenceLength == 3)
    #expect(counts("a b c d", "a b c d e", "a b").referenceLength == 5)
  }

  @Test("counts nothing in a caption of no word, and words only in one of one")
  func short() {
    #expect(counts("", "a dog") == BLEUCounts(none: 2))
    #expect(bleu("", "a dog") == [0, 0, 0, 0])
    #expect(counts("dog", "a dog").guessed == [1, 0, 0, 0])
    #expect(abs(bleu("dog", "dog")[0] - 1) < 1e-8)
  }

  @Test("adds counts over images before it divides")
  func corpus() {
    let scores = CaptionScores(scoring: [
      ScoredCaption("a dog", "a dog"), ScoredCaption("a b c d e f", "x y z u v w"),
    ])
    // 2 of 8 words are correct, although the mean of the images' scores is 0.5.
    #expect(abs(scores.corpus.bleu[0] - 0.25) < 1e-8)
    #expect(scores.bleuCounts.correct == [2, 1, 0, 0])
    #expect(scores.bleuCounts.guessed == [8, 6, 4, 3])
  }

  @Test("never rises when a caption's word is replaced by a foreign one")
  func worse() {
    var words = ["a", "dog", "runs", "over", "wet", "grass"]
    var last = bleu(words.joined(separator: " "), "a dog runs over wet grass", "a wet dog")
    for index in words.indices {
      words[index] = "x\(index)"
      let scores = bleu(words.joined(separator: " "), "a dog runs over wet grass", "a wet dog")
      #expect(zip(scores, last).allSatisfy { $0 <= $1 })
      last = scores
    }
  }

  private func counts(_ candidate: String, _ references: String...) -> BLEUCounts {
    CaptionScores(scoring: [ScoredCaption(candidate, references)]).bleuCounts
  }

  private func bleu(_ candidate: String, _ references: String...) -> [Double] {
    CaptionScores(scoring: [ScoredCaption(candidate, references)]).images[0].bleu
  }
}

extension BLEUCounts {
  /// Creates the counts of a caption without words.
  fileprivate init(none referenceLength: Int) {
    self = .zero
    self.referenceLength = referenceLength
  }
}
