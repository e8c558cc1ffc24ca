/// A score, or a family of scores, under the name that users type.
package enum Metric: String, Sendable, CaseIterable {
  /// BLEU-1 to BLEU-4 (Papineni et al., 2002).
  case bleu
  /// METEOR 1.5 (Denkowski & Lavie, 2014), for English.
  case meteor
  /// ROUGE-L (Lin, 2004).
  case rouge
  /// CIDEr-D, which coco-caption calls CIDEr (Vedantam et al., 2015).
  case cider
  /// CIDEr as it was first defined.
  case plainCIDEr = "cider-plain"
  /// SPICE, computed by its authors' program (Anderson et al., 2016).
  case spice
  /// The word error rate beside the nearest reference.
  case wer
  /// The character error rate beside the nearest reference.
  case cer
  /// The share of captions that equal a reference.
  case exact
  /// The diversity of several captions of a picture.
  case selfCIDEr = "self-cider"

  /// The scores of coco-caption.
  package static let usual: [Metric] = [.bleu, .meteor, .rouge, .cider]
}

/// A score of every picture and of all together.
package struct ScoreColumn: Sendable {
  /// The name, as pycocoevalcap prints it if it has it.
  package let key: String
  /// True if a lower score is better.
  package let isError: Bool
  /// The score of each picture; nil where it has none.
  package let pictures: [Double?]
  /// Returns the score of some pictures together, by their indices, which may repeat.
  package let score: @Sendable ([Int]) -> Double
  /// The score of all pictures.
  package let corpus: Double

  init(
    _ key: String, isError: Bool = false, _ pictures: [Double?],
    score: @escaping @Sendable ([Int]) -> Double
  ) {
    (self.key, self.isError, self.pictures, self.score) = (key, isError, pictures, score)
    corpus = score(Array(pictures.indices))
  }

  /// A score whose corpus score is the mean of those of the pictures that have one.
  init(mean key: String, _ pictures: [Double?]) {
    self.init(key, pictures) { indices in
      let scores = indices.compactMap { pictures[$0] }
      return scores.reduce(0, +) / Double(max(scores.count, 1))
    }
  }

  /// A score that is computed from sums over the pictures.
  init<Counts: Sendable>(
    _ key: String, isError: Bool = false, _ counts: [Counts], zero: Counts,
    add: @escaping @Sendable (inout Counts, Counts) -> Void,
    score: @escaping @Sendable (Counts) -> Double
  ) {
    self.init(key, isError: isError, counts.map(score)) { indices in
      score(indices.reduce(into: zero) { add(&$0, counts[$1]) })
    }
  }
}
