import Testing

@testable import Metrics

@Suite("Edit distance and error rates")
struct EditErrorsTests {
  @Test("count insertions, deletions and substitutions")
  func distance() {
    #expect(editDistance(Array("kitten"), Array("sitting")) == 3)
    #expect(editDistance(Array(""), Array("abc")) == 3)
    #expect(editDistance(Array("abc"), Array("")) == 3)
    #expect(editDistance(["a", "b"], ["a", "b"]) == 0)
    #expect(
      editDistance(Array("flaw"), Array("lawn")) == editDistance(Array("lawn"), Array("flaw")))
  }

  @Test("choose the nearest reference by its rate")
  func nearest() {
    let found = EditErrors(of: Array("abcd"), references: [Array("xy"), Array("abxd"), Array("")])
    #expect(found == EditErrors(errors: 1, length: 4))
    #expect(found.rate == 0.25)
  }

  @Test("count what is written for an empty reference")
  func empty() {
    #expect(EditErrors(of: Array("abc"), references: [[]]).rate == 3)
    #expect(EditErrors(of: [] as [Character], references: [[]]).rate == 0)
  }

  @Test("rank of retrieval")
  func retrieval() {
    let scores = RetrievalScores(ranks: [3, 1, 12, 5])
    #expect(scores.recall(at: 1) == 0.25)
    #expect(scores.recall(at: 5) == 0.75)
    #expect(scores.medianRank == 4)
    #expect(RetrievalScores(ranks: [1, 2, 9]).medianRank == 2)
    #expect(RetrievalScores(ranks: []).medianRank == nil)
  }
}
