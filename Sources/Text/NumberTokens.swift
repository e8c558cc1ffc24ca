/// Tokens that begin with a digit: numbers, times, dates, fractions, telephone numbers.
extension TokenScanner {
  func matchStartingWithDigit(_ i: Int) -> Match {
    var match = Match(end: end(from: i, while: \.isCompoundLetter))
    match.yield(to: compound(i))
    match.yield(to: stopBeforePunctuation(match))
    match.yield(to: number(i))
    match.yield(to: date(i))
    match.yield(to: fraction(i))
    match.yield(to: slashedCompound(i))
    match.yield(to: telephoneNumber(i))
    match.yield(to: fileName(i))
    match.yield(to: mailAddress(i))
    match.yield(to: webAddress(i))
    return match
  }

  /// Returns the end of a number with punctuation between or before its digits: "5", "1,000.50", "12:30:45",
  /// ".5", "-5".
  func number(_ i: Int) -> Int? {
    let start = at(i) == "+" || at(i) == "-" ? i + 1 : i
    var e = end(from: start, while: \.isWordDigit)
    while at(e).isMarkInNumber, at(e + 1).isWordDigit {
      e = end(from: e + 1, while: \.isWordDigit)
    }
    return e > start ? e : nil
  }

  /// Returns the end of a date with slashes or hyphens in any combination and a year of up to four digits:
  /// "1/2-2012".
  private func date(_ i: Int) -> Int? {
    guard let day = digits(i, 1...2), at(day) == "/" || at(day) == "-",
      let month = digits(day + 1, 1...2), at(month) == "/" || at(month) == "-"
    else { return nil }
    return digits(month + 1, atLeast: 2, takingAtMost: 4)
  }

  /// Returns the end of a fraction, "1/2", "1 1/2" or "1-1/2": one token, with a no-break space for a blank.
  private func fraction(_ i: Int) -> Int? {
    guard let whole = digits(i, 1...4) else { return nil }
    guard at(whole) == " " || at(whole) == "-" || at(whole) == "\u{A0}" else {
      return denominator(whole)
    }
    return digits(whole + 1, 1...4).flatMap(denominator)
  }

  private func denominator(_ i: Int) -> Int? {
    at(i) == "/" || at(i) == "\u{2044}" ? digits(i + 1, atLeast: 1, takingAtMost: 4) : nil
  }

  /// Returns the end of the digits at `i` if their number lies in `count`.
  private func digits(_ i: Int, _ count: ClosedRange<Int>) -> Int? {
    let e = end(from: i, while: \.isWordDigit)
    return count.contains(e - i) ? e : nil
  }

  private func digits(_ i: Int, atLeast least: Int, takingAtMost most: Int) -> Int? {
    let e = end(from: i, while: \.isWordDigit)
    return e - i >= least ? min(e, i + most) : nil
  }
}

// MARK: - Telephone numbers

extension TokenScanner {
  /// Returns the end of a telephone number, which is one token including blanks: "555 123 4567", "+44 20 7123
  /// 1234".
  ///
  /// Any groups of digits of these lengths are taken for one.
  func telephoneNumber(_ i: Int) -> Int? {
    guard let first = group(end(of: "++", at: i) ?? end(of: "+", at: i) ?? i) else { return nil }
    return group(first).flatMap(subscriber) ?? subscriber(first)
  }

  /// Matches "(555) 123-4567", with the brackets replaced by their names.
  func telephoneNumberWithArea(_ i: Int) -> Match? {
    guard at(i) == "(", let area = digits(i + 1, 2...3), at(area) == ")" else { return nil }
    return subscriber(at(area + 1).isTelephoneBlank ? area + 2 : area + 1).map { end in
      let spelling = "-lrb-" + lowercased((i + 1)..<area) + "-rrb-" + lowercased((area + 1)..<end)
      return Match(end: end, spelling: spelling)
    }
  }

  /// Returns the index after two to four digits and a separator.
  private func group(_ i: Int) -> Int? {
    guard at(i).isASCIIDigit, let e = digits(i, 2...4), at(e).isTelephoneBlank || at(e) == "-"
    else { return nil }
    return e + 1
  }

  /// Returns the end of three or four digits and three to five more, with or without a separator.
  private func subscriber(_ i: Int) -> Int? {
    guard let e = digits(i, 3...4) else { return digits(i, atLeast: 6, takingAtMost: 9) }
    guard at(e).isTelephoneBlank || at(e) == "-" else { return nil }
    return digits(e + 1, atLeast: 3, takingAtMost: 5)
  }
}

extension Unicode.Scalar {
  fileprivate var isMarkInNumber: Bool {
    self == "." || self == "," || self == ":" || self == "\u{66B}" || self == "\u{66C}"
  }

  fileprivate var isTelephoneBlank: Bool { self == " " || self == "\u{A0}" }
}
