import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Ensembles")
  struct CaptionsInProgressTests {
    @Test(
      "a word is as likely as the models find it in the mean, or as their weights have it",
      arguments: [nil, [1, 2, 5]] as [[Float]?])
    func mean(weights: [Float]?) throws {
      let decoders = (0..<3).map { ToyDecoder("member\($0)", pictureCount: 2) }
      let pictures = ToyDecoder.pictures(2)
      let start = EnsembleCaptions(
        members: decoders.map { $0.emptyCaptions(of: pictures) }, weights: weights)
      let counts: [Float] = weights ?? [1, 1, 1]
      let total = counts.reduce(0, +)
      let found = BeamSearch(width: 256, maximumWords: 3).captions(from: start, pictureCount: 2)
      for picture in 0..<2 {
        #expect(found[picture].count == 1 + 3 + 9 + 27)
        for caption in found[picture] {
          var read: [TokenID] = [.padding, .start]
          for (word, logProbability) in zip(caption.words, caption.wordLogProbabilities) {
            let each = decoders.map { decoder in
              exponential(
                Float(
                  decoder.logProbabilities(
                    picture: picture, before: read[read.count - 2], last: read[read.count - 1])[
                      word.index]))
            }
            let shares = zip(each, counts).map { $0 * Double($1 / total) }
            let expected = shares.reduce(0, +)
            #expect(abs(exponential(logProbability) - expected) < 1e-6)
            read.append(word)
          }
        }
      }
    }

    @Test("several times the same model is that model")
    func same() {
      let decoder = ShowAndTell(
        cell: LSTM(inputSize: 6, hiddenSize: 7), named: "lstm", featureSize: 8, vocabularySize: 12
      ).randomized(3)
      let features = FormulaWeights.scaled("features", [4, 8], 2)
      let search = BeamSearch(width: 3, maximumWords: 6)
      let together = search.captions(
        from: EnsembleCaptions(
          members: [decoder.emptyCaptions(of: features), decoder.emptyCaptions(of: features)]),
        pictureCount: 4)
      let alone = search.captions(of: features, by: decoder)
      for (a, b) in zip(together.joined(), alone.joined()) {
        #expect(a.words == b.words && abs(a.logProbability - b.logProbability) < 1e-5)
      }
    }

    @Test("impossible words do not make the mean one")
    func extremes() {
      let certain = ToyDecoder("certain", bias: [TokenID(4): 2000])
      let other = ToyDecoder("other", bias: [TokenID(5): 2000])
      let pictures = ToyDecoder.pictures(1)
      let start = EnsembleCaptions(
        members: [certain.emptyCaptions(of: pictures), other.emptyCaptions(of: pictures)])
      let found = BeamSearch(width: 3, maximumWords: 1).captions(from: start, pictureCount: 1)[0]
      #expect(Set(found.prefix(2).map { $0.words[0] }) == [TokenID(4), TokenID(5)])
      for caption in found.prefix(2) {
        #expect(abs(exponential(caption.logProbability) - 0.5) < 1e-6)
      }
      #expect(found.allSatisfy { $0.logProbability.isFinite })
    }
  }
}
