import Datasets
import Testing
import Text

@testable import Evaluation

@Suite("Baselines")
struct BaselineTests {
  private let captions = [
    "a dog runs", "a dog runs", "a cat sleeps", "two dogs run on grass",
  ]

  private func training() -> ReferenceCaptions {
    ReferenceCaptions(
      "train", [.init(name: "1", captions: captions), .init(name: "2", captions: ["a dog runs"])])
  }

  private func evaluated() -> EvaluatedCaptions {
    let references = ReferenceCaptions(
      "val",
      [
        .init(name: "1", captions: ["a dog runs", "a puppy runs"]),
        .init(name: "2", captions: ["a cat sits", "the cat sleeps"]),
      ])
    return EvaluatedCaptions("model", [["a dog runs"], ["a cat sleeps"]], of: references)
  }

  @Test("are the most frequent caption, common words, and the likeliest trigrams")
  func blind() throws {
    let found = Baseline.blind(beside: evaluated(), training: training())
    #expect(found.map(\.kind) == [.mostFrequentCaption, .bagOfWords, .trigrams])
    #expect(found[0].captions == ["a dog runs", "a dog runs"])
    // 17 words in 5 captions.
    #expect(found[1].captions[0] == "a dog runs")
    #expect(found[2].captions == ["a dog runs", "a dog runs"])
    #expect(found[0].perplexity == nil)
  }

  @Test("are scored beside the captions, in text and JSON")
  func scores() throws {
    var choices = Evaluation.Choices()
    choices.metrics = [.bleu, .cider, .exact]
    let evaluation = try Evaluation(of: evaluated(), choices)
      .compared(with: Baseline.blind(beside: evaluated(), training: training()), choices)
    let json = evaluation.json["baselines"]?["most_frequent_caption"]
    #expect(json?["caption"]?.string == "a dog runs")
    #expect(json?["scores"]?["exact"]?.number == 0.5)
    #expect(evaluation.json["scores"]?["exact"]?.number == 0.5)
    let rows = evaluation.text.split(separator: "\n")
    #expect(rows.contains { $0.hasPrefix("BASELINE") && $0.hasSuffix("PERPLEXITY") })
    #expect(rows.contains { $0.hasPrefix("these captions") })
    #expect(rows.contains("most frequent caption: a dog runs"))
  }

  @Test("of trigrams find likely what they learned from, and all unknown words alike")
  func perplexities() {
    let known = captions.map { $0.split(separator: " ").map(String.init) }
    let model = TrigramModel(of: known)
    #expect(model.perplexity(of: [known[0]]) < model.perplexity(of: [["dog", "a", "runs"]]))
    #expect(model.perplexity(of: [["new"]]) == model.perplexity(of: [["other"]]))
  }

  @Test("of trigrams know the probabilities of Witten and Bell")
  func wittenBell() {
    // After the start: "a" in both; after "a": "b" and "c" once each, so 2 kinds.
    let model = TrigramModel(of: [["a", "b"], ["a", "c"]])
    // 5 words with the end and <unk>; 6 words in all were read, of 4 kinds.
    let (uniform, total, kinds) = (1.0 / 5, 6.0, 4.0)
    let a = (2 + kinds * uniform) / (total + kinds)
    let afterStart = (2 + 1 * ((2 + 1 * a) / 3)) / 3
    let b = (1 + kinds * uniform) / (total + kinds)
    let end = (2 + kinds * uniform) / (total + kinds)
    let second = (1 + 2 * ((1 + 2 * b) / 4)) / 4
    let last = (1 + 1 * ((1 + 1 * end) / 2)) / 2
    let expected = 1 / (afterStart * second * last)
    let found = model.perplexity(of: [["a", "b"]])
    #expect(abs(found * found * found - expected) < 1e-9 * expected)
  }

  @Test("of trigrams search no further than a caption can get")
  func search() {
    #expect(TrigramModel(of: []).likeliest() == [])
    #expect(TrigramModel(of: [["a"]]).likeliest() == ["a"])
    let long = Array(repeating: ["go", "on"], count: 30).flatMap(\.self)
    #expect(TrigramModel(of: [long]).likeliest().count <= 20)
  }
}
