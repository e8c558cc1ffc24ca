/// Splits captions of any language into lower-case words.
///
/// Words end where Unicode's word boundaries are (UAX #29): an apostrophe or a full stop between letters, and a comma
/// or a full stop between digits, belong to the word; so do marks and the underscore. Characters of Chinese and
/// Japanese, Thai, Lao, Khmer and Myanmar, which are written without blanks, are words of their own. What holds no
/// letter, digit or number is left out: punctuation, symbols, emoji.
struct UnicodeWords {
  private enum Kind { case letter, digit, joiner, alone, blank }

  /// Returns at most `limit` words.
  static func words(of caption: some Sequence<Character>, limit: Int) -> [String] {
    var words: [String] = []
    var word = ""
    // Marks that belong to the word only if another letter or digit follows.
    var waiting = ""
    var last = Kind.blank
    func end() {
      if word.unicodeScalars.contains(where: isTelling) { words.append(word) }
      (word, waiting, last) = ("", "", .blank)
    }
    for character in caption {
      if words.count >= limit { return words }
      let lower = character.lowercased()
      switch kind(of: character) {
      case .alone:
        end()
        words.append(lower)
      case .letter where waiting.isEmpty || last == .letter && waiting.allSatisfy(joinsLetters):
        (word, waiting, last) = (word + waiting + lower, "", .letter)
      case .digit where waiting.isEmpty || last == .digit && waiting.allSatisfy(joinsDigits):
        (word, waiting, last) = (word + waiting + lower, "", .digit)
      case .letter, .digit:
        end()
        (word, last) = (lower, kind(of: character))
      case .joiner where character == "_":
        (word, waiting, last) = (word + waiting + lower, "", last == .blank ? .letter : last)
      case .joiner where waiting.isEmpty && last != .blank: waiting = lower
      case .joiner, .blank: end()
      }
    }
    end()
    return Array(words.prefix(limit))
  }

  private static func kind(of character: Character) -> Kind {
    guard let scalar = character.unicodeScalars.first else { return .blank }
    if isWrittenWithoutBlanks(scalar) { return .alone }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .letterNumber, .nonspacingMark, .spacingMark, .enclosingMark:
      return .letter
    case .decimalNumber, .otherNumber: return .digit
    default:
      return character == "_" || joinsLetters(character) || joinsDigits(character)
        ? .joiner : .blank
    }
  }

  /// MidLetter and MidNumLet.
  private static func joinsLetters(_ character: Character) -> Bool {
    "'’.:·‧․".contains(character) || character == "\u{05F4}" || character == "\u{200D}"
  }

  /// MidNum and MidNumLet.
  private static func joinsDigits(_ character: Character) -> Bool { "'’.,;٬٫".contains(character) }

  private static func isTelling(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .letterNumber, .decimalNumber, .otherNumber:
      true
    default: false
    }
  }

  /// True for scripts whose words no blanks separate.
  static func isWrittenWithoutBlanks(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0E01...0x0E3A, 0x0E40...0x0E4E,  // Thai
      0x0E81...0x0ECD, 0x0EDC...0x0EDF,  // Lao
      0x1000...0x103F, 0x104E...0x108F,  // Myanmar
      0x1780...0x17D3, 0x17D7,  // Khmer
      0x3005...0x3007, 0x3031...0x3035, 0x303B,  // ideographic marks
      0x3041...0x3096, 0x309D...0x309F,  // Hiragana
      0x30A1...0x30FA, 0x30FC...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F,  // Katakana
      0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFD:  // ideographs
      true
    default: false
    }
  }

  /// Joins words into a sentence, without blanks where the script has none.
  static func sentence(_ words: [String]) -> String {
    var sentence = ""
    var previous: Unicode.Scalar?
    for word in words {
      let first = word.unicodeScalars.first
      if let previous, let first,
        !(isWrittenWithoutBlanks(previous) && isWrittenWithoutBlanks(first))
      {
        sentence += " "
      }
      sentence += word
      previous = word.unicodeScalars.last
    }
    return sentence
  }
}
