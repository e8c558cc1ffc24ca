/// Tokens that begin with a letter: words, compounds, initials.
extension TokenScanner {
  func matchStartingWithLetter(_ i: Int) -> Match {
    let end = wordEnd(i)
    var match = splitWord(i, end) ?? Match(end: end)
    // Most words end at a blank, where no longer token can match.
    if at(end).isBlank { return match }

    let stopped = wordWithStops(i, end)
    var word = Match(end: stopped)
    word.yield(to: compound(i))
    word.yield(to: joinedCapitals(i, end))
    word.yield(to: oClock(i, end))

    match.yield(to: stopped)
    match.yield(to: webAddress(i))
    match.yield(to: mailAddress(i))
    match.yield(to: abbreviation(i, end))
    match.yield(to: word)
    match.yield(to: stopBeforePunctuation(word))
    match.yield(to: initials(i))
    match.yield(to: contraction(i, end))
    match.yield(to: possessor(stopped))
    match.yield(to: wordWithApostrophe(i, end))
    match.yield(to: slashedCompound(i))
    match.yield(to: programmingLanguage(i))
    match.yield(to: currencyOfCountry(i))
    match.yield(to: fileName(i))
    match.yield(to: face(i))
    return match
  }

  /// Returns the end of the letters and digits at `i`; "&eacute;" counts as a letter.
  func wordEnd(_ i: Int) -> Int {
    var e = end(from: i, while: \.isLetterOrDigit)
    guard at(i).isWordLetter || at(i) == "&" else { return e }
    while let accented = accentEntity(e) {
      e = end(from: accented, while: \.isLetterOrDigit)
    }
    return e
  }

  /// Returns the end of words joined by a stop without a blank, which are one token: "frisbee.A",
  /// "example.com", "what?no".
  private func wordWithStops(_ i: Int, _ wordEnd: Int) -> Int {
    var e = wordEnd
    while at(e) == "." || at(e) == "!" || at(e) == "?",
      at(e + 1).isWordLetter || accentEntity(e + 1) != nil
    {
      e = self.wordEnd(e + 1)
    }
    return e
  }

  /// Matches a word with a stop before a comma, colon or semicolon, where any word keeps it like an
  /// abbreviation: "dept.,".
  func stopBeforePunctuation(_ word: Match) -> Match? {
    let stop = word.end
    guard word.reach == stop, at(stop) == "." else { return nil }
    switch at(stop + 1) {
    case ",", ":", ";":
      return Match(end: stop + 1, reach: stop + 2, spelling: word.spelling.map { $0 + "." })
    default: return nil
    }
  }

  private func programmingLanguage(_ i: Int) -> Int? {
    end(of: "c++", at: i) ?? end(of: "c#", at: i) ?? end(of: "f#", at: i)
  }
}

// MARK: - Compounds

extension TokenScanner {
  /// Returns the end of a compound: "black-and-white", "under_score".
  ///
  /// In ASCII the first part may contain punctuation: "3.5-inch", "1,000-year".
  func compound(_ i: Int) -> Int {
    var e = compoundPart(i)
    while at(e).isHyphen || at(e) == "_", at(e + 1).isCompoundLetter { e = compoundPart(e + 1) }
    return max(e, compoundWithMarks(i) ?? e)
  }

  /// Returns the end of letters and digits; after "d'", "l'" and "o'" at least two must follow:
  /// "hors-d'oeuvre".
  private func compoundPart(_ i: Int) -> Int {
    switch at(i) {
    case "d", "D", "l", "L", "o", "O":
      guard at(i + 1).isApostropheLike || at(i + 1) == "&" else { break }
      if let next = afterApostropheLike(i + 1), at(next).isCompoundLetter,
        at(next + 1).isCompoundLetter
      {
        return end(from: next, while: \.isCompoundLetter)
      }
    default: break
    }
    return end(from: i, while: \.isCompoundLetter)
  }

  private func compoundWithMarks(_ i: Int) -> Int? {
    guard at(i).isASCIILetterOrDigit else { return nil }
    let first = end(from: i) { $0.isASCIILetterOrDigit || $0 == "." || $0 == "," }
    var e = first
    while at(e) == "-", at(e + 1).isASCIILetterOrDigit {
      let part = end(from: e + 1, while: \.isASCIILetterOrDigit)
      e = max(part, severalInitials(e + 1) ?? part)
    }
    return e > first ? e : nil
  }

  /// Returns the end of two or more initials, which may follow a hyphen.
  private func severalInitials(_ i: Int) -> Int? {
    var e = i
    while at(e).isASCIILetter, at(e + 1) == "." { e += 2 }
    return e >= i + 4 ? e : nil
  }

  /// Returns the end of two or three ASCII words joined by slashes, each of at most three parts: "and/or",
  /// "north-east/south-west".
  func slashedCompound(_ i: Int) -> Int? {
    guard let first = slashedPart(i), let second = slash(first).flatMap(slashedPart) else {
      return nil
    }
    return slash(second).flatMap(slashedPart) ?? second
  }

  private func slashedPart(_ i: Int) -> Int? {
    guard at(i).isASCIILetterOrDigit else { return nil }
    var e = end(from: i, while: \.isASCIILetterOrDigit)
    for _ in 0..<2 where at(e) == "-" && at(e + 1).isASCIILetter {
      e = end(from: e + 1, while: \.isASCIILetter)
    }
    return e
  }

  /// Returns the index after a slash, which may be escaped.
  private func slash(_ i: Int) -> Int? {
    if at(i) == "/" { return i + 1 }
    return at(i) == "\\" && at(i + 1) == "/" ? i + 2 : nil
  }

  /// Matches capitals joined by a sign: "AT&T", "R&B", "A+E"; in lower case the sign is a token of its own.
  private func joinedCapitals(_ i: Int, _ wordEnd: Int) -> Match? {
    guard joiner(wordEnd) != nil else { return nil }
    var e = end(from: i, while: \.isASCIICapital)
    var text = lowercased(i..<e)
    while e > i, let next = joiner(e), at(next).isASCIICapital {
      text += lowercased(e..<(e + 1))
      e = end(from: next, while: \.isASCIICapital)
      text += lowercased(next..<e)
    }
    return Match(end: e, spelling: text)
  }

  private func joiner(_ i: Int) -> Int? {
    at(i) == "&" || at(i) == "+" ? end(of: "&amp;", at: i) ?? i + 1 : nil
  }
}
