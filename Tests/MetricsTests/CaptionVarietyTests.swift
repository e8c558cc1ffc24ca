import Foundation
import Testing

@testable import Metrics

private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

@Suite("Variety of captions")
struct CaptionVarietyTests {
  @Test("counts different words and pairs, faults and copies")
  func counts() {
    let captions = [
      "a dog runs", "a dog runs", "a a dog", "a dog in the", "", "a dog with a dog with a cat",
      "<unk> runs",
    ].map(words)
    let variety = CaptionVariety(of: captions, training: [words("a dog runs"), words("a cat")])
    #expect(variety.distinct.distinctCount == 6)
    #expect(variety.distinct.wordCount == 8)
    #expect(variety.meanLength == 23.0 / 7)
    #expect(abs(variety.distinctShares[0] - 8.0 / 23) < 1e-12)
    #expect(variety.emptyCount == 1)
    #expect(variety.brokenCount == 1)
    #expect(variety.stammeringCount == 1)
    #expect(variety.repeatingCount == 1)
    #expect(variety.unknownCount == 1)
    #expect(variety.copiedCount == 2)
    #expect(CaptionVariety(of: captions).copiedCount == nil)
  }

  @Test("of equal captions of a picture is 0, of captions without a common word 1")
  func selfCIDErBounds() {
    let references = [[words("a dog runs fast here")], [words("two cats sleep on beds")]]
    let same = [Array(repeating: words("a dog runs fast"), count: 3), [words("two cats")]]
    let found = selfCIDEr(of: same, references: references)
    #expect(abs(found[0] ?? -1) < 1e-9)
    #expect(found[1] == nil)
    let other = [[words("a dog runs fast"), words("two cats sleep on")], []]
    #expect(abs((selfCIDEr(of: other, references: references)[0] ?? -1) - 1) < 1e-9)
  }

  @Test("follows from the roots of the eigenvalues")
  func eigenvalues() {
    // The eigenvalues of [[1, s], [s, 1]] are 1 + s and 1 - s.
    for s in [0.0, 0.2, 0.7, 1.0] {
      let roots = [(1 + s).squareRoot(), (1 - s).squareRoot()]
      let expected = -log(roots[0] / (roots[0] + roots[1])) / log(2)
      #expect(abs(diversity([[1, s], [s, 1]]) - expected) < 1e-12)
    }
    // Of the matrix with 1 on and s beside the diagonal they are 1 + (m - 1) s, and m - 1 times 1 - s.
    let (m, s) = (5, 0.3)
    let matrix = (0..<m).map { i in (0..<m).map { $0 == i ? 1 : s } }
    let roots =
      [(1 + Double(m - 1) * s).squareRoot()] + Array(repeating: (1 - s).squareRoot(), count: m - 1)
    let expected = -log(roots[0] / roots.reduce(0, +)) / log(Double(m))
    #expect(abs(diversity(matrix) - expected) < 1e-12)
  }
}

@Suite("Document frequencies")
struct DocumentFrequenciesTests {
  private let captions = [
    ScoredCaption(
      candidate: words("a dog runs on grass"),
      references: [words("a dog runs on the grass"), words("the dog is running")]),
    ScoredCaption(candidate: words("two cats sleep"), references: [words("two cats are sleeping")]),
    ScoredCaption(
      candidate: words("a man"), references: [words("a man with a dog"), words("a 1 1/2 man")]),
  ]

  @Test("of the references themselves give the same scores, also after they were stored")
  func same() throws {
    let frequencies = DocumentFrequencies(of: captions.map(\.references))
    let stored = try DocumentFrequencies(text: frequencies.text)
    #expect(stored == frequencies)
    #expect(stored.pictureCount == 3)
    #expect(
      CaptionScores(scoring: captions, frequencies: stored).images
        == CaptionScores(scoring: captions).images)
  }

  @Test("give a single picture a score")
  func single() {
    let frequencies = DocumentFrequencies(of: captions.map(\.references))
    let alone = [captions[0]]
    #expect(CaptionScores(scoring: alone).corpus.cider == 0)
    #expect(
      CaptionScores(scoring: alone, frequencies: frequencies).images[0].cider
        == CaptionScores(scoring: captions).images[0].cider)
  }

  @Test("that are damaged name the line")
  func damaged() {
    let title = "cutline.document-frequencies/1"
    for (text, line) in [
      ("", 1), ("x\t3\t0\tenglish\n", 1), ("\(title)\t0\t0\tenglish\n", 1),
      ("\(title)\t3\t0\tother\n", 1), ("\(title)\t3\t1\tenglish\n4\ta dog\n", 2),
      ("\(title)\t3\t2\tenglish\n1\ta\n1 a\n", 3), ("\(title)\t3\t1\tenglish\n1\t\n", 2),
      ("\(title)\t3\t2\tenglish\n1\ta\n", 3), ("\(title)\t3\t0\tenglish\n1\ta\n", 3),
    ] {
      #expect(throws: DocumentFrequencies.FormatError(line: line)) {
        try DocumentFrequencies(text: text)
      }
    }
  }
}
