import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Beam search")
  struct BeamSearchTests {
    @Test("finds what PyTorch's greedy search and beam of three find, with the same scores")
    func parity() throws {
      let tiny = try TinyCaptioner()
      for (name, width) in [("greedy", 1), ("beam3", 3)] {
        let found = BeamSearch(width: width, maximumWords: 20)
          .captions(of: tiny.features, by: tiny.decoder)
        let expected = try tiny.captions(name)
        #expect(found.map(\.count) == Array(repeating: width, count: 6))
        for (caption, expected) in zip(found.joined(), expected) {
          #expect(caption.words == expected.words, "\(name)")
          #expect(caption.isFinished)
          for (ours, theirs) in zip(caption.wordLogProbabilities, expected.logProbabilities) {
            #expect(abs(ours - theirs) < 1e-5, "\(name)")
          }
          #expect(
            abs(caption.logProbability - expected.logProbabilities.reduce(0, +)) < 1e-5, "\(name)")
        }
      }
    }

    @Test("as wide as there are captions, it finds the best that PyTorch finds among all of them")
    func exhaustiveParity() throws {
      let tiny = try TinyCaptioner()
      // Eight words may follow each word but the last; 8⁵ is more than all captions of five.
      let ended = BeamSearch(width: 32_768, maximumWords: 5)
        .captions(of: tiny.features.slice(0..<2), by: tiny.decoder)
      #expect(try ended.map { $0[0].words } == tiny.captions("exhaustive").prefix(2).map(\.words))
      let partial = BeamSearch(width: 64, maximumWords: 2)
        .captions(of: tiny.features, by: tiny.decoder)
      for (captions, expected) in zip(partial, try tiny.captions("partial")) {
        let best = try #require(captions.max { $0.logProbability < $1.logProbability })
        #expect(best.words == expected.words)
        #expect(captions.count == 1 + 7 + 7 * 7)
        #expect(abs(best.logProbability - expected.logProbabilities.reduce(0, +)) < 1e-5)
      }
    }

    @Test("as wide as there are captions, it ranks all of them", arguments: 0..<5)
    func fullWidth(seed: Int) {
      let decoder = ToyDecoder("full\(seed)", pictureCount: 2)
      let found = BeamSearch(width: 256, maximumWords: 4)
        .captions(of: ToyDecoder.pictures(2), by: decoder)
      for picture in 0..<2 {
        let all = decoder.allCaptions(picture: picture, steps: 4)
        // Three words, or the end: 1 + 3 + 9 + 27 ended captions and 81 that did not.
        #expect(all.count == 121 && found[picture].count == 121)
        for isEnded in [true, false] {
          let expected = all.filter { ($0.words.last == .end) == isEnded }
            .sorted { $0.logProbability > $1.logProbability }
          let ours = found[picture].filter { $0.isFinished == isEnded }
          #expect(ours.map(\.words) == expected.map(\.words))
          for (caption, expected) in zip(ours, expected) {
            #expect(abs(Double(caption.logProbability) - expected.logProbability) < 1e-5)
          }
        }
        #expect(found[picture].prefix(40).allSatisfy { $0.isFinished }, "ended captions come first")
      }
    }

    @Test("a beam of one takes the likeliest word each time", arguments: 0..<5)
    func greedy(seed: Int) {
      func check(_ decoder: some CaptionDecoder, _ features: Tensor) {
        let found = BeamSearch(width: 1, maximumWords: 8).captions(of: features, by: decoder)
        for picture in 0..<features.shape[0] {
          let expected = greedyWords(decoder, features.slice(picture..<picture + 1), steps: 8)
          #expect(found[picture].map(\.words) == [expected])
        }
      }
      let features = FormulaWeights.scaled("greedy\(seed)", [3, 8], 2)
      check(ToyDecoder("greedy\(seed)", pictureCount: 3), ToyDecoder.pictures(3))
      check(decoder(of: LSTM.self).randomized(seed), features)
      check(decoder(of: GRU.self).randomized(seed), features)
      check(decoder(of: RNN.self).randomized(seed), features)
    }

    /// Words one by one, without any of the search's own code.
    private func greedyWords<Decoder: CaptionDecoder>(
      _ decoder: Decoder, _ features: Tensor, steps: Int
    ) -> [TokenID] {
      var (context, state) = decoder.start(features)
      var words: [TokenID] = []
      while words.count < steps && words.last != .end {
        let (logits, next) = decoder.logits(
          after: [words.last ?? .start], state, context, pictureOfRow: [0])
        let scores = Array(logits.floats.enumerated()).filter { $0.offset == 2 || $0.offset > 3 }
        guard let best = scores.max(by: { $0.element < $1.element }) else { break }
        words.append(TokenID(best.offset))
        state = next
      }
      return words
    }

    @Test("several pictures at once get what each gets alone", arguments: 0..<20)
    func company(seed: Int) {
      let decoder = decoder(of: LSTM.self).randomized(seed)
      let features = FormulaWeights.scaled("company\(seed)", [5, 8], 3)
      let search = BeamSearch(width: 3, maximumWords: 6)
      let together = search.captions(of: features, by: decoder)
      for picture in 0..<5 {
        let one = features.slice(picture..<picture + 1)
        let alone = search.captions(of: one, by: decoder)[0]
        for (a, b) in zip(together[picture], alone) where a.words == b.words {
          #expect(abs(a.logProbability - b.logProbability) < 1e-5)
        }
        guard together[picture].map(\.words) != alone.map(\.words) else { continue }
        // Products of other sizes are summed in another order: a near tie may fall either way.
        let scores = BeamSearch(width: 30, maximumWords: 6).captions(of: one, by: decoder)[0]
          .map(\.logProbability).sorted()
        #expect(zip(scores, scores.dropFirst()).contains { $1 - $0 < 1e-4 })
      }
    }

    @Test("never writes padding, the start or the unknown word, whatever the decoder wants")
    func unwritable() {
      let wants: [TokenID: Float] = [.padding: 20, .start: 18, .unknown: 19]
      let decoder = ToyDecoder("unwritable", pictureCount: 2, bias: wants)
      for width in [1, 2, 3, 10, 300] {
        let found = BeamSearch(width: width, maximumWords: 3)
          .captions(of: ToyDecoder.pictures(2), by: decoder)
        #expect(found.map(\.count) == Array(repeating: min(width, 40), count: 2))
        for caption in found.joined() {
          #expect(!caption.words.isEmpty)
          #expect(caption.words.allSatisfy { $0 == .end || $0 > .unknown })
        }
      }
      // Nothing but the special words: the only caption ends at once.
      let mute = ToyDecoder("mute", vocabularySize: 4, bias: wants)
      let found = BeamSearch(width: 3).captions(of: ToyDecoder.pictures(1), by: mute)
      #expect(found[0].map(\.words) == [[.end]])
    }

    @Test("at the limit of words the best unfinished caption is given as such")
    func unfinished() {
      let decoder = ToyDecoder("unfinished", bias: [.end: -30])
      let found = BeamSearch(width: 2, maximumWords: 4)
        .captions(of: ToyDecoder.pictures(1), by: decoder)[0]
      #expect(found.count == 2)
      #expect(found.allSatisfy { !$0.isFinished && $0.words.count == 4 })
      let all = decoder.allCaptions(picture: 0, steps: 4)
      let wide = BeamSearch(width: 200, maximumWords: 4)
        .captions(of: ToyDecoder.pictures(1), by: decoder)[0].filter { !$0.isFinished }
      let best = all.filter { $0.words.last != .end }.max { $0.logProbability < $1.logProbability }
      #expect(wide.first?.words == best?.words)
    }

    @Test("gives no caption for no picture")
    func noPictures() {
      let none = Tensor([], shape: [0, 1])
      #expect(BeamSearch().captions(of: none, by: ToyDecoder("none")).isEmpty)
    }

    @Test("prefers an ended caption to a likelier one that was cut off")
    func order() {
      func hypothesis(_ words: [TokenID], _ score: Float) -> Hypothesis {
        words.enumerated().reduce(Hypothesis()) { $0.extended(by: $1.element, score) }
      }
      let ended = hypothesis([TokenID(5), .end], -3)
      let cut = hypothesis([TokenID(5), TokenID(6)], -1)
      #expect(Hypothesis.isBetter(ended, cut) && !Hypothesis.isBetter(cut, ended))
      #expect(Hypothesis.isBetter(cut, hypothesis([TokenID(5), TokenID(6)], -2)))
      #expect(ended.logProbability == -6 && ended.isFinished && !cut.isFinished)
    }

    private func decoder<Cell: RecurrentLayer>(of _: Cell.Type) -> ShowAndTell<Cell> {
      ShowAndTell(
        cell: Cell(inputSize: 6, hiddenSize: 7), named: "cell", featureSize: 8, vocabularySize: 12)
    }
  }
}
