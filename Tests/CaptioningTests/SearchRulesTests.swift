import Layers
import Tensors
import TestSupport
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Rules of searches")
  struct SearchRulesTests {
    typealias Words = [TokenID]
    let decoder = ToyDecoder("rules", pictureCount: 2)
    /// The three words that the decoder has besides special ones.
    static let words = (4...6).map(TokenID.init)

    /// Expects a search with a beam wide enough for all captions to find exactly those that are wanted.
    private func check(_ search: BeamSearch, finds isWanted: (Words) -> Bool) {
      var search = search
      (search.width, search.maximumWords) = (256, 4)
      let found = search.captions(of: ToyDecoder.pictures(2), by: decoder)
      for picture in 0..<2 {
        let wanted = decoder.allCaptions(picture: picture, steps: 4).filter { isWanted($0.words) }
        for isEnded in [true, false] {
          let expected = wanted.filter { ($0.words.last == .end) == isEnded }
            .sorted { $0.logProbability > $1.logProbability }
          #expect(
            found[picture].filter { $0.isFinished == isEnded }.map(\.words)
              == expected.map(\.words))
        }
      }
    }

    @Test("captions have the fewest words asked for", arguments: 0...4)
    func minimum(count: Int) {
      var search = BeamSearch()
      search.rules.minimumWords = count
      check(search) { $0.count { $0 != .end } >= count }
    }

    @Test("forbidden words are never said")
    func forbidden() {
      var search = BeamSearch()
      search.rules.forbidden = [Self.words[0], Self.words[2]]
      check(search) { !$0.contains(Self.words[0]) && !$0.contains(Self.words[2]) }
    }

    @Test("no run of words is said twice", arguments: 1...3)
    func repetition(count: Int) {
      var search = BeamSearch()
      search.rules.noRepeatNGramSize = count
      check(search) { words in
        let runs = (0..<max(words.count - count + 1, 0)).map { Array(words[$0..<$0 + count]) }
        return Set(runs).count == runs.count
      }
    }

    @Test("all captions that say the forced words are found, and no other")
    func forced() {
      for forced in [[Self.words[1]], [Self.words[2], Self.words[0]], Self.words] {
        var search = BeamSearch()
        search.forced = forced
        check(search) { words in forced.allSatisfy(words.contains) }
      }
    }

    @Test("even the narrowest beam says forced words that nobody would say", arguments: 1...3)
    func forcedUnlikely(width: Int) {
      let reluctant = ToyDecoder(
        "reluctant", pictureCount: 3, bias: [Self.words[0]: -9, Self.words[1]: -12, .end: 6])
      var search = BeamSearch(width: width, maximumWords: 6)
      search.forced = [Self.words[1], Self.words[0]]
      for captions in search.captions(of: ToyDecoder.pictures(3), by: reluctant) {
        #expect((1...width).contains(captions.count) && captions[0].isFinished)
        for caption in captions { #expect(search.forced.allSatisfy(caption.words.contains)) }
      }
    }

    @Test("a beam with forced words finds for pictures together what it finds for each alone")
    func company() {
      let many = ToyDecoder("company", pictureCount: 5)
      var search = BeamSearch(width: 4, maximumWords: 6)
      (search.forced, search.groupCount, search.diversity) = ([Self.words[1]], 2, 0.7)
      search.rules.noRepeatNGramSize = 2
      let pictures = ToyDecoder.pictures(5)
      let together = search.captions(of: pictures, by: many)
      for picture in 0..<5 {
        #expect(
          search.captions(of: pictures.slice(picture..<picture + 1), by: many)
            == [together[picture]])
      }
    }

    @Test("captions are ranked by their penalised score")
    func lengthPenalty() {
      func rank(_ penalty: LengthPenalty) -> [[TokenID]] {
        var search = BeamSearch(width: 256, maximumWords: 4)
        search.lengthPenalty = penalty
        return search.captions(of: ToyDecoder.pictures(1), by: decoder)[0]
          .filter(\.isFinished).map(\.words)
      }
      func expected(_ score: (_ sum: Double, _ length: Double) -> Double) -> [[TokenID]] {
        decoder.allCaptions(picture: 0, steps: 4).filter { $0.words.last == .end }
          .map { ($0.words, score($0.logProbability, Double($0.words.count))) }
          .sorted { $0.1 > $1.1 }.map(\.0)
      }
      #expect(rank(.none) == expected { sum, _ in sum })
      #expect(rank(.average) == expected { sum, length in sum / length })
      #expect(rank(.wu(alpha: 1)) == expected { sum, length in sum / ((5 + length) / 6) })
      #expect(
        rank(.wu(alpha: 2))
          == expected { sum, length in sum / ((5 + length) / 6 * (5 + length) / 6) })
      #expect(rank(.none) != rank(.average))
    }

    @Test("length penalties are called none, average, or by Wu's alpha")
    func penaltyNames() {
      #expect(LengthPenalty(named: "none") == LengthPenalty.none)
      #expect(LengthPenalty(named: "0") == LengthPenalty.none)
      #expect(LengthPenalty(named: "average") == .average)
      #expect(LengthPenalty(named: "0.65") == .wu(alpha: 0.65))
      for wrong in ["", "mean", "-1", "nan", "11", "inf"] {
        #expect(LengthPenalty(named: wrong) == nil, "\(wrong)")
      }
      #expect(LengthPenalty(json: 0.5) == .wu(alpha: 0.5) && LengthPenalty(json: true) == nil)
      #expect(LengthPenalty.wu(alpha: 0.65).json == 0.65)
    }

    @Test("groups choose one after another, each avoiding the words of those before")
    func groups() {
      for (seed, diversity) in [(1, 0.3), (2, 0.3), (3, 2), (4, 100)] as [(Int, Float)] {
        let decoder = ToyDecoder("groups\(seed)", bias: [.end: -1])
        var search = BeamSearch(width: 3, maximumWords: 5)
        (search.groupCount, search.diversity) = (3, diversity)
        let found = search.captions(of: ToyDecoder.pictures(1), by: decoder)[0]
        let expected = diverseGreedy(decoder, groupCount: 3, Double(diversity), steps: 5)
        #expect(Set(found.map(\.words)) == Set(expected))
        if diversity == 100 { #expect(Set(found.map { $0.words[0] }).count == 3) }
      }
    }

    /// Groups of one caption each, without any of the search's own code.
    private func diverseGreedy(
      _ decoder: ToyDecoder, groupCount: Int, _ diversity: Double, steps: Int
    ) -> [[TokenID]] {
      var captions = [[TokenID]](repeating: [], count: groupCount)
      for _ in 0..<steps {
        var chosen: [TokenID] = []
        for group in 0..<groupCount where captions[group].last != .end {
          let read = [.padding, .start] + captions[group]
          let scores = decoder.logProbabilities(
            picture: 0, before: read[read.count - 2], last: read[read.count - 1])
          let word = ([.end] + Self.words).max { a, b in
            scores[a.index] - diversity * Double(chosen.count { $0 == a })
              < scores[b.index] - diversity * Double(chosen.count { $0 == b })
          }
          captions[group].append(word ?? .end)
          chosen.append(word ?? .end)
        }
      }
      return captions
    }

    @Test("groups that cost nothing all find the same, which is told once")
    func sameGroups() {
      var search = BeamSearch(width: 4, maximumWords: 5)
      search.groupCount = 4
      let greedy = BeamSearch(width: 1, maximumWords: 5)
      let pictures = ToyDecoder.pictures(2)
      #expect(
        search.captions(of: pictures, by: decoder) == greedy.captions(of: pictures, by: decoder))
    }

    @Test("where no word may come any more, what was said is the caption")
    func nothingLeft() {
      var search = BeamSearch(width: 2, maximumWords: 9)
      search.rules = WordRules(minimumWords: 9, noRepeatNGramSize: 1)
      for captions in search.captions(of: ToyDecoder.pictures(2), by: decoder) {
        #expect(captions.count == 2)
        #expect(captions.allSatisfy { Set($0.words) == Set(Self.words) && !$0.isFinished })
      }
    }

    @Test("drawn captions keep the rules, too")
    func sampled() {
      var search = SampledSearch(count: 300, temperature: 2, maximumWords: 5, seed: 3)
      search.rules = WordRules(minimumWords: 2, noRepeatNGramSize: 1, forbidden: [Self.words[1]])
      for caption in search.captions(of: ToyDecoder.pictures(2), by: decoder).joined() {
        let words = caption.words.filter { $0 != .end }
        #expect(Set(words) == [Self.words[0], Self.words[2]] && words.count == 2)
        #expect(caption.isFinished)
      }
    }

    @Test("only the likeliest words are drawn that together have the share asked for")
    func nucleus() {
      let scores = decoder.logProbabilities(picture: 0, before: .padding, last: .start)
      let likely = ([.end] + Self.words).sorted { scores[$0.index] > scores[$1.index] }
      let total = likely.reduce(0) { $0 + exponential(Float(scores[$1.index])) }
      var sum = 0.0
      for count in 1...3 {
        sum += exponential(Float(scores[likely[count - 1].index])) / total
        // A little less than so many words have, so that no other is needed.
        var search = SampledSearch(count: 400, temperature: 1, maximumWords: 1, seed: 3)
        search.topProbability = Float(sum) - 1e-3
        let found = search.captions(of: ToyDecoder.pictures(1), by: decoder)[0]
        #expect(Set(found.map { $0.words[0] }) == Set(likely.prefix(count)))
      }
    }
  }
}
