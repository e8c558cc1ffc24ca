/// Words that the treebank splits, mostly at an apostrophe: "do n't", "dog 's", "can not"; and words with an
/// apostrophe that are not split: "o'clock", "Hawai'i".
extension TokenScanner {
  /// Matches "can" of "cannot" or "gon" of "gonna"; the rest becomes a token of its own.
  func splitWord(_ i: Int, _ wordEnd: Int) -> Match? {
    switch (wordEnd - i, at(i)) {
    case (6, "c"), (6, "C"): end(of: "cannot", at: i).map { Match(end: i + 3, reach: $0) }
    case (5, "g"), (5, "G"), (5, "w"), (5, "W"), (5, "l"), (5, "L"):
      (end(of: "gonna", at: i) ?? end(of: "gotta", at: i) ?? end(of: "gimme", at: i)
        ?? end(of: "wanna", at: i) ?? end(of: "lemme", at: i))
        .map { Match(end: i + 3, reach: $0) }
    default: nil
    }
  }

  /// Matches "do" of "don't", or the "n't" after it, which is written with a plain apostrophe.
  func contraction(_ i: Int, _ wordEnd: Int) -> Match? {
    let n = UInt8(ascii: "n")
    guard at(wordEnd - 1).asciiLowercased == n,
      i == wordEnd - 1 || at(wordEnd - 2).asciiLowercased != n,
      let t = afterApostropheLike(wordEnd), let reach = end(of: "t", at: t),
      end(from: i, while: \.isASCIILetter) == wordEnd
    else { return nil }
    if wordEnd - 1 > i { return Match(end: wordEnd - 1, reach: reach) }
    let isPlain = afterApostrophe(wordEnd) != nil
    return Match(end: reach, spelling: isPlain ? "n't" : nil)
  }

  /// Matches "dog" of "dog's", whose "'s" follows as a token of its own; also "cannot" of "cannot's".
  func possessor(_ wordEnd: Int) -> Match? {
    suffix(wordEnd).map { Match(end: wordEnd, reach: at($0).isASCIILetter ? $0 : $0 + 1) }
  }

  /// Returns the end of "'s", "'m", "'d", "'ll", "'re" or "'ve" at `i`; nil if there is none.
  private func suffix(_ i: Int) -> Int? {
    guard let e = afterApostrophe(i) else { return nil }
    switch at(e) {
    case "s", "S", "m", "M", "d", "D": return e + 1
    default: return end(of: "ll", at: e) ?? end(of: "re", at: e) ?? end(of: "ve", at: e)
    }
  }

  /// Returns the index after an apostrophe at `i`, which may be written as an entity; nil if there is none.
  func afterApostrophe(_ i: Int) -> Int? {
    at(i).isApostrophe ? i + 1 : at(i) == "&" && at(i + 1) == "a" ? end(of: "&apos;", at: i) : nil
  }

  /// Returns the same, but accepts opening quotes and backticks as apostrophes.
  func afterApostropheLike(_ i: Int) -> Int? {
    at(i).isApostropheLike ? i + 1 : afterApostrophe(i)
  }
}

// MARK: - Words with an apostrophe inside

extension TokenScanner {
  /// Matches "O'Brien", "Hawai'i" and "ma'am" as a whole, and "y'all" and "j'ai" up to the apostrophe.
  func wordWithApostrophe(_ i: Int, _ wordEnd: Int) -> Match? {
    guard let next = afterApostropheLike(wordEnd) else { return nil }
    var match = Match(end: wordEnd)
    if wordEnd - i == 1 {
      match.yield(to: elision(i, next))
      match.yield(to: nameWithInitial(i, next))
    }
    match.yield(to: vowelsAroundApostrophe(i, wordEnd, next))
    match.yield(to: listedWord(i, wordEnd, next))
    return match
  }

  /// Matches "d'", "l'" or "j'", and "y'" before a letter.
  private func elision(_ i: Int, _ next: Int) -> Match? {
    guard afterApostrophe(i + 1) == next else { return nil }
    switch at(i) {
    case "d", "D", "j", "J", "l", "L": return Match(end: next)
    case "y", "Y":
      guard at(next).isASCIILetter, suffix(i + 1) == nil else { return nil }
      return Match(end: next, reach: next + 1)
    default: return nil
    }
  }

  /// Returns the end of "D'Angelo", "N'Sync" or "G'day": a capital other than I or Y, or "n", before at least
  /// two letters.
  private func nameWithInitial(_ i: Int, _ next: Int) -> Int? {
    let e = end(from: next, while: \.isLetterWithoutMarks)
    switch at(i) {
    case "O", "o": return e - next >= 2 ? e : end(of: "o", at: next)
    case "I", "Y": return nil
    case "A"..."Z", "n": return e - next >= 2 ? e : nil
    default: return nil
    }
  }

  /// Returns the end of "Hawai'i", "Xi'an" or "De'Andre": a vowel before the apostrophe, a vowel or capital
  /// after it.
  private func vowelsAroundApostrophe(_ i: Int, _ wordEnd: Int, _ next: Int) -> Int? {
    guard wordEnd - i >= 2, at(wordEnd - 1).isASCIIVowel || at(wordEnd - 1).isY,
      at(next).isASCIIVowel || at(next).isASCIICapital,
      end(from: i, while: \.isWordLetter) == wordEnd
    else { return nil }
    return end(from: next, while: \.isLetterWithoutMarks)
  }

  /// Returns the end of "o'clock", with any character accepted as an apostrophe.
  func oClock(_ i: Int, _ wordEnd: Int) -> Int? {
    guard wordEnd == i + 1, at(i) == "o" || at(i) == "O" else { return nil }
    return afterApostropheLike(wordEnd).flatMap { end(of: "clock", at: $0) }
  }

  /// Returns the end of a word in the reference's list; some are listed only with the ASCII apostrophe.
  private func listedWord(_ i: Int, _ wordEnd: Int, _ next: Int) -> Int? {
    func has(_ head: StaticString, _ tail: StaticString) -> Int? {
      end(of: head, at: i) == wordEnd ? end(of: tail, at: next) : nil
    }
    guard at(wordEnd).isApostrophe else { return nil }
    if let e = has("ol", "") ?? has("cap", "n") ?? has("dunkin", "") ?? has("somethin", "")
      ?? has("c", "est") ?? has("qu", "est")
    {
      return e
    }
    guard at(wordEnd) == "'" else { return nil }
    return has("c", "mon") ?? has("e", "er") ?? has("ev", "ry") ?? has("li", "l")
      ?? has("nat", "l") ?? has("nor", "easter") ?? has("s", "mores")
  }
}

// MARK: - Tokens that begin with an apostrophe

extension TokenScanner {
  func matchStartingWithApostrophe(_ i: Int) -> Match? {
    guard let next = afterApostrophe(i) else { return nil }
    var match = Match(end: next, spelling: "'")
    // The order decides ties: "'em" wins over the quote, and the quote over the "'s" of "'said".
    match.yield(to: contractedSuffix(i, letterFollows: false))
    match.yield(to: end(of: "em", at: next) ?? end(of: "till", at: next))
    match.yield(to: end(of: "til", at: next) ?? end(of: "cause", at: next))
    match.yield(to: quotedN(next))
    match.yield(to: openingQuote(i))
    match.yield(to: contractedSuffix(i, letterFollows: true))
    match.yield(to: end(of: "n", at: next))
    match.yield(to: contractedIt(i))
    match.yield(to: year(next))
    return match
  }

  private func contractedSuffix(_ i: Int, letterFollows: Bool) -> Match? {
    guard let e = suffix(i), at(e).isASCIILetter == letterFollows else { return nil }
    let text = "'" + lowercased((afterApostrophe(i) ?? e)..<e)
    return Match(end: e, reach: letterFollows ? e : e + 1, spelling: text)
  }

  /// Returns the end of the "'n'" in "rock 'n' roll".
  private func quotedN(_ next: Int) -> Int? {
    end(of: "n", at: next).flatMap(afterApostrophe)
  }

  /// Matches an opening quote before a word of at least two scalars.
  private func openingQuote(_ i: Int) -> Match? {
    guard at(i) == "'", at(i + 1).isASCIILetter, !at(i + 2).isBlank else { return nil }
    return Match(end: i + 1, reach: i + 3, spelling: "'")
  }

  /// Matches the "'t" of "'tis" and "'twas".
  private func contractedIt(_ i: Int) -> Match? {
    (end(of: "'tis", at: i) ?? end(of: "'twas", at: i)).map { Match(end: i + 2, reach: $0) }
  }

  /// Matches a decade, "'90s", or a year before a blank, "'99".
  private func year(_ next: Int) -> Match? {
    guard at(next).isASCIIDigit, at(next + 1).isASCIIDigit else { return nil }
    if "2"..."9" ~= at(next), at(next + 1) == "0", end(of: "s", at: next + 2) != nil {
      return Match(end: next + 3)
    }
    return at(next + 2).isBlank ? Match(end: next + 2, reach: next + 3) : nil
  }
}

extension Unicode.Scalar {
  fileprivate var isY: Bool { self == "y" || self == "Y" }

  fileprivate var isASCIIVowel: Bool {
    switch self {
    case "a", "e", "i", "o", "u", "A", "E", "I", "O", "U": true
    default: false
    }
  }
}
