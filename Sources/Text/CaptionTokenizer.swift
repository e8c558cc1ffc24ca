/// Splits a caption into lower-case words, and joins words into a sentence.
///
/// A model is trained, used and scored with the same tokenizer, which `tokenizer_config.json` names.
package struct CaptionTokenizer: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    /// As coco-caption splits captions before it scores them.
    ///
    /// The words are those of Stanford's PTBTokenizer 3.4.1 (`-preserveLines -lowerCase`) without the punctuation that
    /// coco-caption removes, so that training and all scores use the same words. It was written from the tokenizer's
    /// observed behaviour (scripts/fixtures/tokenizer.py), including its oddities: "-lrb-" for a bracket, "cents" for
    /// ¢, no emoji. A token of several parts, "1 1/2", contains no-break spaces, as there.
    ///
    /// Each caption is tokenized on its own. The reference looks beyond the end of a line: it drops the stop of
    /// "vitamin C." at the end of a caption if the next caption begins with a word such as "The".
    case english
    /// By Unicode's word boundaries, for any language; see `UnicodeWords`.
    case unicode
  }

  /// The identity stored in `tokenizer_config.json`, so that a model is only used with captions tokenized in
  /// the same way.
  package struct Identity: Codable, Hashable, Sendable {
    package var type: String
    package var version: Int

    package init(type: String, version: Int) {
      self.type = type
      self.version = version
    }
  }

  /// The maximum number of words returned for a caption; the rest is silently dropped.
  ///
  /// Human captions have fewer than 100, and a hostile file must not exhaust memory.
  package static let wordLimit = 1000
  /// The maximum number of Unicode scalars read from a caption, for the same reason.
  package static let lengthLimit = 1 << 15

  package let kind: Kind

  package init(_ kind: Kind = .english) { self.kind = kind }

  /// Returns the tokenizer of an identity; nil if there is none.
  package init?(_ identity: Identity) {
    guard let kind = Kind.allCases.first(where: { CaptionTokenizer($0).identity == identity })
    else {
      return nil
    }
    self.init(kind)
  }

  package var identity: Identity {
    switch kind {
    case .english: Identity(type: "ptb-lower", version: 1)
    case .unicode: Identity(type: "unicode-words", version: 1)
    }
  }

  /// Returns the words of `caption`, at most `wordLimit`; line breaks separate words like blanks.
  package func words(of caption: String) -> [String] {
    switch kind {
    case .english: englishWords(of: caption)
    case .unicode:
      UnicodeWords.words(of: caption.prefix(Self.lengthLimit), limit: Self.wordLimit)
    }
  }

  /// Returns the words as a readable sentence: "the man's dog", "(left)".
  package func sentence(of words: [String]) -> String {
    switch kind {
    case .english: readableSentence(words)
    case .unicode: UnicodeWords.sentence(words)
    }
  }

  private func englishWords(of caption: String) -> [String] {
    let words = caption.utf8.withContiguousStorageIfAvailable { bytes -> [String]? in
      guard bytes.count <= Self.lengthLimit, bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
      var words: [String] = []
      words.reserveCapacity(min(bytes.count / 4 + 1, Self.wordLimit))
      var plain = PlainWords(bytes)
      plain.forEachToken { token in
        if !isPunctuation(token) { words.append(token) }
        return words.count < Self.wordLimit
      }
      return words
    }
    if let words, let words { return words }
    return scannedWords(of: caption)
  }

  /// Returns the words of an English caption, which may have any characters.
  func scannedWords(of caption: String) -> [String] {
    var scanner = TokenScanner(caption, lengthLimit: Self.lengthLimit)
    var words: [String] = []
    while words.count < Self.wordLimit, let token = scanner.next() {
      if !isPunctuation(token) { words.append(token) }
    }
    return words
  }

  /// Returns true if coco-caption removes `token`.
  ///
  /// Its list has brackets in capitals, "-LRB-", but tokens are in lower case, so brackets are kept.
  private func isPunctuation(_ token: String) -> Bool {
    // Nearly all tokens begin with a letter. And Swift compares the Greek question mark as equal to a semicolon;
    // coco-caption does not.
    guard token.utf8.count <= 3, token.utf8.first ?? 0 < UInt8(ascii: "a") else { return false }
    return switch token {
    case "''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";": true
    default: false
    }
  }
}
