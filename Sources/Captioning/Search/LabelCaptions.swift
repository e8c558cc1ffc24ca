import Layers
import Tensors
import Text

/// Captions of one word, the label that a `FrameScorer` finds for a clip.
///
/// Searches, formats and ensembles made for sentences serve labels through it.
struct LabelCaptions: CaptionsInProgress {
  /// Scores of every word as the first, a row for each clip; the last row scores the word behind a label,
  /// which is `<eos>`: `[P + 1, V]`.
  private let scores: Tensor

  /// Makes an empty caption of each clip of `features`.
  init(of features: PackedSequence, by scorer: some FrameScorer) {
    let labels = log(scorer.clipProbabilities(of: features) + Float.leastNormalMagnitude)
    let (count, first) = (features.count, TokenID.ofLabel(0).index)
    let special = Tensor(
      Array(repeating: .impossible, count: count * first), shape: [count, first],
      on: labels.device)
    let wordCount = first + scorer.labelCount
    let end = (0..<wordCount).map { $0 == TokenID.end.index ? Float(0) : .impossible }
    scores = Tensor(
      concatenating: [
        Tensor(concatenating: [special, labels], along: 1),
        Tensor(end, shape: [1, wordCount], on: labels.device),
      ], along: 0)
  }

  func reading(_ words: [TokenID], describing pictureOfRow: [Int]) -> (next: Tensor, Self) {
    let end = scores.shape[0] - 1
    let rows = zip(words, pictureOfRow).map { word, clip in word == .start ? clip : end }
    return (logSoftmax(scores.rows(rows)), self)
  }

  /// The word read last decides alone what follows, so nothing is kept of the rows.
  func rows(_ indices: [Int]) -> Self { self }
}

extension FrameScorer {
  package func emptyCaptions(
    of features: PackedSequence, in precision: ElementType
  ) -> any CaptionsInProgress {
    LabelCaptions(of: features, by: self)
  }
}
