/// Tokens that begin with neither a letter nor a digit.
extension TokenScanner {
  func matchStartingWithSymbol(_ i: Int) -> Match {
    var match = symbol(i)
    match.yield(to: matchStartingWithApostrophe(i))
    match.yield(to: number(i))
    switch at(i) {
    case "#", "@": match.yield(to: socialTag(i))
    case "&":
      match.yield(to: entity(i))
      if accentEntity(i) != nil { match.yield(to: wordEnd(i)) }
    case "<":
      match.yield(to: tag(i))
      match.yield(to: mailAddress(i))
    case "(": match.yield(to: telephoneNumberWithArea(i))
    case "+": match.yield(to: telephoneNumber(i))
    default: break
    }
    match.yield(to: face(i))
    match.yield(to: webAddress(i))
    return match
  }

  /// Matches the sign at `i`, or a run of it if the reference keeps runs together.
  private func symbol(_ i: Int) -> Match {
    let first = at(i)
    if let name = bracketName(first) { return Match(end: i + 1, spelling: name) }
    if let sign = replacement(first) { return Match(end: i + 1, spelling: sign) }
    switch first {
    case ".": return dots(i)
    case "-": return dashes(i)
    case "!", "?": return Match(end: end(from: i) { $0 == "!" || $0 == "?" })
    case "*", "#", "@", "_": return Match(end: end(from: i) { $0 == first })
    case "<", ">": return Match(end: at(i + 1) == first ? i + 2 : i + 1)
    case "\\": return escapedStars(i)
    case "'": return Match(end: at(i + 1) == first ? i + 2 : i + 1)
    case let digit where digit.isSuperscript:
      return Match(end: end(from: i, while: \.isSuperscript))
    case "\u{2080}"..."\u{208C}":
      return Match(end: end(from: i) { "\u{2080}"..."\u{208C}" ~= $0 })
    default: return first.asQuote == nil ? Match(end: i + 1) : quotes(i)
    }
  }

  func bracketName(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "(": "-lrb-"
    case ")": "-rrb-"
    case "[": "-lsb-"
    case "]": "-rsb-"
    case "{": "-lcb-"
    case "}": "-rcb-"
    default: nil
    }
  }

  /// Returns the reference's replacement for a sign that the treebank lacks; a pound is "#" there.
  private func replacement(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "\"": "''"
    case "\u{A2}": "cents"
    case "\u{A3}": "#"
    case "\u{A4}", "\u{20A0}", "\u{20AC}": "$"
    case "\u{BC}": "1/4"
    case "\u{BD}": "1/2"
    case "\u{BE}": "3/4"
    case "\u{2153}": "1/3"
    case "\u{2154}": "2/3"
    case "\u{2013}", "\u{2014}", "\u{2015}": "--"
    case "\u{2026}": "..."
    case "\u{58A}", "\u{2010}", "\u{2011}": "-"
    default: nil
    }
  }

  /// Matches dots: three to five are an ellipsis, also with blanks between the first three.
  private func dots(_ i: Int) -> Match {
    let e = end(from: i) { $0 == "." }
    if e - i >= 3 { return Match(end: min(e, i + 5), spelling: "...") }
    let isSpaced = at(i + 1).isBlank && at(i + 2) == "." && at(i + 3).isBlank && at(i + 4) == "."
    return Match(end: isSpaced ? i + 5 : i + 1, spelling: ".")
  }

  /// Matches hyphens: two to four are a dash; a longer run is kept.
  private func dashes(_ i: Int) -> Match {
    let e = end(from: i) { $0 == "-" }
    return Match(end: e, spelling: e - i == 1 ? "-" : e - i <= 4 ? "--" : nil)
  }

  /// Matches up to three escaped stars: "\*\*\*".
  private func escapedStars(_ i: Int) -> Match {
    var e = i
    while e < i + 6, at(e) == "\\", at(e + 1) == "*" { e += 2 }
    return Match(end: max(e, i + 1))
  }

  /// Matches one or two quotes that are not ASCII, including backticks.
  ///
  /// Two different ones give a token that is not removed as punctuation: "``''".
  private func quotes(_ i: Int) -> Match {
    let first = at(i).asQuote ?? ""
    guard let second = at(i + 1).asQuote else { return Match(end: i + 1, spelling: first) }
    return Match(end: i + 2, spelling: first + second)
  }

  /// Returns the end of a currency sign with a country, one token: "US$", "A$", "HK$".
  func currencyOfCountry(_ i: Int) -> Int? {
    let e = end(from: i, while: \.isASCIICapital)
    return e > i && at(e) == "$" ? e + 1 : nil
  }
}

extension Unicode.Scalar {
  fileprivate var isSuperscript: Bool {
    switch self {
    case "\u{B2}", "\u{B3}", "\u{B9}", "\u{2070}", "\u{2074}"..."\u{207C}": true
    default: false
    }
  }

  /// The ASCII form of a curly or angular quote; nil for any other character.
  fileprivate var asQuote: String? {
    switch self {
    case "`", "\u{2018}", "\u{201B}", "\u{2039}", "\u{91}": "`"
    case "\u{2019}", "\u{203A}", "\u{92}": "'"
    case "\u{201C}", "\u{AB}", "\u{93}": "``"
    case "\u{201D}", "\u{BB}", "\u{94}": "''"
    case "\u{201A}", "\u{201E}", "\u{201F}": String(self)
    default: nil
    }
  }
}
