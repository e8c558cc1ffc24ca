import Foundation
import TestSupport
import Testing

@testable import Metrics

@Suite("METEOR")
struct METEORScoresTests {
  @Test("is one for a caption that equals a reference of one piece")
  func identical() throws {
    let scores = try score([("a big dog runs", ["two cats", "a big dog runs"])])
    #expect(scores.images == [1] && scores.corpus == 1)
    // One chunk, but a caption of one piece adds none to a corpus.
    #expect(scores.captions[0].chunkCount == 1 && scores.total.chunkCount == 0)
  }

  @Test("is zero without words or without a match")
  func nothing() throws {
    let scores = try score([("", ["a dog"]), ("a dog", [""]), ("", [""]), ("kite", ["a dog"])])
    #expect(scores.images == [0, 0, 0, 0] && scores.corpus == 0)
    #expect(try score([]).corpus == 0)
  }

  @Test("falls with the number of chunks")
  func fragmentation() throws {
    let scores = try score([
      ("a big dog runs", ["a big dog runs here"]), ("dog a runs big", ["a big dog runs here"]),
    ])
    #expect(scores.captions.map(\.chunkCount) == [1, 4])
    #expect(scores.images[0] > scores.images[1])
  }

  @Test("takes the first of the references with the best score")
  func bestReference() throws {
    let better = try score([("a dog runs", ["a kite", "a dog runs here", "runs dog a"])])
    #expect(better.captions[0].chunkCount == 1 && better.captions[0].candidate.matchCount == 3)
    // Both give zero, so the order decides what is added to the counts of a corpus.
    let first = try score([("kite", ["dog", "two cats"])])
    let second = try score([("kite", ["two cats", "dog"])])
    #expect(first.captions[0].reference.length == 1 && second.captions[0].reference.length == 2)
    #expect(first.images == second.images)
  }

  @Test("does not depend on the order of captions, and shards add up")
  func shards() throws {
    let captions = [
      ("a dog runs on grass", ["the dogs ran on a lawn", "a dog"]), ("a kite", ["a red kite"]),
      ("people walk", ["people walk", "a man walks"]), ("", ["nothing"]),
      ("the man runs and runs", ["a running man", "men"]),
    ]
    let all = try score(captions)
    let reversed = try score(captions.reversed())
    #expect(reversed.images.reversed() == all.images && reversed.total == all.total)
    let shards = [try score(Array(captions[..<2])), try score(Array(captions[2...]))]
    #expect(shards[0].total + shards[1].total == all.total)
    #expect((shards[0].total + shards[1].total).score == all.corpus)
    // Neither the mean of scores nor the sum with the chunks of captions of one piece.
    #expect(abs(all.corpus - all.images.reduce(0, +) / 5) > 1e-3)
    #expect(all.captions.reduce(.zero, +).score < all.corpus)
  }

  @Test("says which modules took part")
  func names() {
    #expect(
      METEORResources(meteorFolder: "/tmp").name == "METEOR(exact,stem,synonym,paraphrase)")
    let two = METEORResources(meteorFolder: "/tmp", modules: [.stem, .exact])
    #expect(two.name == "METEOR(exact,stem)")
    #expect(
      METEORResources(wordNetFolder: "/none").name == "METEOR(exact,stem;own function words)")
    #expect(
      METEORResources(wordNetFolder: "/tmp").name
        == "METEOR(exact,stem,synonym;own function words)")
  }

  @Test("takes bounded time for captions of thousands of equal words, and refuses more")
  func longCaptions() throws {
    let words = Array(repeating: "dog", count: 1500)
    let caption = ScoredCaption(candidate: words + ["a"], references: [words])
    let scores = try METEORScores(scoring: [caption], with: plain)
    #expect(scores.captions[0].chunkCount == 1 && scores.captions[0].candidate.matchCount == 1500)
    let long = ScoredCaption(
      candidate: Array(repeating: "dog", count: 50_000), references: [words])
    let error = #expect(throws: METEORError.self) {
      _ = try METEORScores(scoring: [caption, long], with: plain)
    }
    #expect(
      error?.problem == .tooLong(image: 1, wordCounts: [50_000, 1500], limit: 4_000_000))
    #expect(error?.description.hasPrefix("Caption 2 and a reference have 50000 and 1500") == true)
  }
}

/// Stems, and our own function words.
private let plain = METEORResources(wordNetFolder: "/none")

private func score(_ captions: [(String, [String])]) throws -> METEORScores {
  let captions = captions.map { candidate, references in
    ScoredCaption(
      candidate: candidate.split(separator: " ").map(String.init),
      references: references.map { $0.split(separator: " ").map(String.init) })
  }
  return try METEORScores(scoring: captions, with: plain)
}
