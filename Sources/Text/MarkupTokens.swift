/// HTML tags and character entities in captions.
extension TokenScanner {
  /// Returns the end of a tag, which is one token: "<b>", "</b>", "<a href=\"x\">", "<!-- x -->".
  func tag(_ i: Int) -> Int? {
    switch at(i + 1) {
    case "/": closingTag(i + 2)
    case "!", "?": declaration(i + 2)
    default: openingTag(i + 1)
    }
  }

  private func closingTag(_ i: Int) -> Int? {
    guard at(i).isASCIILetter else { return nil }
    return bracket(end(from: i, while: \.isInTagName))
  }

  private func declaration(_ i: Int) -> Int? {
    guard at(i).isASCIILetter || at(i) == "-" else { return nil }
    return bracket(end(from: i + 1) { $0 != ">" })
  }

  private func openingTag(_ i: Int) -> Int? {
    guard at(i).isASCIILetter else { return nil }
    var e = end(from: i, while: \.isInTagName)
    while at(e).isBlank, let next = attribute(end(from: e, while: \.isBlank)) { e = next }
    e = end(from: e, while: \.isBlank)
    return bracket(at(e) == "/" ? e + 1 : e)
  }

  /// Returns the index after a closing angle bracket that follows blanks.
  private func bracket(_ i: Int) -> Int? {
    let e = end(from: i, while: \.isBlank)
    return at(e) == ">" ? e + 1 : nil
  }

  /// Returns the end of an attribute: a name, or a name and a quoted value.
  private func attribute(_ i: Int) -> Int? {
    guard at(i).isASCIILetter else { return nil }
    let name = end(from: i, while: \.isInTagName)
    guard at(name) == "=" else { return name }
    let opening = end(from: name + 1, while: \.isBlank)
    guard at(opening) == "\"" || at(opening) == "'" else { return nil }
    let closing = end(from: opening + 1) { $0 != at(opening) }
    return closing < scalars.count ? closing + 1 : nil
  }

  /// Matches "&amp;" and the few other entities that the reference decodes; numeric entities stay as they
  /// are.
  func entity(_ i: Int) -> Match? {
    if let e = end(of: "&nbsp;", at: i) { return Match(end: e, spelling: "") }
    if let e = end(of: "&amp;", at: i) { return Match(end: e, spelling: "&") }
    if let e = end(of: "&lt;", at: i) { return Match(end: e, spelling: "<") }
    if let e = end(of: "&gt;", at: i) { return Match(end: e, spelling: ">") }
    // In capitals, the reference does not decode these two.
    if let e = end(of: "&quot;", at: i) ?? end(of: "&apos;", at: i) {
      return Match(end: e, spelling: at(i + 1).isASCIICapital ? nil : "'")
    }
    if let e = end(of: "&mdash;", at: i) ?? end(of: "&ndash;", at: i) ?? end(of: "&md;", at: i) {
      return Match(end: e, spelling: "--")
    }
    guard end(of: "&#", at: i) != nil else { return nil }
    let e = end(from: i + 2, while: \.isASCIIDigit)
    return e > i + 2 && at(e) == ";" ? Match(end: e + 1) : nil
  }

  /// Returns the end of "&eacute;" or another accented vowel, which counts as a letter.
  func accentEntity(_ i: Int) -> Int? {
    guard at(i) == "&" else { return nil }
    switch at(i + 1).asciiLowercased {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
      UInt8(ascii: "u"):
      return end(of: "acute;", at: i + 2) ?? end(of: "grave;", at: i + 2)
        ?? end(of: "uml;", at: i + 2)
    default: return nil
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isInTagName: Bool {
    isASCIILetterOrDigit || self == "-" || self == "." || self == ":" || self == "_"
  }
}
