import Dispatch
import Synchronization
import Text

/// The statistics of the captions of a data set.
package struct CaptionSurvey: Sendable {
  /// The number of words of each caption, picture by picture.
  package var lengths: [[Int]] = []
  package var counts = WordCounts()
  /// Captions that look like mistakes.
  package var oddities: [Oddity] = []

  package struct Oddity: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
      case tooLong = "caption_too_long"
      case withoutWords = "caption_without_words"
      case oneWordRepeated = "caption_repeats_a_word"
      case controlCharacters = "caption_control_characters"
      case markup = "caption_markup"
      case repeated = "caption_repeated"
    }
    package let kind: Kind
    /// The indices of the picture in the data set and of its caption.
    package let picture: Int
    package let caption: Int
  }

  /// The maximum number of words of a sensible caption; the longest of COCO's captions has 50.
  package static let longestSensibleCaption = 60

  private init() {}

  /// Tokenizes all captions of `dataset`, on `threadCount` threads.
  package init(
    _ dataset: CaptionDataset, threadCount: Int, tokenizer: CaptionTokenizer = CaptionTokenizer()
  ) {
    let examples = dataset.examples
    let partCount = max(1, min(threadCount, examples.count))
    let parts = Mutex([CaptionSurvey?](repeating: nil, count: partCount))
    DispatchQueue.concurrentPerform(iterations: partCount) { part in
      let range = examples.count * part / partCount..<examples.count * (part + 1) / partCount
      var survey = CaptionSurvey()
      for index in range { survey.add(examples[index].captions, of: index, tokenizer) }
      parts.withLock { [survey] in $0[part] = survey }
    }
    for case let part? in parts.withLock({ $0 }) {
      lengths += part.lengths
      oddities += part.oddities
      counts.add(part.counts)
    }
  }

  private mutating func add(
    _ captions: [String], of picture: Int, _ tokenizer: CaptionTokenizer
  ) {
    lengths.append([])
    for (index, caption) in captions.enumerated() {
      let words = tokenizer.words(of: caption)
      lengths[lengths.count - 1].append(words.count)
      counts.add(words)
      var kinds = Self.oddities(of: caption, words)
      if captions[..<index].contains(caption) { kinds.append(.repeated) }
      oddities += kinds.map { Oddity(kind: $0, picture: picture, caption: index) }
    }
  }

  private static func oddities(of caption: String, _ words: [String]) -> [Oddity.Kind] {
    var kinds: [Oddity.Kind] = []
    if words.isEmpty { kinds.append(.withoutWords) }
    if words.count > longestSensibleCaption { kinds.append(.tooLong) }
    if words.count >= 3, words.allSatisfy({ $0 == words[0] }) { kinds.append(.oneWordRepeated) }
    if hasControlCharacters(caption) { kinds.append(.controlCharacters) }
    if hasMarkup(caption) { kinds.append(.markup) }
    return kinds
  }

  /// Returns true if there is a control character, or a sign of text decoded with the wrong
  /// encoding.
  private static func hasControlCharacters(_ caption: String) -> Bool {
    if caption.utf8.allSatisfy({ 0x20 <= $0 && $0 < 0x7F }) { return false }
    return caption.unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0..<0x20, 0x7F...0x9F, 0xFEFF, 0xFFFD: true
      default: false
      }
    }
  }

  /// Returns true if there is a URL, an HTML tag or an HTML entity.
  private static func hasMarkup(_ caption: String) -> Bool {
    // Of 600,000 captions nearly none holds one of these bytes.
    let isSuspicious = caption.utf8.contains {
      $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "/")
        || $0 == UInt8(ascii: "w") || $0 == UInt8(ascii: "W")
    }
    guard isSuspicious else { return false }
    let text = Array(caption.utf8)
    return ["http://", "https://", "www.", "</", "<br", "&amp;", "&quot;", "&lt;", "&gt;", "&#"]
      .contains { text.hasSubsequence($0) } || hasTag(text)
  }

  /// Returns true if a letter follows a "<", and a ">" comes later.
  private static func hasTag(_ text: [UInt8]) -> Bool {
    text.indices.dropLast().contains { i in
      text[i] == UInt8(ascii: "<") && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(text[i + 1])
        && text[i...].contains(UInt8(ascii: ">"))
    }
  }
}

extension [UInt8] {
  /// Returns true if it contains `other`, given in lower case, in any case.
  fileprivate func hasSubsequence(_ other: StaticString) -> Bool {
    other.withUTF8Buffer { other in
      indices.dropLast(Swift.min(count, other.count - 1)).contains { start in
        other.indices.allSatisfy { offset in
          let byte = self[start + offset]
          return (65...90).contains(byte) ? byte + 32 == other[offset] : byte == other[offset]
        }
      }
    }
  }
}
