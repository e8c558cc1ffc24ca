import ArgumentParser
import Text

/// The option for the tokenizer.
struct TokenizerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Splits captions into words: english (default), as coco-caption does, or unicode, for any language.",
      discussion: """
        unicode follows Unicode's word boundaries; characters of Chinese, Japanese and Thai, among others, are words \
        of their own. A model keeps the one that it was trained with.
        """, valueName: "name"))
  var tokenizer: CaptionTokenizer.Kind?

  /// The chosen tokenizer, or the usual one.
  var chosen: CaptionTokenizer { CaptionTokenizer(tokenizer ?? .english) }
}

extension CaptionTokenizer.Kind: ExpressibleByArgument {}
