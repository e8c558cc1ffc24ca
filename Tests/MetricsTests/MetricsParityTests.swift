import Files
import Foundation
import TestSupport
import Testing
import Text

@testable import Metrics

/// The maximum difference from the reference's scores: both are float64, summed in different orders.
private let tolerance = 1e-9
private let goldenFile = "../golden/metrics/scores.json"

@Suite("Metrics against pycocoevalcap")
struct MetricsParityTests {
  /// `scripts/fixtures/metrics.py` wrote the fixture.
  @Test("agree on our own captions, odd ones included")
  func fixture() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let reference = try ReferenceScores(tests.appending(path: "Fixtures/metrics.json").path)
    #expect(reference.captions.count == 20)
    let scores = CaptionScores(scoring: reference.captions)
    reference.expectAgreement(with: scores)
    #expect(scores.bleuCounts == reference.bleuCounts)
  }

  @Test("agree on 300 photographs' captions", .enabled(if: TestData.has(goldenFile)))
  func golden() throws {
    let reference = try ReferenceScores(#require(TestData.path(goldenFile)))
    #expect(reference.captions.count == 300)
    reference.expectAgreement(with: CaptionScores(scoring: reference.captions))
  }

  @Test("agree from untokenized captions on", .enabled(if: TestData.has(goldenFile)))
  func goldenText() throws {
    let path = try #require(TestData.path(goldenFile))
    let folder = URL(filePath: path).deletingLastPathComponent()
    let references = try json(folder.appending(path: "references.json").path)
    let results = try json(folder.appending(path: "results.json").path)
    var texts: [Int: [String]] = [:]
    for annotation in try #require(references["annotations"]?.elements) {
      let image = try #require(annotation["image_id"]?.integer)
      texts[image, default: []].append(try #require(annotation["caption"]?.string))
    }
    let captions = try #require(results.elements).map { result in
      let image = try #require(result["image_id"]?.integer)
      return ScoredCaption(
        candidate: try #require(result["caption"]?.string),
        references: try #require(texts[image]), tokenizer: CaptionTokenizer())
    }
    let reference = try ReferenceScores(path)
    #expect(captions == reference.captions)
    reference.expectAgreement(with: CaptionScores(scoring: captions))
  }
}

/// The captions given to the reference, and its scores.
private struct ReferenceScores {
  let captions: [ScoredCaption]
  let images: [CaptionScore]
  let corpus: CaptionScore
  /// Nil if the file has none.
  let bleuCounts: BLEUCounts?

  init(_ path: String) throws {
    let document = try json(path)
    let images = try #require(document["images"]?.elements)
    captions = try images.map { image in
      ScoredCaption(
        candidate: words(try #require(image["hypothesis_tokenized"]?.string)),
        references: try #require(image["references_tokenized"]?.elements).map {
          words(try #require($0.string))
        })
    }
    self.images = try images.map { try CaptionScore(#require($0["scores"])) }
    corpus = try CaptionScore(#require(document["corpus"]))
    bleuCounts = try document["bleu_counts"].map(BLEUCounts.init)
  }

  func expectAgreement(with scores: CaptionScores) {
    expectClose(scores.corpus, corpus, "corpus")
    #expect(scores.images.count == images.count)
    for (index, (found, expected)) in zip(scores.images, images).enumerated() {
      expectClose(found, expected, "image \(index)")
    }
  }
}

extension CaptionScore {
  fileprivate init(_ scores: JSONValue) throws {
    self.init(
      bleu: try (1...4).map { try #require(scores["Bleu_\($0)"]?.number) },
      rougeL: try #require(scores["ROUGE_L"]?.number),
      cider: try #require(scores["CIDEr"]?.number))
  }
}

extension BLEUCounts {
  fileprivate init(_ counts: JSONValue) throws {
    self.init(
      correct: try #require(counts["correct"]?.elements).compactMap(\.integer),
      guessed: try #require(counts["guess"]?.elements).compactMap(\.integer),
      candidateLength: try #require(counts["testlen"]?.integer),
      referenceLength: try #require(counts["reflen"]?.integer))
  }
}

private func expectClose(_ found: CaptionScore, _ expected: CaptionScore, _ what: String) {
  let pairs = zip(
    found.bleu + [found.rougeL, found.cider], expected.bleu + [expected.rougeL, expected.cider])
  #expect(
    pairs.allSatisfy { abs($0 - $1) <= tolerance }, "\(what): \(found), but expected \(expected)")
}

private func json(_ path: String) throws -> JSONValue {
  try JSONValue(reading: Array(Data(contentsOf: URL(filePath: path))))
}

/// Returns the words between single blanks; a no-break space does not separate words.
private func words(_ text: String) -> [String] {
  text.unicodeScalars.split(separator: " ").map(String.init)
}
