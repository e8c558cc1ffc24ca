/// Rewards of captions during training: their CIDEr-D among the training images.
///
/// The end of a caption counts as a word, in references too. Otherwise a caption that breaks off, as in "a
/// dog runs through the", would score as high as a complete one.
package struct CaptionRewards: Sendable {
  private var numbers = CaptionNumbers()
  private let references: [[NumberedCaption]]
  private let cider: CIDErD
  private static let end = "<end>"

  /// - Parameter references: The human captions of each image, as words; at least one per image.
  package init(references: [[[String]]]) {
    var numbers = CaptionNumbers()
    let images = references.map { captions in
      NumberedImage(
        ScoredCaption(candidate: [], references: captions.map { $0 + [Self.end] }),
        numbers: &numbers)
    }
    self.references = images.map(\.references)
    cider = CIDErD(describing: images, ngramCounts: numbers.ngramCounts)
    self.numbers = numbers
  }

  /// Returns the reward of a caption for one of the images.
  ///
  /// - Parameters:
  ///   - words: The words of the caption.
  ///   - isFinished: True if the caption ended with the end token.
  ///   - picture: The index of the image among the references.
  /// - Returns: The CIDEr-D of the caption, in `0...10`.
  package mutating func reward(of words: [String], isFinished: Bool, picture: Int) -> Double {
    let candidate = numbers.numbered(words + (isFinished ? [Self.end] : []))
    return cider.score(of: NumberedImage(candidate: candidate, references: references[picture]))
  }
}
