#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// CIDEr-D (Vedantam et al., 2015), which coco-caption calls CIDEr; words are not stemmed.
///
/// An n-gram weighs more, the fewer images have it in their references. With `h` and `r` the weights of a
/// candidate's and a reference's n-grams and `δ` their difference in length, in words,
///
///     CIDEr-D = 10 · mean over references and n of e^(-δ² / 2σ²) · Σ min(h, r) r / (|h| |r|)
struct CIDErD {
  /// The number of images with each n-gram in their references; indexed by `n - 1`, then by n-gram.
  private let imageCounts: [[Int]]
  /// The weight of an n-gram in nats, indexed by its number of images: `ln images - ln number`.
  private let rarities: [Double]
  /// Computes the weights from the references of `images`, which have `ngramCounts` distinct n-grams for n =
  /// 1, 2, 3, 4.
  init(describing images: [NumberedImage], ngramCounts: [Int]) {
    self.init(
      imageCounts: Metrics.imageCounts(of: images, ngramCounts: ngramCounts),
      totalCount: images.count)
  }

  /// Takes the weights from `frequencies`, else from the references of `images`.
  init(
    describing images: [NumberedImage], _ numbers: CaptionNumbers,
    _ frequencies: DocumentFrequencies?
  ) {
    if let frequencies {
      self.init(
        imageCounts: frequencies.counts(in: numbers), totalCount: frequencies.pictureCount)
    } else {
      self.init(describing: images, ngramCounts: numbers.ngramCounts)
    }
  }

  /// - Parameters:
  ///   - imageCounts: The number of images with each n-gram; indexed by `n - 1`, then by n-gram.
  ///   - totalCount: The number of images that they were counted in.
  init(imageCounts: [[Int]], totalCount: Int) {
    self.imageCounts = imageCounts
    let all = log(Double(totalCount))
    rarities = (0...totalCount).map { all - log(Double(max(1, $0))) }
  }

  /// The variants of the score.
  enum Variant {
    /// CIDEr-D, which clips counts and punishes other lengths.
    case robust
    /// CIDEr as it was first defined, which does neither; words are not stemmed.
    case plain
  }

  /// Returns the score of one of the images, in `0...10`; zero if it is the only one.
  func score(of image: NumberedImage, _ variant: Variant = .robust) -> Double {
    let lengths = lengths(of: image.candidate)
    let sum = image.references.reduce(0) { sum, reference in
      sum + similarity(image.candidate, lengths, reference, variant)
    }
    return 10 * sum / Double(image.references.count)
  }

  /// Returns the plain similarity of two captions, in `0...1`.
  func plainSimilarity(_ a: NumberedCaption, _ b: NumberedCaption) -> Double {
    similarity(a, lengths(of: a), b, .plain)
  }

  /// Returns the mean over n, in `0...1`; `lengths` are the norms of the candidate.
  private func similarity(
    _ candidate: NumberedCaption, _ lengths: [Double], _ reference: NumberedCaption,
    _ variant: Variant
  ) -> Double {
    let referenceLengths = self.lengths(of: reference)
    var sum = 0.0
    for order in candidate.ngrams.indices {
      var product = 0.0
      forEachShared(candidate.ngrams[order], reference.ngrams[order]) { _, candidate, reference in
        let (h, r) = (weight(candidate, order), weight(reference, order))
        product += (variant == .plain ? h : min(h, r)) * r
      }
      let scale = lengths[order] * referenceLengths[order]
      sum += scale > 0 ? product / scale : product
    }
    if variant == .plain { return sum / Double(candidate.ngrams.count) }
    // Coco-caption counts bigrams. That differs by another number only for a caption without words, which
    // shares no n-gram.
    let difference = Double(candidate.wordCount - reference.wordCount)
    let sigma = 6.0
    let penalty = exp(-difference * difference / (2 * sigma * sigma))
    return penalty * sum / Double(candidate.ngrams.count)
  }

  /// Returns the Euclidean norms of a caption's weights, for n = 1, 2, 3, 4.
  private func lengths(of caption: NumberedCaption) -> [Double] {
    caption.ngrams.indices.map { order in
      let squares = caption.ngrams[order].reduce(0) { sum, ngram in
        let weight = weight(ngram, order)
        return sum + weight * weight
      }
      return squares.squareRoot()
    }
  }

  private func weight(_ ngram: NgramCount, _ order: Int) -> Double {
    let counts = imageCounts[order]
    // An n-gram first seen after the images were counted occurs in no references.
    let imageCount = Int(ngram.ngram) < counts.count ? counts[Int(ngram.ngram)] : 0
    return Double(ngram.count) * rarities[imageCount]
  }
}

/// Returns the number of images with each n-gram in their references; indexed by `n - 1`, then by n-gram.
func imageCounts(of images: [NumberedImage], ngramCounts: [Int]) -> [[Int]] {
  ngramCounts.indices.map { countImages(of: images, order: $0, ngramCount: ngramCounts[$0]) }
}

/// Returns the number of images with each n-gram in their references, where n is `order` + 1.
private func countImages(of images: [NumberedImage], order: Int, ngramCount: Int) -> [Int] {
  var counts = Array(repeating: 0, count: ngramCount)
  // The last image with each n-gram, so that it counts only once per image.
  var lastImages = Array(repeating: -1, count: ngramCount)
  for image in images.indices {
    for reference in images[image].references {
      for ngram in reference.ngrams[order] where lastImages[Int(ngram.ngram)] != image {
        lastImages[Int(ngram.ngram)] = image
        counts[Int(ngram.ngram)] += 1
      }
    }
  }
  return counts
}
