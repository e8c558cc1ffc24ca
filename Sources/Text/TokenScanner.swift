/// Finds the tokens of a caption one after the other, punctuation included.
///
/// At each position every class of token that can begin there says how far it reaches, and the
/// longest wins: "U.S." is longer as initials than "U.S" as a word, so the stop stays. Among equals
/// the class asked first wins. Characters that no class wants part tokens and are dropped.
struct TokenScanner {
  /// A stretch of the caption that one class of token claims.
  struct Match {
    /// Where the token ends; the next begins there.
    let end: Int
    /// How far the class looked to be sure, which is what the contest is about.
    ///
    /// "can" of "cannot" ends after three scalars but reaches six.
    let reach: Int
    /// What is written for the stretch; nil for the stretch itself in lower case, empty for nothing.
    let spelling: String?

    init(end: Int, reach: Int? = nil, spelling: String? = nil) {
      self.end = end
      self.reach = reach ?? end
      self.spelling = spelling
    }

    /// Gives way to `rival` if that reaches further.
    mutating func yield(to rival: Match?) {
      if let rival, rival.reach > reach { self = rival }
    }

    /// Gives way to a token that ends at `end`, if that is further.
    mutating func yield(to end: Int?) {
      if let end, end > reach { self = Match(end: end) }
    }
  }

  let scalars: [Unicode.Scalar]
  private var position = 0

  /// Reads at most `lengthLimit` scalars of `caption`.
  init(_ caption: String, lengthLimit: Int) {
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(min(caption.utf8.count, lengthLimit))
    for scalar in caption.unicodeScalars {
      if scalars.count == lengthLimit { break }
      scalars.append(scalar)
    }
    self.scalars = scalars
  }

  /// The next token in lower case, or nil at the end of the caption.
  mutating func next() -> String? {
    while position < scalars.count {
      guard let match = longestMatch(at: position) else {
        position += 1
        continue
      }
      let token = match.spelling ?? lowercased(position..<match.end)
      position = match.end
      if !token.isEmpty { return token }
    }
    return nil
  }

  private func longestMatch(at i: Int) -> Match? {
    let first = scalars[i]
    if first.isBlank { return nil }
    if first.isWordLetter { return matchStartingWithLetter(i) }
    if first.isWordDigit { return matchStartingWithDigit(i) }
    if first.isSymbol || first.isHyphen { return matchStartingWithSymbol(i) }
    return (number(i) ?? webAddress(i)).map { Match(end: $0) }
  }
}

// MARK: - Reading

extension TokenScanner {
  /// The scalar at `i`; a line feed beyond the end, which no token contains.
  func at(_ i: Int) -> Unicode.Scalar { i < scalars.count ? scalars[i] : "\n" }

  /// Where the run of scalars that satisfy `condition` ends, from `i` on.
  ///
  /// A run longer than `tokenLimit` is cut: else a text that looks like an address or a tag at every
  /// position would be read to its end from each.
  func end(from i: Int, while condition: (Unicode.Scalar) -> Bool) -> Int {
    let limit = min(scalars.count, i + Self.tokenLimit)
    var end = i
    while end < limit, condition(scalars[end]) { end += 1 }
    return end
  }

  static let tokenLimit = 1000

  /// The end of `text`, given in lower case, if it stands at `i` in any case.
  func end(of text: StaticString, at i: Int) -> Int? {
    text.withUTF8Buffer { bytes in
      for (offset, byte) in bytes.enumerated() where at(i + offset).asciiLowercased != byte {
        return nil
      }
      return i + bytes.count
    }
  }

  /// The text of `range` in lower case, as one token.
  func lowercased(_ range: Range<Int>) -> String {
    for i in range where !scalars[i].isPlain { return lowercasedBeyondASCII(range) }
    return String(unsafeUninitializedCapacity: range.count) { bytes in
      for i in range { bytes[i - range.lowerBound] = scalars[i].asciiLowercased }
      return range.count
    }
  }

  private func lowercasedBeyondASCII(_ range: Range<Int>) -> String {
    var text = String.UnicodeScalarView()
    for i in range {
      switch scalars[i] {
      case "\u{AD}": continue  // a soft hyphen is no part of the word
      case "\u{91}": text.append("`")  // two code points of Windows that are controls elsewhere
      case "\u{92}": text.append("'")
      case let blank where blank.isBlank: text.append("\u{A0}")
      // Unlike Swift, Java knows the sigma that ends a word.
      case "\u{3A3}" where endsGreekWord(i, in: range):
        text.append("\u{3C2}")
      default: text.append(contentsOf: scalars[i].properties.lowercaseMapping.unicodeScalars)
      }
    }
    return String(text)
  }

  /// Whether the letter at `i` has one before it and none behind, with digits and marks looked over.
  private func endsGreekWord(_ i: Int, in range: Range<Int>) -> Bool {
    guard i > range.lowerBound, scalars[i - 1].properties.isCased else { return false }
    var next = i + 1 < range.upperBound && scalars[i + 1].isHyphen ? i + 2 : i + 1
    while next < range.upperBound, scalars[next].isWordDigit || at(next) == "." || at(next) == "_" {
      next += 1
    }
    return next >= range.upperBound || !scalars[next].properties.isCased
  }
}
