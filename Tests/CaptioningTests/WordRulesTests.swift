import Files
import Tensors
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Rules for words")
  struct WordRulesTests {
    typealias Words = [TokenID]
    let decoder = ToyDecoder("word rules", pictureCount: 2)
    /// The three words of the decoder, of which something must follow the first and the third.
    static let vocabulary = Vocabulary(words: ["with", "dog", "a"])
    static let dangling: Set<TokenID> = [TokenID(4), TokenID(6)]

    private static func repeats(_ words: Words) -> Bool {
      zip(words, words.dropFirst()).contains { $0 == $1 }
    }

    private static func dangles(_ words: Words) -> Bool {
      guard let last = words.last(where: { $0 != .end }) else { return false }
      return dangling.contains(last)
    }

    /// Expects a beam wide enough for all captions to find exactly those that are wanted.
    private func check(_ rules: WordRules, steps: Int = 4, finds isWanted: (Words) -> Bool) {
      var search = BeamSearch(width: 256, maximumWords: steps)
      search.rules = rules
      let found = search.captions(of: ToyDecoder.pictures(2), by: decoder)
      for picture in 0..<2 {
        let wanted = decoder.allCaptions(picture: picture, steps: steps).map(\.words)
          .filter(isWanted)
        #expect(Set(found[picture].map(\.words)) == Set(wanted))
        #expect(found[picture].count == wanted.count)
      }
    }

    private func draws(_ rules: WordRules, words count: Int = 5) -> [Hypothesis] {
      var search = SampledSearch(count: 300, temperature: 2, maximumWords: count, seed: 3)
      search.rules = rules
      return Array(search.captions(of: ToyDecoder.pictures(2), by: decoder).joined())
    }

    // MARK: Repeated words

    @Test("no word follows itself, but may come again later")
    func repeatedWords() {
      var rules = WordRules()
      rules.noRepeatWords = true
      check(rules) { !Self.repeats($0) }
      // As n-grams of one word, they could not.
      let later = decoder.allCaptions(picture: 0, steps: 4).map(\.words).filter {
        !Self.repeats($0) && Set($0).count < $0.count
      }
      #expect(!later.isEmpty)
    }

    @Test("no drawn word follows itself, either")
    func drawnRepeatedWords() {
      var rules = WordRules()
      #expect(draws(rules).contains { Self.repeats($0.words) })
      rules.noRepeatWords = true
      let drawn = draws(rules)
      #expect(!drawn.contains { Self.repeats($0.words) })
      #expect(drawn.contains { Set($0.words).count < $0.words.count })
    }

    @Test("even the narrowest beam does not repeat what is likeliest", arguments: 1...3)
    func stammer(width: Int) {
      let stammering = ToyDecoder(
        "stammer", pictureCount: 2, vocabularySize: 12, bias: [TokenID(7): 20, .end: -20])
      var search = BeamSearch(width: width, maximumWords: 6)
      let free = search.captions(of: ToyDecoder.pictures(2), by: stammering)
      #expect(free.allSatisfy { $0[0].words == Array(repeating: TokenID(7), count: 6) })
      search.rules.noRepeatWords = true
      for captions in search.captions(of: ToyDecoder.pictures(2), by: stammering) {
        #expect(captions.count == width)
        for caption in captions {
          #expect(!Self.repeats(caption.words) && caption.words.count == 6)
        }
        // Every second word is the likeliest.
        #expect(captions[0].words.count { $0 == TokenID(7) } == 3)
      }
    }

    // MARK: Bad endings

    @Test("a word that must come is no ending, either", arguments: 2...5)
    func forced(limit: Int) {
      var rules = WordRules()
      rules.noBadEndings = true
      var search = BeamSearch(width: 3, maximumWords: limit)
      (search.rules, search.forced) = (rules.resolved(in: Self.vocabulary), [TokenID(4)])
      for captions in search.captions(of: ToyDecoder.pictures(2), by: decoder) {
        #expect(!captions.isEmpty && !captions.contains { Self.dangles($0.words) })
      }
    }

    @Test("no caption ends in a word that something must follow", arguments: 1...4)
    func badEndings(limit: Int) {
      var rules = WordRules()
      rules.noBadEndings = true
      check(rules.resolved(in: Self.vocabulary), steps: limit) { !Self.dangles($0) }
    }

    @Test("no drawn caption ends in such a word, either", arguments: 1...4)
    func drawnBadEndings(limit: Int) {
      var rules = WordRules()
      #expect(draws(rules, words: limit).contains { Self.dangles($0.words) })
      rules.noBadEndings = true
      let drawn = draws(rules.resolved(in: Self.vocabulary), words: limit)
      #expect(!drawn.contains { Self.dangles($0.words) })
      #expect(drawn.contains { !$0.isFinished } && drawn.contains(where: \.isFinished))
      if limit > 1 {
        // Such words stay where they belong.
        #expect(drawn.contains { !Self.dangling.isDisjoint(with: $0.words) })
      }
    }

    @Test("both rules together leave what both allow", arguments: 1...4)
    func together(limit: Int) {
      var rules = WordRules()
      (rules.noRepeatWords, rules.noBadEndings) = (true, true)
      rules = rules.resolved(in: Self.vocabulary)
      check(rules, steps: limit) { !Self.dangles($0) && !Self.repeats($0) }
      for caption in draws(rules, words: limit) {
        #expect(!Self.dangles(caption.words) && !Self.repeats(caption.words))
      }
    }

    @Test("even the narrowest beam ends well where likely words do not", arguments: 1...3, 1...4)
    func reluctant(width: Int, limit: Int) {
      // All but the last two may end no caption.
      let vocabulary = Vocabulary(words: ["a", "an", "the", "and", "with", "of", "dog", "cat"])
      var bias: [TokenID: Float] = [.end: -20]
      for word in 4...9 { bias[TokenID(word)] = 20 }
      let reluctant = ToyDecoder(
        "reluctant", pictureCount: 2, vocabularySize: vocabulary.count, bias: bias)
      var search = BeamSearch(width: width, maximumWords: limit)
      search.rules.noBadEndings = true
      search.rules = search.rules.resolved(in: vocabulary)
      for captions in search.captions(of: ToyDecoder.pictures(2), by: reluctant) {
        for caption in captions {
          let last = caption.words.last(where: { $0 != .end }).map(vocabulary.word)
          #expect(last == nil || last == "dog" || last == "cat", "\(caption.words)")
          // It does not just stop where no likely word may follow.
          #expect(caption.isFinished || caption.words.count == limit)
        }
        #expect(width > 1 || captions[0].words.count == limit)
      }
    }

    @Test("without a vocabulary nothing is known to be a bad ending")
    func unresolved() {
      var search = BeamSearch(width: 4, maximumWords: 5)
      let free = search.captions(of: ToyDecoder.pictures(2), by: decoder)
      search.rules.noBadEndings = true
      #expect(search.captions(of: ToyDecoder.pictures(2), by: decoder) == free)
      search.rules = search.rules.resolved(in: Vocabulary(words: ["cat", "dog", "ball"]))
      #expect(search.captions(of: ToyDecoder.pictures(2), by: decoder) == free)
    }

    @Test("rules that allow bad endings find none in a vocabulary")
    func resolving() {
      var rules = WordRules(minimumWords: 2, noRepeatNGramSize: 3, forbidden: [TokenID(5)])
      rules.noRepeatWords = true
      #expect(rules.resolved(in: Self.vocabulary) == rules)
      rules.noBadEndings = true
      let resolved = rules.resolved(in: Self.vocabulary)
      #expect(resolved != rules && resolved.resolved(in: Self.vocabulary) == resolved)
      #expect(resolved.minimumWords == 2 && resolved.noRepeatNGramSize == 3)
      #expect(resolved.forbidden == [TokenID(5)] && resolved.noRepeatWords)
      // Of another model, and of none.
      #expect(resolved.resolved(in: Vocabulary(words: ["dog"])) == rules)
      var allowed = resolved
      allowed.noBadEndings = false
      rules.noBadEndings = false
      #expect(allowed.resolved(in: Self.vocabulary) == rules)
    }

    @Test("a captioner knows the bad endings of its own words, in every search")
    func captioner() {
      var configuration = SmallModel.configuration
      configuration.rules.noBadEndings = true
      let model = SmallModel.model(seed: 3)
      let captioner = Captioner(model, configuration, SmallModel.vocabulary)
      // It knows "a".
      #expect(captioner.search.rules == configuration.rules.resolved(in: SmallModel.vocabulary))
      #expect(captioner.search.rules != configuration.rules)
      var sampled = SampledSearch(count: 2, temperature: 1, maximumWords: 4, seed: 1)
      sampled.rules = configuration.rules
      let drawing = Captioner(
        model, configuration, SmallModel.vocabulary, search: .sampling(sampled))
      #expect(drawing.search.rules == captioner.search.rules)
    }

    // MARK: Configuration

    @Test("are written down where they are not usual, and read again")
    func configuration() throws {
      var configuration = SmallModel.configuration
      let usual = configuration.json["decode"]
      for key in ["no_repeat_words", "no_bad_endings", "tag_guidance"] {
        #expect(usual?[key] == nil, "\(key)")
      }
      configuration.rules.noRepeatWords = true
      #expect(configuration.json["decode"]?["no_repeat_words"] == .boolean(true))
      #expect(configuration.json["decode"]?["no_bad_endings"] == nil)
      #expect(try reread(configuration) == configuration)
      (configuration.rules.noRepeatWords, configuration.rules.noBadEndings) = (false, true)
      #expect(configuration.json["decode"]?["no_repeat_words"] == nil)
      #expect(configuration.json["decode"]?["no_bad_endings"] == .boolean(true))
      #expect(try reread(configuration) == configuration)
      configuration.tagGuidance = 1.7
      #expect(configuration.json["decode"]?["tag_guidance"] == .number(1.7))
      #expect(try reread(configuration) == configuration)
      var expected = BeamSearch(
        width: configuration.beamWidth, maximumWords: configuration.maximumWords)
      expected.rules.noBadEndings = true
      #expect(try reread(configuration).search == .beam(expected))
    }

    @Test(
      "a setting that cannot be used is named with what it must be",
      arguments: [
        ("\"no_repeat_words\":1", "no_repeat_words", "is 1, but must be true or false"),
        ("\"no_bad_endings\":\"a\"", "no_bad_endings", "is \"a\", but must be true or false"),
        ("\"tag_guidance\":-0.5", "tag_guidance", "is -0.5, but must be a number from 0"),
        ("\"tag_guidance\":101", "tag_guidance", "is 101, but must be a number from 0"),
        ("\"tag_guidance\":true", "tag_guidance", "is true, but must be a number from 0"),
      ])
    func problem(member: String, key: String, problem: String) throws {
      let text = SmallModel.configuration.json.compactText
      let changed = text.replacing("\"decode\":{", with: "\"decode\":{\(member),")
      try #require(changed != text)
      let found = try #require(throws: ConfigurationProblem.self) { _ = try read(changed) }
      #expect(found.key == "decode.\(key)")
      #expect(found.problem.hasPrefix(problem), "\(found.problem)")
    }

    @Test("are told by the settings of results where they are not usual")
    func settings() {
      var search = CaptionSearch.beam(BeamSearch())
      #expect(search.json(Self.vocabulary)["no_repeat_words"] == nil)
      #expect(search.json(Self.vocabulary)["no_bad_endings"] == nil)
      search.rules.noRepeatWords = true
      search.rules.noBadEndings = true
      #expect(search.json(Self.vocabulary)["no_repeat_words"] == .boolean(true))
      #expect(search.json(Self.vocabulary)["no_bad_endings"] == .boolean(true))
      // What is found in the vocabulary is no setting.
      let before = search.json(Self.vocabulary)
      search.rules = search.rules.resolved(in: Self.vocabulary)
      #expect(search.json(Self.vocabulary) == before)
    }

    // MARK: Pieces of words

    @Test("hold for whole words where a vocabulary has pieces")
    func pieces() {
      // "ab", "ba" and "a" in pieces: a@@ b, b@@ a, a.
      let vocabulary = Vocabulary(
        piecesOf: WordCounts(counting: [["ab", "ba", "a"]]), mergeCount: 0, minimumCount: 1)
      func tokens(_ words: [String]) -> [TokenID] { vocabulary.tokens(for: words) }
      func next(_ rules: WordRules, _ tokens: [TokenID], isLast: Bool = false) -> Set<String> {
        let forbidden = rules.resolved(in: vocabulary).forbidden(after: tokens, isLast: isLast)
        return Set(
          (0..<vocabulary.count).map(TokenID.init).filter { !forbidden.contains($0) }.map(
            vocabulary.word))
      }
      let all: Set = ["a", "b", "a@@", "b@@", "<eos>"]
      // A caption does not end within a word.
      #expect(next(WordRules(), tokens(["ab"])) == all)
      #expect(next(WordRules(), tokens(["ab"]).dropLast()) == all.subtracting(["<eos>"]))

      var rules = WordRules(minimumWords: 2, noRepeatNGramSize: 2)
      #expect(next(rules, tokens(["ab"])) == all.subtracting(["<eos>"]))
      // After "ab ba ab" no "ba" begins, but once "b@@" is there, the word is finished.
      #expect(next(rules, tokens(["ab", "ba", "ab"])) == all.subtracting(["b@@"]))
      #expect(next(rules, tokens(["ab", "ba", "ba"]).dropLast()) == all.subtracting(["<eos>"]))
      rules = WordRules()
      (rules.noRepeatWords, rules.noBadEndings) = (true, true)
      #expect(next(rules, tokens(["ab"])) == all.subtracting(["a@@"]))
      // The piece "a" ends "ba" and is no article there.
      #expect(next(rules, tokens(["ba"])) == all.subtracting(["b@@"]))
      #expect(next(rules, tokens(["a"])) == all.subtracting(["a", "<eos>"]))
      #expect(next(rules, tokens(["ab"]), isLast: true) == all.subtracting(["a@@", "a"]))
    }

    private func read(_ text: String) throws -> ModelConfiguration {
      try ModelConfiguration(JSONValue(reading: Array(text.utf8)))
    }

    private func reread(_ configuration: ModelConfiguration) throws -> ModelConfiguration {
      try read(configuration.json.prettyText)
    }
  }
}
