import ArgumentParser
import Text

/// The option for the tokenizer of captions that are counted or scored.
struct TokenizerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Splits captions into words: english (default), as coco-caption does, or unicode, for any language.",
      discussion: """
        unicode follows Unicode's word boundaries; characters of Chinese, Japanese and Thai, among others, are words \
        of their own. A model keeps the one that it was trained with.
        """, valueName: "name"))
  var tokenizer: TokenizerArgument?

  func validate() throws {
    guard tokenizer?.mergeCount == nil else {
      throw ValidationError(
        "--tokenizer bpe is for train: pieces of words are never scored or counted. Choose unicode, whose words it "
          + "splits.")
    }
  }

  /// The chosen tokenizer, or the usual one.
  var chosen: CaptionTokenizer { CaptionTokenizer(tokenizer?.kind ?? .english) }
}

/// The option for the tokenizer of captions that are learned from.
struct LearnedTokenizerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Splits captions into words: english (default), as coco-caption does, unicode, for any language, or bpe.",
      discussion: """
        unicode follows Unicode's word boundaries; characters of Chinese, Japanese and Thai, among others, are words \
        of their own. bpe spells unicode's words in pieces (byte pair encoding; Sennrich et al., 2016), so that rare \
        words can be written; bpe:4000 makes at most 4,000 merges rather than \
        \(TokenizerArgument.usualMergeCount.grouped), of pairs that occur --min-count times, and --max-words counts \
        pieces. A model keeps its tokenizer; scores are of whole words.
        """, valueName: "name"))
  var tokenizer: TokenizerArgument?

  func validate() throws {
    if let count = tokenizer?.mergeCount { try check("--tokenizer bpe", count, in: 1...100_000) }
  }

  /// The chosen tokenizer, or the usual one.
  var chosen: TokenizerArgument { tokenizer ?? TokenizerArgument(.english) }
}

/// A tokenizer, as the command line names it: "english", "unicode", "bpe" or "bpe:2000".
struct TokenizerArgument: ExpressibleByArgument {
  static let usualMergeCount = 2000

  let kind: CaptionTokenizer.Kind
  /// The most merges of byte pair encoding; nil without it.
  var mergeCount: Int?

  init(_ kind: CaptionTokenizer.Kind) { self.kind = kind }

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    if parts[0] == "bpe", parts.count <= 2 {
      let count = parts.count == 1 ? Self.usualMergeCount : Int(parts[1])
      guard let count else { return nil }
      (kind, mergeCount) = (.unicode, count)
    } else {
      guard let kind = CaptionTokenizer.Kind(rawValue: argument) else { return nil }
      self.kind = kind
    }
  }

  var text: String { mergeCount.map { "bpe:\($0)" } ?? kind.rawValue }
}

extension Vocabulary {
  /// Throws if the model writes pieces of words, for an option that needs whole ones.
  func requireWholeWords(for option: String) throws(Failure) {
    guard pieces == nil else {
      throw Failure(
        "\(option): the model spells words in pieces, and the option is for whole words. Leave it out.",
        .configuration)
    }
  }
}
