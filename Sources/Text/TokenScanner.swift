/// Splits a caption into tokens, including punctuation.
///
/// At each position every token class that can begin there is matched, and the longest match wins: "U.S." is
/// longer as initials than "U.S" as a word, so the stop is kept. Of equally long matches the first wins.
/// Characters that match no class separate tokens and are dropped.
struct TokenScanner {
  /// A match of one token class.
  struct Match {
    /// The end of the token, where the next one begins.
    let end: Int
    /// The end of the text that the match depends on; the match with the greatest reach wins.
    ///
    /// The token "can" of "cannot" ends after three scalars, but its reach is six.
    let reach: Int
    /// The token to write; nil for the matched text in lower case, empty for no token.
    let spelling: String?

    init(end: Int, reach: Int? = nil, spelling: String? = nil) {
      self.end = end
      self.reach = reach ?? end
      self.spelling = spelling
    }

    /// Replaces this match with `rival` if that reaches further.
    mutating func yield(to rival: Match?) {
      if let rival, rival.reach > reach { self = rival }
    }

    /// Replaces this match with one that ends at `end` if that is further.
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

  /// Reads ASCII characters.
  init(ascii bytes: UnsafeBufferPointer<UInt8>) { scalars = bytes.map { Unicode.Scalar($0) } }

  /// Returns the next token in lower case; nil at the end of the caption.
  mutating func next() -> String? {
    while position < scalars.count {
      let (token, end) = token(at: position)
      position = end
      if let token { return token }
    }
    return nil
  }

  /// Returns the token at `i`, which does not depend on what comes before, and where to read on; nil if there is none.
  func token(at i: Int) -> (token: String?, end: Int) {
    guard let match = longestMatch(at: i) else { return (nil, i + 1) }
    let token = match.spelling ?? lowercased(i..<match.end)
    return (token.isEmpty ? nil : token, match.end)
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
  /// Returns the scalar at `i`; a line feed, which no token contains, beyond the end.
  func at(_ i: Int) -> Unicode.Scalar { i < scalars.count ? scalars[i] : "\n" }

  /// Returns the end of the run of scalars from `i` that satisfy `condition`.
  ///
  /// A run is cut at `tokenLimit`: otherwise a text that looks like an address or a tag at every position
  /// would be read to its end from each, in quadratic time.
  func end(from i: Int, while condition: (Unicode.Scalar) -> Bool) -> Int {
    let limit = min(scalars.count, i + Self.tokenLimit)
    var end = i
    while end < limit, condition(scalars[end]) { end += 1 }
    return end
  }

  static let tokenLimit = 1000

  /// Returns the end of `text` at `i`, compared without case; nil if it differs.
  ///
  /// `text` must be in lower case.
  func end(of text: StaticString, at i: Int) -> Int? {
    text.withUTF8Buffer { bytes in
      for (offset, byte) in bytes.enumerated() where at(i + offset).asciiLowercased != byte {
        return nil
      }
      return i + bytes.count
    }
  }

  /// Returns the text of `range` as one token in lower case.
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
      case "\u{AD}": continue  // a soft hyphen is not part of the word
      case "\u{91}": text.append("`")  // two code points of Windows, control characters elsewhere
      case "\u{92}": text.append("'")
      case let blank where blank.isBlank: text.append("\u{A0}")
      // Unlike Swift, Java applies the final form of sigma at the end of a word.
      case "\u{3A3}" where endsGreekWord(i, in: range):
        text.append("\u{3C2}")
      default: text.append(contentsOf: scalars[i].properties.lowercaseMapping.unicodeScalars)
      }
    }
    return String(text)
  }

  /// Returns true if the letter at `i` ends a word, ignoring digits and marks after it.
  private func endsGreekWord(_ i: Int, in range: Range<Int>) -> Bool {
    guard i > range.lowerBound, scalars[i - 1].properties.isCased else { return false }
    var next = i + 1 < range.upperBound && scalars[i + 1].isHyphen ? i + 2 : i + 1
    while next < range.upperBound, scalars[next].isWordDigit || at(next) == "." || at(next) == "_" {
      next += 1
    }
    return next >= range.upperBound || !scalars[next].properties.isCased
  }
}
