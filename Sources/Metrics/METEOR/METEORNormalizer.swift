/// Splits captions into words as METEOR 1.5 does with `-norm`, which keeps punctuation.
///
/// Its rules are those of the tokenizer of Moses for English, and more: dashes within words become blanks,
/// quotation marks are unified, and abbreviations such as "u.s." lose their dots. Numbers are not unified:
/// "1,000", "1000", "2" and "two" are different words.
struct METEORNormalizer: Sendable {
  /// Words that keep their final dot at the end of a caption and before anything.
  var abbreviations: Set<String> = ["rev", "v", "vs"]
  /// Words that keep their final dot before a number.
  var abbreviationsBeforeNumbers: Set<String> = ["pp"]

  /// Returns the words of a caption that other rules have split into tokens.
  func words(of tokens: [String]) -> [String] {
    let arePlain = tokens.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isPlain) }
    return arePlain ? tokens : words(of: tokens.joined(separator: " "))
  }

  /// Returns the words of a caption in lower case.
  func words(of caption: String) -> [String] {
    if let words = plainWords(of: caption) { return words }
    let text = separated(caption)
    let words = text.split { isBlank($0) }
    return words.indices.flatMap { i in
      withoutDots(words[i], next: i + 1 < words.count ? words[i + 1] : [])
    }
  }

  /// Splits a caption of ASCII letters, digits and single blanks only, as most are, for which there are no
  /// rules.
  private func plainWords(of caption: String) -> [String]? {
    let isAllPlain = caption.utf8.allSatisfy { $0 == 0x20 || isPlain($0) }
    return isAllPlain ? caption.utf8.split(separator: 0x20).map { String($0) ?? "" } : nil
  }

  /// Returns the text with blanks around what is no part of a word, except for single dots.
  private func separated(_ caption: String) -> [UInt32] {
    // A blank at both ends, so that rules on neighbors hold there, too.
    var text: [UInt32] = [blank]
    for scalar in caption.unicodeScalars {
      let c = scalar.value
      let isPart = isAlphanumeric(c) || isASCIIBlank(c) || ".'`,-\u{2018}\u{2019}".has(c)
      text += isPart ? [c] : [blank, c, blank]
    }
    text.append(blank)
    text = ellipsesJoined(text)

    text = text.spacing(comma, after: !isDigit, before: !isDigit)
    text = text.spacing(comma, after: isDigit, before: !isDigit)
    text = text.spacing(comma, after: !isDigit, before: isDigit)

    text = text.map { "`\u{2018}\u{2019}".has($0) ? apostrophe : $0 == 0x2013 ? dash : $0 }
    text = text.map { [0x201C, 0x201D].contains($0) ? quote : $0 }
    text = text.replacingPairs(of: apostrophe, by: [blank, quote, blank])
    text = text.replacingPairs(of: dash, by: [dash])
    text = text.replacing(
      dash, by: [blank], after: { isAlphanumeric($0) || $0 == dot }, before: isAlphanumeric)
    return contractionsSplit(text)
  }

  /// Splits at apostrophes: "it's" is `it 's`, and an apostrophe beside no letter is a word.
  private func contractionsSplit(_ text: [UInt32]) -> [UInt32] {
    text.spacing(apostrophe, after: !isLetter, before: !isLetter)
      .spacing(apostrophe, after: { !isLetter($0) && !isDigit($0) }, before: isLetter)
      .spacing(apostrophe, after: isLetter, before: !isLetter)
      .replacing(apostrophe, by: [blank, apostrophe], after: isLetter, before: isLetter)
      .replacing(apostrophe, by: [blank, apostrophe], after: isDigit, before: { $0 == letterS })
  }

  /// Makes one word of several dots in a row.
  private func ellipsesJoined(_ text: [UInt32]) -> [UInt32] {
    var joined: [UInt32] = []
    var rest = text[...]
    while let c = rest.first {
      let dots = rest.prefix { $0 == dot }
      if dots.count > 1 {
        joined += [blank] + dots.map { _ in joinedDot } + [blank]
        rest = rest.dropFirst(dots.count)
      } else {
        joined.append(c)
        rest = rest.dropFirst()
      }
    }
    return joined
  }

  /// Splits the final dot off a word, or removes or keeps it.
  private func withoutDots(_ word: ArraySlice<UInt32>, next: ArraySlice<UInt32>) -> [String] {
    guard word.count > 1, word.last == dot else { return texts(of: word) }
    let start = word.dropLast()
    if start.contains(dot), start.contains(where: isLetter) {
      return texts(of: word.filter { $0 != dot }[...])
    }
    let isBeforeLowerCase = next.first.map { 0x61...0x7A ~= $0 } ?? false
    let abbreviation = text(start)
    if isBeforeLowerCase || abbreviations.contains(abbreviation)
      || abbreviationsBeforeNumbers.contains(abbreviation) && (next.first.map(isDigit) ?? false)
    {
      return texts(of: word)
    }
    return texts(of: start) + ["."]
  }

  /// Returns a word in lower case, in its parts if there are blanks beyond ASCII within.
  private func texts(of word: ArraySlice<UInt32>) -> [String] {
    word.split { isWideBlank($0) }.map { text($0).lowercased() }
  }

  private func text(_ word: ArraySlice<UInt32>) -> String {
    var text = String.UnicodeScalarView()
    for c in word {
      if let scalar = Unicode.Scalar(c == joinedDot ? dot : c) { text.append(scalar) }
    }
    return String(text)
  }
}

private let blank: UInt32 = 0x20
private let comma: UInt32 = 0x2C
private let dash: UInt32 = 0x2D
private let dot: UInt32 = 0x2E
private let apostrophe: UInt32 = 0x27
private let quote: UInt32 = 0x22
private let letterS: UInt32 = 0x73
/// Stands for a dot of an ellipsis; no scalar has this value.
private let joinedDot: UInt32 = 0x11_0000

/// The blanks of Java's regular expressions.
private func isASCIIBlank(_ c: UInt32) -> Bool { c == blank || 0x09...0x0D ~= c }
/// The blanks between words, of Java's `StringTokenizer`.
private func isBlank(_ c: UInt32) -> Bool { isASCIIBlank(c) && c != 0x0B }
/// Blanks beyond ASCII, which part words at last.
private func isWideBlank(_ c: UInt32) -> Bool {
  0x2000...0x200A ~= c || [0xA0, 0x202F, 0x205F, 0x3000].contains(c)
}
private func isDigit(_ c: UInt32) -> Bool { 0x30...0x39 ~= c }
/// Returns true for ASCII's lower-case letters and digits, for which there are no rules.
private func isPlain(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte || 0x30...0x39 ~= byte }

/// The letters of METEOR's rules: Latin and Cyrillic; others stand alone.
private func isLetter(_ c: UInt32) -> Bool {
  if c < 0x80 { return 0x41...0x5A ~= c || 0x61...0x7A ~= c }
  return 0xC0...0x17E ~= c && c != 0xD7 && c != 0xF7 || 0x400...0x527 ~= c || 0x1D00...0x1D7F ~= c
    || 0xA640...0xA66E ~= c || 0xA67E...0xA697 ~= c
}
private func isAlphanumeric(_ c: UInt32) -> Bool { isLetter(c) || isDigit(c) }

private prefix func ! (test: @escaping (UInt32) -> Bool) -> (UInt32) -> Bool { { !test($0) } }

extension String {
  fileprivate func has(_ c: UInt32) -> Bool { unicodeScalars.contains { $0.value == c } }
}

extension [UInt32] {
  /// Puts blanks around `mark` where it stands between such neighbors.
  fileprivate func spacing(
    _ mark: UInt32, after isBefore: (UInt32) -> Bool, before isAfter: (UInt32) -> Bool
  ) -> Self {
    replacing(mark, by: [blank, mark, blank], after: isBefore, before: isAfter)
  }

  /// Replaces `mark` where it stands between such neighbors.
  ///
  /// As in a regular expression, the neighbor behind is not the neighbor before another mark.
  fileprivate func replacing(
    _ mark: UInt32, by new: [UInt32], after isBefore: (UInt32) -> Bool,
    before isAfter: (UInt32) -> Bool
  ) -> Self {
    guard contains(mark) else { return self }
    var result: Self = []
    var i = 0
    while i < count {
      result.append(self[i])
      if i + 2 < count, self[i + 1] == mark, isBefore(self[i]), isAfter(self[i + 2]) {
        result += new + [self[i + 2]]
        i += 3
      } else {
        i += 1
      }
    }
    return result
  }

  /// Replaces each two of a mark in a row.
  fileprivate func replacingPairs(of mark: UInt32, by new: [UInt32]) -> Self {
    var result: Self = []
    var i = 0
    while i < count {
      let isPair = i + 1 < count && self[i] == mark && self[i + 1] == mark
      result += isPair ? new : [self[i]]
      i += isPair ? 2 : 1
    }
    return result
  }
}
