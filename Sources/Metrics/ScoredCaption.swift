import Text

/// A caption to score, with the human captions of the same image.
package struct ScoredCaption: Sendable, Equatable {
  /// The words of the caption, possibly none.
  package var candidate: [String]
  /// The words of each human caption; at least one caption, possibly without words.
  package var references: [[String]]

  /// Creates it from captions already split into words by coco-caption's tokenizer.
  package init(candidate: [String], references: [[String]]) {
    (self.candidate, self.references) = (candidate, references)
  }

  /// Creates it from captions that `tokenizer` splits into words.
  package init(candidate: String, references: [String], tokenizer: CaptionTokenizer) {
    self.candidate = tokenizer.words(of: candidate)
    self.references = references.map(tokenizer.words(of:))
  }
}
