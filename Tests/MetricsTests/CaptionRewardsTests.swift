import Testing

@testable import Metrics

@Suite("Caption rewards")
struct CaptionRewardsTests {
  let references = ["a dog runs fast;the dog runs", "a red kite flies", "two men sit on a bench"]
    .map { $0.split(separator: ";").map { $0.split(separator: " ").map(String.init) } }

  @Test("are CIDEr-D where each caption's end is a word, whatever was asked for before")
  func parity() {
    var rewards = CaptionRewards(references: references)
    let candidates = ["a dog runs", "a kite", "men on a red dog sofa"]
      .map { $0.split(separator: " ").map(String.init) }
    func scored(_ picture: Int) -> ScoredCaption {
      ScoredCaption(
        candidate: candidates[picture] + ["<end>"],
        references: references[picture].map { $0 + ["<end>"] })
    }
    let expected = CaptionScores(scoring: (0..<3).map(scored)).images.map(\.cider)
    for _ in 0..<2 {
      for picture in 0..<3 {
        let reward = rewards.reward(of: candidates[picture], isFinished: true, picture: picture)
        #expect(abs(reward - expected[picture]) < 1e-12)
        _ = rewards.reward(of: ["words", "nobody", "wrote"], isFinished: false, picture: 0)
      }
    }
  }

  @Test("a caption that breaks off is worth less than one that ends")
  func breakingOff() {
    var rewards = CaptionRewards(references: references)
    let words = ["a", "dog", "runs", "fast"]
    let whole = rewards.reward(of: words, isFinished: true, picture: 0)
    #expect(rewards.reward(of: words, isFinished: false, picture: 0) < whole)
    #expect(rewards.reward(of: [], isFinished: false, picture: 0) == 0)
    #expect(rewards.reward(of: words, isFinished: true, picture: 1) < whole / 4)
  }
}
