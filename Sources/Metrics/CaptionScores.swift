/// The scores of captions against human captions, identical to those of coco-caption (pycocoevalcap; Chen et
/// al., 2015).
///
/// All sums follow the order of the captions and of their words, so that the same captions give bit-identical
/// scores.
package struct CaptionScores: Sendable, Equatable {
  /// The scores over all captions: means, except for BLEU, which sums its counts.
  package let corpus: CaptionScore
  /// The scores of each caption in the given order; CIDEr-D depends on the other images, too.
  package let images: [CaptionScore]
  /// The counts of the corpus's BLEU.
  package let bleuCounts: BLEUCounts
  /// The counts of each caption's BLEU.
  package let imageBLEUCounts: [BLEUCounts]

  /// Scores one caption per image; each needs at least one reference.
  ///
  /// Without captions, all scores are zero.
  ///
  /// - Parameters:
  ///   - captions: The captions, with the human captions of the same images.
  ///   - frequencies: The weights of CIDEr's n-grams; nil for those of the references.
  ///   - hasPlainCIDEr: True to compute plain CIDEr, too, which is 0 otherwise.
  package init(
    scoring captions: [ScoredCaption], frequencies: DocumentFrequencies? = nil,
    withPlainCIDEr hasPlainCIDEr: Bool = false
  ) {
    var numbers = CaptionNumbers()
    let images = captions.map { NumberedImage($0, numbers: &numbers) }
    let cider = CIDErD(describing: images, numbers, frequencies)
    let counts = images.map(BLEUCounts.init)

    self.images = zip(images, counts).map { image, counts in
      CaptionScore(
        bleu: counts.scores, rougeL: rougeL(image), cider: cider.score(of: image),
        plainCIDEr: hasPlainCIDEr ? cider.score(of: image, .plain) : 0)
    }
    imageBLEUCounts = counts
    bleuCounts = counts.reduce(into: .zero) { $0 += $1 }
    corpus = CaptionScore(
      bleu: bleuCounts.scores, rougeL: mean(self.images, of: \.rougeL),
      cider: mean(self.images, of: \.cider), plainCIDEr: mean(self.images, of: \.plainCIDEr))
  }
}

/// The scores of one caption or of a corpus; higher is closer to the references.
package struct CaptionScore: Sendable, Equatable {
  /// BLEU-1 to BLEU-4, each in `0...1`.
  package var bleu: [Double]
  /// ROUGE-L, in `0...1`.
  package var rougeL: Double
  /// CIDEr-D, in `0...10`; zero for a single image.
  package var cider: Double
  /// CIDEr as it was first defined, without clipped counts and the penalty of other lengths, in `0...10`.
  package var plainCIDEr = 0.0
}

/// A caption and its references as indices.
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
