import Files
import Text

// The settings of a search as results record them, without those that have their default.

extension CaptionSearch {
  /// The settings, the words of rules as `vocabulary` spells them.
  package func json(_ vocabulary: Vocabulary) -> JSONValue {
    switch self {
    case .beam(let search): .object(search.members(vocabulary))
    case .sampling(let search): .object(search.members(vocabulary))
    }
  }
}

extension BeamSearch {
  fileprivate func members(_ vocabulary: Vocabulary) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("beam", .number(Double(width))), .init("max_words", .number(Double(maximumWords))),
    ]
    if let penalty = lengthPenalty.json { members.append(.init("length_penalty", penalty)) }
    if groupCount > 1 {
      members.append(.init("beam_groups", .number(Double(groupCount))))
      members.append(.init("diversity", .rounded(Double(diversity))))
    }
    members += rules.members(vocabulary)
    if !forced.isEmpty { members.append(.init("force_words", words(forced, vocabulary))) }
    return members
  }
}

extension SampledSearch {
  fileprivate func members(_ vocabulary: Vocabulary) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("sample", true), .init("temperature", .rounded(Double(temperature))),
    ]
    if let topWordCount { members.append(.init("top_k", .number(Double(topWordCount)))) }
    if let topProbability { members.append(.init("top_p", .rounded(Double(topProbability)))) }
    members.append(.init("seed", .number(Double(random.seed))))
    members.append(.init("max_words", .number(Double(maximumWords))))
    return members + rules.members(vocabulary)
  }
}

extension WordRules {
  fileprivate func members(_ vocabulary: Vocabulary) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if minimumWords > 0 { members.append(.init("min_words", .number(Double(minimumWords)))) }
    if let noRepeatNGramSize {
      members.append(.init("no_repeat", .number(Double(noRepeatNGramSize))))
    }
    if noRepeatWords { members.append(.init("no_repeat_words", true)) }
    if noBadEndings { members.append(.init("no_bad_endings", true)) }
    if !forbidden.isEmpty {
      members.append(.init("forbid_words", words(forbidden.sorted(), vocabulary)))
    }
    return members
  }
}

private func words(_ words: [TokenID], _ vocabulary: Vocabulary) -> JSONValue {
  .array(words.map { .string(vocabulary.word($0)) })
}

extension JSONValue {
  /// `value` to four places: as exact as captions of different batches agree.
  package static func rounded(_ value: Double, to unit: Double = 1e4) -> JSONValue {
    value.isFinite ? .number((value * unit).rounded() / unit) : .null
  }
}
