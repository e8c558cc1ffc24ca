/// The character classes of the caption tokenizer.
///
/// The reference supports the Unicode of its time: letters and symbols added after Unicode 6.1, and all
/// characters beyond the basic plane (emoji), separate words like blanks.
extension Unicode.Scalar {
  /// True for a letter, or a mark that the reference treats as one.
  var isWordLetter: Bool {
    if value < 0x80 { return isASCIILetter }
    return value < 0x10000 && (isLetterOfReference || isMarkWithinWords)
  }

  var isASCIILetter: Bool { "a"..."z" ~= self || "A"..."Z" ~= self }

  var isASCIILetterOrDigit: Bool { isASCIILetter || isASCIIDigit }

  var isASCIIDigit: Bool { "0"..."9" ~= self }

  /// True for a digit of any script.
  var isWordDigit: Bool {
    if value < 0x80 { return isASCIIDigit }
    return value < 0x10000 && properties.generalCategory == .decimalNumber && isOfReferenceAge
  }

  /// True for a character that continues a word, including soft hyphens, which are not written.
  var isLetterOrDigit: Bool { isWordLetter || isWordDigit || self == "\u{AD}" }

  /// True for a letter or digit, but not a mark, as in compounds and in words that begin with a digit.
  var isCompoundLetter: Bool { isLetterWithoutMarks || isWordDigit }

  var isLetterWithoutMarks: Bool {
    value < 0x80 ? isASCIILetter : value < 0x10000 && isLetterOfReference
  }

  /// True for an ASCII capital, as in "AT&T".
  var isASCIICapital: Bool { "A"..."Z" ~= self }

  /// True for any of the characters used as the apostrophe in "don't".
  var isApostrophe: Bool { self == "'" || self == "\u{2019}" || self == "\u{92}" }

  /// True for an apostrophe or a character typed in its place.
  var isApostropheLike: Bool {
    switch self {
    case "'", "`", "\u{91}", "\u{92}", "\u{2018}", "\u{2019}", "\u{201B}": true
    default: false
    }
  }

  /// True for ASCII characters other than blanks and control characters.
  var isPlain: Bool { "!"..."~" ~= self }

  /// True for a character that separates tokens within a line, including control characters, so that none
  /// gets into a word.
  var isBlank: Bool {
    switch self {
    case "\0"..." ", "\u{7F}"..."\u{90}", "\u{95}"..."\u{A0}", "\u{2028}", "\u{2029}": true
    default: false
    }
  }

  /// True for a hyphen, as in "well-known", or one of the Unicode hyphens.
  var isHyphen: Bool {
    self == "-" || self == "\u{58A}" || self == "\u{2010}" || self == "\u{2011}"
  }

  /// The ASCII code in lower case; 0 for other characters.
  var asciiLowercased: UInt8 {
    isASCIICapital ? UInt8(truncatingIfNeeded: value) + 32 : value < 0x80 ? UInt8(value) : 0
  }

  private var isLetterOfReference: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      isOfReferenceAge
    default: false
    }
  }

  /// True if the character existed in Unicode 6.1.
  private var isOfReferenceAge: Bool {
    guard let age = properties.age else { return false }
    return age.major < 6 || age.major == 6 && age.minor <= 1
  }

  /// True for accents, vowel signs and letter-like marks within words.
  private var isMarkWithinWords: Bool {
    switch value {
    case 0x02C2...0x0375, 0x0384...0x0385, 0x03F6, 0x0483...0x0487, 0x055A...0x055F,
      0x0591...0x05BD,
      0x05BF, 0x05C1...0x05C2, 0x05C4...0x05C5, 0x05C7, 0x0615...0x061A, 0x064B...0x065E, 0x0670,
      0x06D6...0x06FE, 0x070F...0x07F3, 0x0900...0x0903, 0x093C...0x094E, 0x0951...0x0955,
      0x0962...0x0963, 0x0981...0x09E3, 0x0A01...0x0A4D, 0x0A81...0x0ACD, 0x0B82...0x0BCD,
      0x0C01...0x0C03, 0x0C3E...0x0C56, 0x0D3E...0x0D48, 0x0E31...0x0E3A, 0x0E47...0x0E4E,
      0x0EB1...0x0ECD, 0x1885...0x1886:
      !isSymbol && !isWordDigit && properties.generalCategory != .unassigned
    default: false
    }
  }

  /// True for a sign that is a token by itself: punctuation, mathematical signs, arrows, dingbats.
  var isSymbol: Bool {
    switch value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    case 0xA1...0xA9, 0xAB...0xAC, 0xAE...0xB4, 0xB6...0xB9, 0xBB...0xBF, 0xD7, 0xF7: true
    case 0x037E, 0x0387, 0x0589, 0x05BE, 0x05C0, 0x05C3, 0x05C6, 0x05F3...0x0603, 0x0606...0x060C,
      0x0614, 0x061B, 0x061E...0x061F, 0x066A, 0x066D, 0x06D4, 0x0700...0x070D, 0x07F6...0x07F8,
      0x0964...0x0965, 0x0E3F, 0x0E4F, 0x1FBD:
      true
    case 0x2013...0x2023, 0x2026, 0x2030...0x203B, 0x203E...0x2042, 0x2044, 0x2070, 0x2074...0x207E,
      0x2080...0x208E, 0x20A0, 0x20A4, 0x20AC, 0x2100...0x2101, 0x2103...0x2106, 0x2108...0x2109,
      0x2114, 0x2116...0x2118, 0x211E...0x2123, 0x2125, 0x2127, 0x2129, 0x212E, 0x213A...0x213B,
      0x2140...0x2144, 0x214A...0x214D, 0x214F, 0x2153...0x215E, 0x2190...0x2BFF:
      true
    case 0x3001...0x3002, 0x3012, 0x30FB, 0xFF01...0xFF0F, 0xFF1A...0xFF20, 0xFF3B...0xFF40,
      0xFF5B...0xFF65, 0xFFE0...0xFFE1, 0xFFE5...0xFFE6:
      true
    default: false
    }
  }
}
