/// How good captions are while a model learns from it: CIDEr-D among the pictures it learns from.
///
/// The end of a caption is a word of its own, in references too: else a caption that breaks off, as in
/// "a dog runs through the", would be worth as much as one that does not.
package struct CaptionRewards: Sendable {
  private var numbers = CaptionNumbers()
  private let references: [[NumberedCaption]]
  private let cider: CIDErD
  private static let end = "<end>"

  /// - Parameter references: What people wrote of each picture, in words; at least one caption of each.
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

  /// Scores a caption of one of the pictures.
  ///
  /// - Parameters:
  ///   - words: The caption.
  ///   - isFinished: Whether it has ended.
  ///   - picture: Its place among those that the references describe.
  /// - Returns: Its CIDEr-D, in `0...10`.
  package mutating func reward(of words: [String], isFinished: Bool, picture: Int) -> Double {
    let candidate = numbers.numbered(words + (isFinished ? [Self.end] : []))
    return cider.score(of: NumberedImage(candidate: candidate, references: references[picture]))
  }
}
