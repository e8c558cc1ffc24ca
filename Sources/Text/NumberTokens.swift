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

  /// "5", "1,000.50", "12:30:45", ".5", "-5": digits with marks between or before them.
  func number(_ i: Int) -> Int? {
    let start = at(i) == "+" || at(i) == "-" ? i + 1 : i
    var e = end(from: start, while: \.isWordDigit)
    while at(e).isMarkInNumber, at(e + 1).isWordDigit {
      e = end(from: e + 1, while: \.isWordDigit)
    }
    return e > start ? e : nil
  }

  /// "1/2-2012": slashes and hyphens in any mixture; a year of up to four digits.
  private func date(_ i: Int) -> Int? {
    guard let day = digits(i, 1...2), at(day) == "/" || at(day) == "-",
      let month = digits(day + 1, 1...2), at(month) == "/" || at(month) == "-"
    else { return nil }
    return digits(month + 1, atLeast: 2, takingAtMost: 4)
  }

  /// "1/2", "1 1/2", "1-1/2": one token, with a no-break space for the blank.
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

  /// The end of the digits at `i` if there are as many as `count` says.
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
  /// "555 123 4567", "+44 20 7123 1234", "(555)123-4567": one token, blanks and all.
  ///
  /// Any run of digits of these lengths is taken for one.
  func telephoneNumber(_ i: Int) -> Int? {
    if at(i) == "(" {
      guard let area = digits(i + 1, 2...3), at(area) == ")" else { return nil }
      return subscriber(at(area + 1).isTelephoneBlank ? area + 2 : area + 1)
    }
    guard let first = group(end(of: "++", at: i) ?? end(of: "+", at: i) ?? i) else { return nil }
    return group(first).flatMap(subscriber) ?? subscriber(first)
  }

  /// Two to four digits and the mark behind them.
  private func group(_ i: Int) -> Int? {
    guard at(i).isASCIIDigit, let e = digits(i, 2...4), at(e).isTelephoneBlank || at(e) == "-"
    else { return nil }
    return e + 1
  }

  /// Three or four digits and three to five more, with or without a mark between.
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
