import ArgumentParser
import Captioning
import Text

/// The options of the search for captions.
struct SearchOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Beam width; 1 is greedy search (default: the model's).", valueName: "n"))
  var beam: Int?
  @Option(
    help: ArgumentHelp(
      "Maximum number of words per caption (default: the model's).", valueName: "n"))
  var maxWords: Int?
  @Option(help: ArgumentHelp("Minimum number of words per caption (default: 0).", valueName: "n"))
  var minWords: Int?
  @Option(
    help: ArgumentHelp(
      "Length penalty: captions are ranked by log-probability (none), by log-probability per word "
        + "(average), or by log-probability over ((5 + words) / 6)^a (Wu et al., 2016) (default: the model's).",
      valueName: "none|average|a"))
  var lengthPenalty: LengthPenalty?
  @Option(
    help: ArgumentHelp(
      "N-gram blocking: no sequence of n words occurs twice; 0 disables it (default: the model's).",
      valueName: "n"
    ))
  var noRepeat: Int?
  @Flag(inversion: .prefixedNo, help: "Let a word follow itself, or not (default: the model's).")
  var repeatWords: Bool?
  @Flag(
    inversion: .prefixedNo,
    help: "Let captions end in a, of, with and the like, or not (default: the model's).")
  var badEndings: Bool?
  @Option(
    help: ArgumentHelp(
      "Words that every caption must contain, such as dog,ball.", valueName: "list"))
  var forceWords: WordList?
  @Option(help: ArgumentHelp("Words that no caption may contain.", valueName: "list"))
  var forbidWords: WordList?
  @Option(
    help: ArgumentHelp(
      "Diverse beam search: number of groups, which choose different words (Vijayakumar et al., 2018).",
      valueName: "n"))
  var beamGroups: Int?
  @Option(
    help: ArgumentHelp(
      "Penalty for choosing the word of another group, in nats (default: 0.5).", valueName: "x"))
  var diversity: Float?
  @Flag(help: "Sample words at random instead of using beam search.")
  var sample = false
  @Option(
    help: ArgumentHelp(
      "Sampling temperature; below 1 likely words become likelier (default: 1).", valueName: "t"))
  var temperature: Float?
  @Option(help: ArgumentHelp("Sample only among the n likeliest words.", valueName: "n"))
  var topK: Int?
  @Option(
    help: ArgumentHelp(
      "Nucleus sampling: sample only among the fewest likeliest words whose probabilities add up to p.",
      valueName: "p"))
  var topP: Float?
  @Option(help: ArgumentHelp("Random seed of the sampling.", valueName: "s"))
  var seed: UInt64?

  func validate() throws {
    if let beam { try check("--beam", beam, in: 1...100) }
    if let maxWords { try check("--max-words", maxWords, in: 1...1000) }
    if let minWords { try check("--min-words", minWords, in: 0...1000) }
    if let noRepeat { try check("--no-repeat", noRepeat, in: 0...1000) }
    if let beamGroups { try check("--beam-groups", beamGroups, in: 1...100) }
    if let topK, topK < 1 { throw ValidationError("--top-k must be above 0, not \(topK).") }
    if let topP, !(topP > 0 && topP <= 1) {
      throw ValidationError("--top-p must be above 0 and at most 1, not \(topP).")
    }
    if let temperature, !(0...100).contains(temperature) {
      throw ValidationError("--temperature must be from 0 to 100, not \(temperature).")
    }
    if let diversity, !(0...100).contains(diversity) {
      throw ValidationError("--diversity must be from 0 to 100, not \(diversity).")
    }
    guard seed.map({ $0 < 1 << 53 }) ?? true else {
      throw ValidationError("--seed must be below 2^53.")
    }
    try refuseContradictions()
  }

  private func refuseContradictions() throws {
    let ofBeam = [
      ("--beam", beam != nil), ("--length-penalty", lengthPenalty != nil),
      ("--force-words", forceWords != nil), ("--beam-groups", beamGroups != nil),
      ("--diversity", diversity != nil),
    ]
    let ofDraws = [
      ("--temperature", temperature != nil), ("--top-k", topK != nil), ("--top-p", topP != nil),
      ("--seed", seed != nil),
    ]
    if sample, let (option, _) = ofBeam.first(where: \.1) {
      throw ValidationError(
        "--sample cannot be used with \(option), which is for beam search. Leave out one.")
    }
    if !sample, let (option, _) = ofDraws.first(where: \.1) {
      throw ValidationError("\(option) is for sampling. Add --sample.")
    }
    if diversity != nil, beamGroups == nil {
      throw ValidationError("--diversity is a penalty between beam groups. Add --beam-groups.")
    }
    let both = Set(forceWords?.words ?? []).intersection(forbidWords?.words ?? [])
    if let word = both.min() {
      throw ValidationError("'\(word)' cannot be both forced and forbidden.")
    }
  }

  /// Returns the search for `captionCount` captions; options that are not given default to the
  /// model's settings.
  ///
  /// - Throws: `ValidationError` if the options contradict the model or each other.
  func search(
    for model: ModelConfiguration, _ vocabulary: Vocabulary, captionCount: Int
  ) throws -> CaptionSearch {
    if let decoder = model.decoder, !decoder.writesSentences {
      try refuseWordRules()
    }
    if forceWords != nil { try vocabulary.requireWholeWords(for: "--force-words") }
    if forbidWords != nil { try vocabulary.requireWholeWords(for: "--forbid-words") }
    let maximumWords = maxWords ?? model.maximumWords
    var rules = WordRules(
      minimumWords: minWords ?? 0,
      noRepeatNGramSize: noRepeat == 0 ? nil : noRepeat ?? model.rules.noRepeatNGramSize,
      forbidden: Set((forbidWords?.words ?? []).compactMap { vocabulary.id(of: $0) }))
    rules.noRepeatWords = repeatWords.map { !$0 } ?? model.rules.noRepeatWords
    rules.noBadEndings = badEndings.map { !$0 } ?? model.rules.noBadEndings
    guard rules.minimumWords <= maximumWords else {
      throw ValidationError(
        "--min-words \(rules.minimumWords) is above the maximum of \(maximumWords) words. Raise --max-words."
      )
    }
    if sample {
      var search = SampledSearch(
        count: captionCount, temperature: temperature ?? 1, maximumWords: maximumWords,
        seed: seed ?? 1)
      (search.topWordCount, search.topProbability, search.rules) = (topK, topP, rules)
      return .sampling(search)
    }
    var search = BeamSearch(
      width: max(beam ?? model.beamWidth, captionCount), maximumWords: maximumWords)
    search.lengthPenalty = lengthPenalty ?? model.lengthPenalty
    search.rules = rules
    search.forced = try forcedWords(vocabulary, maximumWords)
    search.groupCount = beamGroups ?? 1
    search.diversity = search.groupCount > 1 ? diversity ?? 0.5 : 0
    guard search.width.isMultiple(of: search.groupCount) else {
      throw ValidationError(
        "a beam width of \(search.width) cannot be divided into \(search.groupCount) groups. Choose a --beam "
          + "that is a multiple of --beam-groups.")
    }
    return .beam(search)
  }

  /// Throws if an option is given that a classifier, which writes one label, has no use for.
  private func refuseWordRules() throws {
    let options = [
      ("--force-words", forceWords != nil), ("--min-words", (minWords ?? 0) > 1),
      ("--no-repeat", (noRepeat ?? 0) > 0), ("--no-repeat-words", repeatWords == false),
      ("--no-bad-endings", badEndings == false),
    ]
    guard let (option, _) = options.first(where: \.1) else { return }
    throw ValidationError("\(option) is for sentences, and the model writes labels. Leave it out.")
  }

  private func forcedWords(_ vocabulary: Vocabulary, _ maximumWords: Int) throws -> [TokenID] {
    let words = forceWords?.words ?? []
    let known = try words.map { word in
      guard let id = vocabulary.id(of: word) else {
        throw ValidationError(
          "the model's vocabulary lacks the word '\(word)' of --force-words. Its words are in vocab.json."
        )
      }
      return id
    }
    guard known.count < maximumWords else {
      throw ValidationError(
        "captions of at most \(maximumWords) words have no room for \(known.count) forced words and their "
          + "end. Force fewer words, or raise --max-words.")
    }
    return known
  }
}

/// Words separated by commas.
struct WordList: ExpressibleByArgument {
  /// The words in lower case, without duplicates.
  let words: [String]

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      String($0).lowercased()
    }
    guard words.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else {
      return nil
    }
    var seen: Set<String> = []
    self.words = words.filter { seen.insert($0).inserted }
  }
}

extension LengthPenalty: ExpressibleByArgument {
  public init?(argument: String) { self.init(named: argument) }
}
