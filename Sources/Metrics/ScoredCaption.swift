import Text

/// A caption to be scored, and what people wrote about the same image.
package struct ScoredCaption: Sendable, Equatable {
  /// The words to be scored; there may be none.
  package var candidate: [String]
  /// The words of each human caption; at least one caption, which may be without words.
  package var references: [[String]]

  /// Takes captions that are cut into words already, as coco-caption's tokenizer does.
  package init(candidate: [String], references: [[String]]) {
    (self.candidate, self.references) = (candidate, references)
  }

  /// Cuts captions into words first.
  package init(candidate: String, references: [String], tokenizer: CaptionTokenizer) {
    self.candidate = tokenizer.words(of: candidate)
    self.references = references.map(tokenizer.words(of:))
  }
}
