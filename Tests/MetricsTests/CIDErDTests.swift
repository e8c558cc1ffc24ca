import Foundation
import Testing

@testable import Metrics

@Suite("CIDEr-D")
struct CIDErDTests {
  @Test("is zero where there is one image only, since every n-gram is in all images")
  func oneImage() {
    #expect(cider([ScoredCaption("a dog runs fast", "a dog runs fast")]) == [0])
  }

  @Test("is ten for captions that equal their references, zero without a common word")
  func extremes() {
    let scores = cider([
      ScoredCaption("a dog runs fast", "a dog runs fast"),
      ScoredCaption("two red kites fly", "the old clock stopped"),
    ])
    #expect(abs(scores[0] - 10) < 1e-12)
    #expect(scores[1] == 0)
  }

  @Test("counts only orders that captions are long enough for")
  func shortCaptions() {
    // With one word, only n = 1 of the four matches.
    #expect(abs(cider([ScoredCaption("dog", "dog"), ScoredCaption("", "kite")])[0] - 2.5) < 1e-12)
    #expect(cider([ScoredCaption("dog", "dog"), ScoredCaption("", "kite")])[1] == 0)
    #expect(cider([ScoredCaption("dog", ""), ScoredCaption("", "kite")]) == [0, 0])
  }

  @Test("gives no weight to words of all images")
  func commonWords() {
    // "a" has a weight of 0; only "dog" matches for n = 1.
    let scores = cider([ScoredCaption("dog a", "a dog"), ScoredCaption("x", "a kite")])
    #expect(abs(scores[0] - 2.5) < 1e-12)
  }

  @Test("clips a word said more often than in the reference")
  func clipping() {
    // Weights ln 2 · (3) and ln 2 · (1): min(3, 1) · 1 / (3 · 1), at two words' distance.
    let scores = cider([ScoredCaption("dog dog dog", "dog"), ScoredCaption("x", "kite")])
    #expect(abs(scores[0] - 2.5 / 3 * exp(-4 / 72.0)) < 1e-12)
  }

  @Test("takes e^(-1/72) for a word more than the reference has")
  func lengths() {
    // For n = 1: 1 · 1 / (√2 · 1).
    let scores = cider([ScoredCaption("a dog", "dog"), ScoredCaption("x", "kite")])
    #expect(abs(scores[0] - 2.5 / 2.0.squareRoot() * exp(-1 / 72.0)) < 1e-12)
  }

  @Test("is the mean over references")
  func references() {
    let one = cider([ScoredCaption("a dog runs", "a dog runs"), ScoredCaption("x", "kite")])
    let two = cider([ScoredCaption("a dog runs", "a dog runs", "z"), ScoredCaption("x", "kite")])
    #expect(abs(two[0] - one[0] / 2) < 1e-12)
  }

  private func cider(_ captions: [ScoredCaption]) -> [Double] {
    CaptionScores(scoring: captions).images.map(\.cider)
  }
}
