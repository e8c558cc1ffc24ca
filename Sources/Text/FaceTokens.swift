/// Emoticons made of punctuation: ":-)", "^_^", but not "(o.o)".
extension TokenScanner {
  func face(_ i: Int) -> Match? {
    guard let e = emoticon(i) ?? bareFace(i) ?? bracketedFace(i) else { return nil }
    let hasBrackets = scalars[i..<e].contains { $0 == "(" || $0 == ")" }
    return Match(end: e, spelling: hasBrackets ? withBracketNames(i..<e) : nil)
  }

  /// Returns the end of ":)", ";-D" or ">:'(": eyes, an optional nose and a mouth, not followed by a letter
  /// or digit.
  private func emoticon(_ i: Int) -> Int? {
    let eyes = at(i) == "<" || at(i) == ">" ? i + 1 : i
    guard at(eyes) == ":" || at(eyes) == ";" || at(eyes) == "=" else { return nil }
    let mouth = at(eyes + 1).isNose ? eyes + 2 : eyes + 1
    return at(mouth).isMouth && !at(mouth + 1).isASCIILetterOrDigit ? mouth + 1 : nil
  }

  /// Returns the end of "^_^", "-_-" or ">_<".
  private func bareFace(_ i: Int) -> Int? {
    at(i).isEyeOfFace && at(i + 1) == "_" && at(i + 2).isEyeOfFace ? i + 3 : nil
  }

  /// Returns the end of "(^_^)", "(-.-)" or "(^^)".
  private func bracketedFace(_ i: Int) -> Int? {
    guard at(i) == "(", at(i + 1).isEyeOfFace else { return nil }
    let second = at(i + 2) == "_" || at(i + 2) == "." ? i + 3 : i + 2
    return at(second).isEyeOfFace && at(second + 1) == ")" ? second + 2 : nil
  }

  /// Returns the emoticon with round brackets replaced by their names; the reference keeps other brackets.
  private func withBracketNames(_ range: Range<Int>) -> String {
    range.reduce(into: "") { text, i in
      switch scalars[i] {
      case "(": text += "-lrb-"
      case ")": text += "-rrb-"
      default: text += lowercased(i..<(i + 1))
      }
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isNose: Bool {
    switch self {
    case "-", "'", "o", "*": true
    default: false
    }
  }

  fileprivate var isMouth: Bool {
    switch self {
    case "(", ")", "[", "]", "{", "|", "\\", "@", "D", "d", "P", "p", "O": true
    default: false
    }
  }

  fileprivate var isEyeOfFace: Bool {
    switch self {
    case "-", "^", "x", "=", "~", "<", ">", "'": true
    default: false
    }
  }
}
