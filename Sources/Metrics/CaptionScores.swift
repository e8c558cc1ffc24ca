/// How close captions come to human ones, by the rules and with the numbers of coco-caption
/// (pycocoevalcap; Chen et al., 2015).
///
/// All sums run in the order of the captions and of the words in them, so that the same captions
/// give the same bits.
package struct CaptionScores: Sendable, Equatable {
  /// The scores of all captions together: their means, but for BLEU, which adds up what it counts.
  package let corpus: CaptionScore
  /// The scores of each caption, in the order given; CIDEr's depend on the other images too.
  package let images: [CaptionScore]
  /// What the corpus's BLEU is made of.
  package let bleuCounts: BLEUCounts
  /// How much the captions differ from each other.
  package let distinct: DistinctCaptions

  /// Scores one caption per image; each needs at least one reference.
  ///
  /// Of no captions at all every score is zero.
  package init(scoring captions: [ScoredCaption]) {
    var numbers = CaptionNumbers()
    let images = captions.map { NumberedImage($0, numbers: &numbers) }
    let cider = CIDErD(describing: images, ngramCounts: numbers.ngramCounts)
    let counts = images.map(BLEUCounts.init)

    self.images = zip(images, counts).map { image, counts in
      CaptionScore(bleu: counts.scores, rougeL: rougeL(image), cider: cider.score(of: image))
    }
    bleuCounts = counts.reduce(.zero, +)
    corpus = CaptionScore(
      bleu: bleuCounts.scores, rougeL: mean(self.images, of: \.rougeL),
      cider: mean(self.images, of: \.cider))
    distinct = DistinctCaptions(
      among: captions.map(\.candidate), numbered: images.map(\.candidate))
  }
}

/// The scores of one caption, or of all; the higher, the closer to what people wrote.
package struct CaptionScore: Sendable, Equatable {
  /// BLEU-1 to BLEU-4, four numbers in `0...1`.
  package var bleu: [Double]
  /// ROUGE-L, in `0...1`.
  package var rougeL: Double
  /// CIDEr-D, in `0...10`; zero where there is one image only.
  package var cider: Double
}

/// A caption and its references as numbers.
struct NumberedImage: Sendable {
  let candidate: NumberedCaption
  let references: [NumberedCaption]

  init(candidate: NumberedCaption, references: [NumberedCaption]) {
    (self.candidate, self.references) = (candidate, references)
  }

  init(_ caption: ScoredCaption, numbers: inout CaptionNumbers) {
    precondition(!caption.references.isEmpty, "a caption needs a reference to be scored against")
    candidate = numbers.numbered(caption.candidate)
    references = caption.references.map { numbers.numbered($0) }
  }
}

private func mean(_ scores: [CaptionScore], of score: KeyPath<CaptionScore, Double>) -> Double {
  scores.reduce(0) { $0 + $1[keyPath: score] } / Double(max(1, scores.count))
}
