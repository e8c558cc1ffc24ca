import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Sampled search")
  struct SampledSearchTests {
    let decoder = ToyDecoder("sampled", pictureCount: 4)

    private func search(
      count: Int = 3, temperature: Float = 1, seed: UInt64 = 5, words: Int = 6
    ) -> SampledSearch {
      SampledSearch(count: count, temperature: temperature, maximumWords: words, seed: seed)
    }

    @Test("the same seed draws the same captions, another seed others")
    func reproducible() {
      let pictures = ToyDecoder.pictures(4)
      let first = search().captions(of: pictures, by: decoder)
      #expect(first == search().captions(of: pictures, by: decoder))
      #expect(first != search(seed: 6).captions(of: pictures, by: decoder))
      #expect(first.map(\.count) == [3, 3, 3, 3])
      for captions in first {
        #expect(zip(captions, captions.dropFirst()).allSatisfy { !Hypothesis.isBetter($1, $0) })
      }
    }

    @Test("what is drawn for a picture does not depend on the pictures beside it")
    func company() {
      let all = search().captions(of: ToyDecoder.pictures(4), by: decoder)
      let pictures = ToyDecoder.pictures(4)
      for picture in 0..<4 {
        let alone = search().captions(
          of: pictures.slice(picture..<picture + 1), by: decoder, firstPicture: picture)
        #expect(alone == [all[picture]])
      }
    }

    @Test("pictures are drawn by their numbers, in whatever order they come")
    func numbers() {
      let all = search().captions(of: ToyDecoder.pictures(4), by: decoder)
      let some = PackedSequence(ToyDecoder.pictures(4).rows([3, 1, 2]))
      let found = search().captions(of: some, by: decoder, numbers: [3, 1, 2])
      #expect(found == [all[3], all[1], all[2]])
    }

    @Test("what is drawn first for a picture does not depend on how many are drawn")
    func count() {
      let pictures = ToyDecoder.pictures(4)
      let one = search(count: 1).captions(of: pictures, by: decoder)
      let five = search(count: 5).captions(of: pictures, by: decoder)
      for (one, five) in zip(one, five) { #expect(five.contains(one[0])) }
    }

    @Test("words come as often as the decoder says", arguments: [1, 0.5, 2] as [Float])
    func frequencies(temperature: Float) {
      let draws = 20_000
      let found = search(count: draws, temperature: temperature, words: 1)
        .captions(of: ToyDecoder.pictures(1), by: decoder)[0]
      let logs = decoder.logProbabilities(picture: 0, before: .padding, last: .start)
      let writable = [2, 4, 5, 6]
      let weights = writable.map { exponential(Float(logs[$0]) / temperature) }
      // The sum of squared, scaled deviations of three free counts: above 25 once in 60,000 times.
      let chiSquare = zip(writable, weights).reduce(0) { sum, entry in
        let expected = Double(draws) * entry.1 / weights.reduce(0, +)
        let count = found.count { $0.words == [TokenID(entry.0)] }
        return sum + (Double(count) - expected) * (Double(count) - expected) / expected
      }
      #expect(chiSquare < 25)
      #expect(found.allSatisfy { $0.words.count == 1 })
      for caption in found.prefix(50) {
        let expected = logs[caption.words[0].index]
        #expect(abs(Double(caption.logProbability) - expected) < 1e-5, "temperature is left out")
      }
    }

    @Test(
      "a temperature of nearly nothing is greedy decoding", arguments: [0, 1e-30, 1e-4] as [Float])
    func cold(temperature: Float) {
      let pictures = ToyDecoder.pictures(4)
      let greedy = BeamSearch(width: 1, maximumWords: 6).captions(of: pictures, by: decoder)
      let found = search(count: 1, temperature: temperature).captions(of: pictures, by: decoder)
      #expect(found.map { $0.map(\.words) } == greedy.map { $0.map(\.words) })
    }

    @Test("never draws padding, the start or the unknown word, whatever the decoder wants")
    func unwritable() {
      let wants: [TokenID: Float] = [.padding: 20, .start: 18, .unknown: 19]
      let decoder = ToyDecoder("unwritable", pictureCount: 2, bias: wants)
      let found = search(count: 200).captions(of: ToyDecoder.pictures(2), by: decoder)
      for caption in found.joined() {
        #expect(caption.words.allSatisfy { $0 == .end || $0 > .unknown })
      }
    }

    @Test("a caption that does not end is given as unfinished, after those that did")
    func unfinished() {
      let decoder = ToyDecoder("cut", bias: [.end: -1])
      let found = search(count: 60, words: 3).captions(of: ToyDecoder.pictures(1), by: decoder)[0]
      let cut = found.filter { !$0.isFinished }
      #expect(!cut.isEmpty && cut.count < 60)
      #expect(cut.allSatisfy { $0.words.count == 3 })
      #expect(found.suffix(cut.count).allSatisfy { !$0.isFinished })
    }

    @Test("is chosen by CaptionSearch, which passes on the numbers of pictures")
    func dispatch() {
      let pictures = ToyDecoder.pictures(2)
      let start = DecoderCaptions(of: PackedSequence(pictures), by: decoder)
      let direct = search().captions(of: pictures, by: decoder, firstPicture: 7)
      #expect(
        CaptionSearch.sampling(search())
          .captions(from: start, numbers: [7, 8]) == direct)
      #expect(
        CaptionSearch.beam(BeamSearch())
          .captions(from: start, numbers: [7, 8])
          == BeamSearch().captions(of: pictures, by: decoder))
    }
  }
}
