import Testing

@testable import Captioning

extension CaptioningTests {
  @Suite("Descriptions and doubt")
  struct PictureDescriptionTests {
    private static let captions = ["a dog runs", "a cat"].map {
      Caption(
        text: $0, words: [.init(text: "a", logProbability: -1)], logProbability: -2, score: -0.5,
        isFinished: true)
    }

    private static let airliner = PictureTag(label: "airliner", word: "airplane", probability: 0.65)

    private func description(
      _ probability: Double? = nil, isUnsure: Bool = false, isUnfamiliar: Bool = false,
      tags: [PictureTag] = [Self.airliner]
    ) -> PictureDescription {
      PictureDescription(
        captions: Self.captions, tags: tags,
        confidence: probability.map {
          CaptionConfidence(probability: $0, isUnsure: isUnsure, isUnfamiliar: isUnfamiliar)
        })
    }

    private func texts(
      _ policy: DoubtPolicy, _ description: PictureDescription
    ) -> [String] {
      policy.applied(to: description).captions.map(\.text)
    }

    // MARK: Policies

    @Test("the usual policy changes nothing, however unsure the model is")
    func usual() {
      let unsure = description(0.001, isUnsure: true, isUnfamiliar: true)
      let found = DoubtPolicy().applied(to: unsure)
      #expect(found.captions == Self.captions && found.tags == [Self.airliner])
      #expect(found.confidence == unsure.confidence && !found.isWithheld)
    }

    @Test("only captions that the model is unsure of are hedged, all of a picture's")
    func hedge() {
      let policy = DoubtPolicy(hedge: "Could be: ")
      #expect(
        texts(policy, description(0.3, isUnsure: true))
          == ["Could be: a dog runs", "Could be: a cat"])
      #expect(texts(policy, description(0.3)) == ["a dog runs", "a cat"])
      #expect(texts(policy, description()) == ["a dog runs", "a cat"])
      let found = policy.applied(to: description(0.3, isUnsure: true))
      #expect(!found.isWithheld && found.tags == [Self.airliner])
      // Nothing but the text changes.
      let caption = found.captions[0]
      #expect(caption.words == Self.captions[0].words && caption.isFinished)
      #expect(caption.logProbability == -2 && caption.score == -0.5)
    }

    @Test("captions with less than the least probability are withheld")
    func leastProbability() {
      let policy = DoubtPolicy(leastConfidence: .probability(0.4))
      for (probability, isWithheld) in [(0.399, true), (0.4, false), (0.9, false), (0, true)] {
        // Whatever the model's own threshold is.
        for isUnsure in [true, false] {
          let found = policy.applied(to: description(probability, isUnsure: isUnsure))
          #expect(found.isWithheld == isWithheld && found.captions.isEmpty == isWithheld)
          #expect(found.tags == [Self.airliner])
          #expect(found.confidence?.probability == probability)
        }
      }
      let all = DoubtPolicy(leastConfidence: .probability(0))
      #expect(texts(all, description(0)).count == 2)
    }

    @Test("captions that the model is unsure of are withheld, by its own threshold")
    func leastUnsure() {
      let policy = DoubtPolicy(leastConfidence: .unsure)
      for probability in [0.01, 0.99] {
        let unsure = policy.applied(to: description(probability, isUnsure: true))
        #expect(unsure.isWithheld && unsure.captions.isEmpty)
        let sure = policy.applied(to: description(probability))
        #expect(!sure.isWithheld && sure.captions == Self.captions)
      }
    }

    @Test("what is given although it is unsure is still hedged")
    func both() {
      let policy = DoubtPolicy(leastConfidence: .probability(0.1), hedge: "? ")
      #expect(texts(policy, description(0.2, isUnsure: true)) == ["? a dog runs", "? a cat"])
      #expect(texts(policy, description(0.05, isUnsure: true)) == [])
      #expect(texts(policy, description(0.5)) == ["a dog runs", "a cat"])
    }

    @Test("without a confidence nothing is withheld")
    func noConfidence() {
      for least in [.unsure, .probability(1)] as [DoubtPolicy.LeastConfidence] {
        let found = DoubtPolicy(leastConfidence: least, hedge: "? ").applied(to: description())
        #expect(found.captions == Self.captions && !found.isWithheld)
      }
    }

    @Test("the best captions alone are a description like the whole")
    func keeping() {
      let whole = description(0.3, isUnsure: true)
      for (count, kept) in [(0, 0), (1, 1), (2, 2), (9, 2)] {
        let found = whole.keeping(count)
        #expect(found.captions == Array(Self.captions.prefix(kept)))
        #expect(found.tags == whole.tags && found.confidence == whole.confidence)
        #expect(!found.isWithheld)
      }
      let withheld = DoubtPolicy(leastConfidence: .unsure).applied(to: whole).keeping(1)
      #expect(withheld.isWithheld && withheld.captions.isEmpty)
    }

    // MARK: Messages

    @Test("doubt is told with its reason and what the picture may show")
    func doubt() {
      #expect(
        description(0.12, isUnsure: true, isUnfamiliar: true).doubt
          == "unsure (12 %): unlike the photos the model learned from; it may show: "
          + "airliner (65 %)")
      #expect(
        description(0.034, isUnsure: true).doubt
          == "unsure (3 %): no caption seems to fit; it may show: airliner (65 %)")
      #expect(
        description(0, isUnsure: true, tags: []).doubt == "unsure (0 %): no caption seems to fit")
      // Captions that are withheld are no less unsure.
      let withheld = DoubtPolicy(leastConfidence: .unsure).applied(
        to: description(0.12, isUnsure: true, isUnfamiliar: true))
      #expect(withheld.doubt?.hasPrefix("unsure (12 %): unlike") ?? false)
    }

    @Test("at most two classes are told, and none that is unlikely")
    func likelyTags() {
      func seen(_ probabilities: [Float]) -> String? {
        let tags = probabilities.enumerated().map { number, probability in
          PictureTag(label: "class \(number)", word: nil, probability: probability)
        }
        return description(0.1, isUnsure: true, tags: tags).doubt
      }
      let reason = "unsure (10 %): no caption seems to fit"
      #expect(seen([0.4, 0.3, 0.25]) == reason + "; it may show: class 0 (40 %), class 1 (30 %)")
      #expect(seen([0.8, 0.15]) == reason + "; it may show: class 0 (80 %)")
      #expect(seen([0.19, 0.1, 0.1]) == reason)
    }

    @Test("there is no doubt where the model is sure, or was not calibrated")
    func sure() {
      #expect(description(0.01).doubt == nil)
      // Unfamiliar, but above the threshold.
      #expect(description(0.4, isUnfamiliar: true).doubt == nil)
      #expect(description().doubt == nil)
    }
  }
}
