import Layers
import Tensors
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Rewarded words")
  struct WordRewardsTests {
    typealias Rewards = [TokenID: Float]
    let decoder = ToyDecoder("rewards", pictureCount: 2)
    /// The three words that the decoder has besides special ones.
    static let words = (4...6).map(TokenID.init)

    private func captions(
      _ search: BeamSearch, of pictures: Range<Int> = 0..<1, by decoder: ToyDecoder,
      rewarding rewards: [Rewards]?
    ) -> [[Hypothesis]] {
      let features = ToyDecoder.pictures(pictures.upperBound).slice(pictures)
      return search.captions(
        from: DecoderCaptions(of: PackedSequence(features), by: decoder),
        pictureCount: pictures.count, rewarding: rewards)
    }

    /// A decoder of eight words that never says the first two.
    private func reluctant(pictureCount: Int = 1) -> ToyDecoder {
      ToyDecoder(
        "reluctant", pictureCount: pictureCount, vocabularySize: 12,
        bias: [Self.words[0]: -100, Self.words[1]: -100])
    }

    @Test("all captions rank by their log-probability and each reward once, however often it comes")
    func ranking() {
      let search = BeamSearch(width: 256, maximumWords: 4)
      let rewards: [Rewards] = [
        [Self.words[0]: 2.5, Self.words[2]: 0.75], [Self.words[1]: 1.25],
      ]
      let found = captions(search, of: 0..<2, by: decoder, rewarding: rewards)
      for picture in 0..<2 {
        let scored = decoder.allCaptions(picture: picture, steps: 4).map { caption in
          let reward = Set(caption.words).reduce(0.0) { $0 + Double(rewards[picture][$1] ?? 0) }
          return (words: caption.words, score: caption.logProbability + reward)
        }.sorted { $0.score > $1.score }
        for isEnded in [true, false] {
          let expected = scored.map(\.words).filter { ($0.last == .end) == isEnded }
          #expect(found[picture].filter { $0.isFinished == isEnded }.map(\.words) == expected)
        }
      }
      let free = captions(search, of: 0..<2, by: decoder, rewarding: nil)
      #expect(free.map { $0.map(\.words) } != found.map { $0.map(\.words) })
    }

    @Test("rewards count in the search, and not in the log-probabilities that are reported")
    func logProbabilities() {
      for width in [1, 3, 256] {
        let search = BeamSearch(width: width, maximumWords: 4)
        let found = captions(
          search, by: decoder, rewarding: [[Self.words[0]: 40, Self.words[2]: 15]])[0]
        #expect(found.contains { $0.words.contains(Self.words[0]) })
        for caption in found {
          let read = [.padding, .start] + caption.words
          let expected = caption.words.indices.map { place in
            decoder.logProbabilities(
              picture: 0, before: read[place], last: read[place + 1])[read[place + 2].index]
          }
          #expect(caption.wordLogProbabilities.count == expected.count)
          for (found, expected) in zip(caption.wordLogProbabilities, expected) {
            #expect(abs(Double(found) - expected) < 1e-4)
          }
          #expect(abs(Double(caption.logProbability) - expected.reduce(0, +)) < 1e-4)
        }
      }
    }

    @Test("even the narrowest beam says a rewarded word that nobody would say", arguments: 1...3)
    func unlikely(width: Int) {
      let (decoder, word) = (reluctant(), Self.words[0])
      let search = BeamSearch(width: width, maximumWords: 6)
      let free = captions(search, by: decoder, rewarding: nil)[0]
      #expect(!free.contains { $0.words.contains(word) })
      let found = captions(search, by: decoder, rewarding: [[word: 150]])[0]
      #expect(found.contains { $0.words.contains(word) })
      // More often would cost 100 nats each time, and bring none.
      #expect(found.allSatisfy { $0.words.count { $0 == word } <= 1 })
    }

    @Test("a reward smaller than what its word costs changes nothing")
    func tooSmall() {
      let decoder = reluctant()
      for width in 1...3 {
        let search = BeamSearch(width: width, maximumWords: 6)
        let free = captions(search, by: decoder, rewarding: nil)
        #expect(captions(search, by: decoder, rewarding: [[Self.words[0]: 20]]) == free)
      }
    }

    @Test("no reward changes nothing", arguments: 1...4)
    func zero(width: Int) {
      var search = BeamSearch(width: width, maximumWords: 6)
      search.rules.noRepeatNGramSize = 2
      let free = captions(search, of: 0..<2, by: decoder, rewarding: nil)
      let zeros: Rewards = [Self.words[0]: 0, Self.words[1]: 0, Self.words[2]: 0]
      for rewards in [[[:], [:]], [zeros, zeros], [[:], zeros]] as [[Rewards]] {
        #expect(captions(search, of: 0..<2, by: decoder, rewarding: rewards) == free)
      }
    }

    @Test("no reward brings a forbidden word into a caption")
    func forbidden() {
      var search = BeamSearch(width: 3, maximumWords: 5)
      search.rules = WordRules(minimumWords: 0, noRepeatNGramSize: 2, forbidden: [Self.words[0]])
      let rewards: Rewards = [
        Self.words[0]: 50, .padding: 50, .start: 50, .unknown: 50, Self.words[1]: 50,
      ]
      let found = captions(search, by: decoder, rewarding: [rewards])[0]
      let allowed: Set<TokenID> = [.end, Self.words[1], Self.words[2]]
      for caption in found { #expect(allowed.isSuperset(of: caption.words)) }
      #expect(found.contains { $0.words.contains(Self.words[1]) })
    }

    @Test("a rewarded word ends no caption that it may not end")
    func endings() {
      let vocabulary = Vocabulary(words: ["with", "dog", "ball"])
      for width in 1...3 {
        var search = BeamSearch(width: width, maximumWords: 2)
        search.rules.noBadEndings = true
        search.rules = search.rules.resolved(in: vocabulary)
        let found = captions(search, by: decoder, rewarding: [[Self.words[0]: 50]])[0]
        #expect(found.contains { $0.words.first == Self.words[0] })
        for caption in found {
          #expect(caption.words.last(where: { $0 != .end }) != Self.words[0])
        }
      }
    }

    @Test("each picture has its own rewards, whatever pictures are beside it", arguments: 1...3)
    func pictures(width: Int) {
      let decoder = reluctant(pictureCount: 3)
      let rewards: [Rewards] = [[Self.words[0]: 150], [:], [Self.words[1]: 150]]
      let search = BeamSearch(width: width, maximumWords: 5)
      let found = captions(search, of: 0..<3, by: decoder, rewarding: rewards)
      for (place, word) in [(0, Self.words[0]), (2, Self.words[1])] {
        for picture in 0..<3 {
          let isSaid = found[picture].contains { $0.words.contains(word) }
          #expect(isSaid == (picture == place), "word \(word.index) of picture \(picture)")
        }
      }
      for picture in 0..<3 {
        let alone = captions(
          search, of: picture..<picture + 1, by: decoder, rewarding: [rewards[picture]])
        #expect(alone == [found[picture]])
      }
    }

    @Test("forced words come, rewarded or not, beside other rewarded words")
    func forced() {
      let decoder = reluctant()
      for rewards in [[Self.words[1]: 150], [Self.words[0]: 30, Self.words[1]: 150]] as [Rewards] {
        var search = BeamSearch(width: 2, maximumWords: 6)
        search.forced = [Self.words[0]]
        let found = captions(search, by: decoder, rewarding: [rewards])[0]
        #expect(!found.isEmpty)
        for caption in found {
          #expect(caption.words.contains(Self.words[0]) && caption.words.contains(Self.words[1]))
        }
      }
    }

    @Test("a search that draws captions takes no notice of rewards")
    func drawn() {
      let search = CaptionSearch.sampling(
        SampledSearch(count: 5, temperature: 1, maximumWords: 5, seed: 2))
      let start = DecoderCaptions(of: PackedSequence(ToyDecoder.pictures(2)), by: decoder)
      let free = search.captions(from: start, numbers: [0, 1])
      let rewards: [Rewards] = [[Self.words[0]: 50], [Self.words[1]: 50]]
      #expect(search.captions(from: start, numbers: [0, 1], rewarding: rewards) == free)
      let beam = CaptionSearch.beam(BeamSearch())
      #expect(
        beam.captions(from: start, numbers: [0, 1], rewarding: rewards)
          == BeamSearch().captions(from: start, pictureCount: 2, rewarding: rewards))
    }
  }
}
