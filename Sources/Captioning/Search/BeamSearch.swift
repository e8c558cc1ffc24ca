import Layers
import Tensors
import Text

/// Keeps the `width` most likely captions at every step, rather than only one.
///
/// A finished caption leaves the beam and narrows it by one; a width of 1 is greedy decoding. Pictures
/// are searched together, and what is found for one does not depend on its company.
public struct BeamSearch: Sendable, Equatable {
  public var width = 3
  /// The most words to write before giving up on `<eos>`.
  public var maximumWords = 20

  public init(width: Int = 3, maximumWords: Int = 20) {
    (self.width, self.maximumWords) = (width, maximumWords)
  }

  /// Finds captions for each picture.
  ///
  /// - Parameters:
  ///   - features: `[P, F]`.
  ///   - decoder: Scores the words.
  /// - Returns: Up to `width` captions of each picture, most likely first.
  public func captions<Decoder: CaptionDecoder>(
    of features: Tensor, by decoder: Decoder
  ) -> [[Hypothesis]] {
    var (context, state) = decoder.start(features)
    var finished = [[Hypothesis]](repeating: [], count: features.shape[0])
    // Row k of `state` remembers what beam[k] has said.
    var beam = finished.indices.map { Row(picture: $0, caption: Hypothesis()) }

    for _ in 0..<maximumWords where !beam.isEmpty {
      let (logits, next) = decoder.logits(
        after: beam.map(\.caption.lastWord), state, context, pictureOfRow: beam.map(\.picture))
      let best = continuations(of: beam, logSoftmax(logits), finished.map { width - $0.count })
      for (row, _) in best where row.caption.isFinished {
        finished[row.picture].append(row.caption)
      }
      let growing = best.filter { !$0.row.caption.isFinished }
      beam = growing.map(\.row)
      if !beam.isEmpty { state = next.rows(growing.map(\.parent)) }
    }
    for row in beam { finished[row.picture].append(row.caption) }
    return finished.map { $0.sorted(by: Hypothesis.isBetter) }
  }

  /// A caption in the making and the picture that it describes.
  private struct Row {
    let picture: Int
    let caption: Hypothesis
  }

  /// The likeliest captions one word longer: for each picture as many as it has room for.
  private func continuations(
    of beam: [Row], _ logProbabilities: Tensor, _ room: [Int]
  ) -> [(row: Row, parent: Int)] {
    var found = [[(row: Row, parent: Int)]](repeating: [], count: room.count)
    let likeliest = logProbabilities.largest(width + TokenID.unwritable.count)
    for (parent, (row, words)) in zip(beam, likeliest).enumerated() {
      for (word, logProbability) in words where !TokenID.unwritable.contains(TokenID(word)) {
        let caption = row.caption.extended(by: TokenID(word), logProbability)
        found[row.picture].append((Row(picture: row.picture, caption: caption), parent))
      }
    }
    return zip(found, room).flatMap { candidates, room in
      candidates.sorted { $0.row.caption.logProbability > $1.row.caption.logProbability }
        .prefix(room)
    }
  }
}
