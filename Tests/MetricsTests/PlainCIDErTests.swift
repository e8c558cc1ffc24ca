import Foundation
import Testing

@testable import Metrics

@Suite("CIDEr as first defined")
struct PlainCIDErTests {
  private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

  /// The definition, word for word, with dictionaries.
  private func expected(_ captions: [ScoredCaption]) -> [Double] {
    func counts(_ words: [String], _ n: Int) -> [[String]: Double] {
      guard words.count >= n else { return [:] }
      return (0...words.count - n).reduce(into: [:]) {
        $0[Array(words[$1..<$1 + n]), default: 0] += 1
      }
    }
    func weights(_ words: [String], _ n: Int) -> [[String]: Double] {
      counts(words, n).reduce(into: [:]) { weights, gram in
        let pictures = captions.count { $0.references.contains { counts($0, n)[gram.key] != nil } }
        weights[gram.key] = gram.value * log(Double(captions.count) / Double(max(pictures, 1)))
      }
    }
    func norm(_ w: [[String]: Double]) -> Double {
      w.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    return captions.map { caption in
      let sums = caption.references.map { reference in
        (1...4).reduce(0.0) { sum, n in
          let (h, r) = (weights(caption.candidate, n), weights(reference, n))
          let product = h.reduce(0.0) { $0 + $1.value * (r[$1.key] ?? 0) }
          let scale = norm(h) * norm(r)
          return sum + (scale > 0 ? product / scale : 0)
        }
      }
      return 10 * sums.reduce(0, +) / 4 / Double(caption.references.count)
    }
  }

  @Test("is the cosine of weighted counts, whatever the lengths and repetitions")
  func cosine() {
    let captions = [
      ("a dog a dog a dog runs", ["a dog runs on the grass", "the dog is running"]),
      ("two cats", ["two cats are sleeping on a bed"]), ("a man", ["a man with a dog", "a woman"]),
    ].map { candidate, references in
      ScoredCaption(candidate: words(candidate), references: references.map(words))
    }
    let scores = CaptionScores(scoring: captions, withPlainCIDEr: true)
    for (found, expected) in zip(scores.images.map(\.plainCIDEr), expected(captions)) {
      #expect(abs(found - expected) < 1e-9)
    }
    #expect(scores.images[0].plainCIDEr > scores.images[0].cider)
  }
}
