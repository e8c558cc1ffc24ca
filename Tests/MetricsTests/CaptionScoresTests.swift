import Testing
import Text

@testable import Metrics

@Suite("Caption scores")
struct CaptionScoresTests {
  @Test("of no captions are zero")
  func none() {
    let scores = CaptionScores(scoring: [])
    #expect(scores.corpus == CaptionScore(bleu: [0, 0, 0, 0], rougeL: 0, cider: 0))
    #expect(scores.images.isEmpty)
    #expect(scores.bleuCounts == .zero)
    #expect(CaptionVariety(of: []).distinct.distinctCount == 0)
  }

  @Test("have the same bits every time, though each dictionary hashes in its own way")
  func determinism() {
    let words = ["a", "dog", "kite", "red", "on", "grass", "the", "two", "runs"]
    let captions = (0..<200).map { image in
      let picked = (0..<6).map { caption in
        (0..<8).map { words[(image * 7 + caption * 5 + $0 * (image % 4 + 1)) % words.count] }
      }
      return ScoredCaption(candidate: picked[0], references: Array(picked[1...]))
    }
    let scores = CaptionScores(scoring: captions)
    #expect(scores.corpus.cider > 0)
    for _ in 0..<5 { #expect(CaptionScores(scoring: captions) == scores) }
  }

  @Test("may start from captions that are not cut into words")
  func tokenizing() {
    let caption = ScoredCaption(
      candidate: "A dog's ball.", references: ["The dog, running", ""],
      tokenizer: CaptionTokenizer())
    #expect(caption.candidate == ["a", "dog", "'s", "ball"])
    #expect(caption.references == [["the", "dog", "running"], []])
  }

  @Test("tell two encodings of a letter apart, as Python does")
  func encodings() {
    let scores = CaptionScores(scoring: [ScoredCaption("caf\u{E9}", "cafe\u{301}")])
    #expect(scores.bleuCounts.correct == [0, 0, 0, 0])
    #expect(scores.corpus.rougeL == 0)
  }

  @Test("part a word at a no-break space, but for ROUGE-L, as coco-caption does")
  func noBreakSpace() {
    let scores = CaptionScores(scoring: [
      ScoredCaption(candidate: ["1\u{A0}1/2"], references: [["1", "1/2"]])
    ])
    #expect(scores.bleuCounts.correct == [2, 1, 0, 0])
    #expect(scores.corpus.rougeL == 0)
  }
}

@Suite("Distinct captions")
struct DistinctCaptionsTests {
  @Test("are counted, with the repeated ones by frequency, then first appearance")
  func counting() {
    let said = ["a b", "c", "d e", "c", "", "d e", "c", "", "f"]
    let distinct = CaptionVariety(of: said.map { ScoredCaption($0, "a b c").candidate }).distinct
    #expect(distinct.captionCount == 9)
    #expect(distinct.distinctCount == 5)
    #expect(distinct.wordCount == 6)
    #expect(distinct.repetitions.map(\.caption) == [["c"], ["d", "e"], []])
    #expect(distinct.repetitions.map(\.count) == [3, 2, 2])
  }
}

extension ScoredCaption {
  /// Creates it from words separated by single blanks.
  init(_ candidate: String, _ references: [String]) {
    self.init(
      candidate: candidate.split(separator: " ").map(String.init),
      references: references.map { $0.split(separator: " ").map(String.init) })
  }

  init(_ candidate: String, _ references: String...) { self.init(candidate, references) }
}
