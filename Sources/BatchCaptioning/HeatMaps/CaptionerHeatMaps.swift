import Captioning
import Layers
import Media
import Reports
import Text

#if canImport(Glibc)
import Glibc
#endif

extension Captioner {
  /// The kind of map that `heatMaps` returns.
  package enum HeatMapKind: Sendable {
    /// The attention to each place relative to an even one, when the word was chosen (Xu et al., 2015).
    case attention
    /// The loss of probability of the word, given the words before it, when a gray square covers the place
    /// (Zeiler & Fergus, 2014).
    case occlusion
  }

  /// Attention where the model has it, else occlusion.
  package var heatMapKind: HeatMapKind { ensemble.hasAttention ? .attention : .occlusion }

  /// Returns a map of the picture for each word of a caption.
  ///
  /// - Parameters:
  ///   - input: The picture, resized and cropped for the encoder.
  ///   - caption: This captioner's caption of it.
  /// - Returns: A map for each word.
  package func heatMaps(of input: Image, saying caption: Caption) -> [HeatMap] {
    heatMaps(of: input, saying: caption.words.map(\.text))
  }

  /// Returns a map of the picture for each word of a caption that is known by its words.
  package func heatMaps(of input: Image, saying words: [String]) -> [HeatMap] {
    let tokens = words.map { ensemble.vocabulary.tokens(for: [$0]) }
    let (grid, bits) =
      switch heatMapKind {
      case .attention: attention(tokens, input)
      case .occlusion: occlusion(tokens, input)
      }
    return zip(words, bits).map {
      HeatMap(word: $0, height: grid.height, width: grid.width, bits: $1)
    }
  }

  /// Returns the attention to each frame of a clip's segment for each word of its caption.
  ///
  /// - Parameters:
  ///   - frames: The frames, resized and cropped for the encoder.
  ///   - caption: This captioner's caption of them.
  /// - Returns: The words with their weights; the captioner must attend to frames.
  package func frameAttention(
    to frames: [Image], saying caption: Caption
  ) -> [FrameAttentionSheet.Word] {
    precondition(ensemble.attendsToFrames, "a captioner that attends to frames")
    let words = caption.words.map { ensemble.vocabulary.tokens(for: [$0.text]) }
    var parts: [EncodedPictures] = []
    for start in stride(from: 0, to: frames.count, by: Self.occlusionBatchSize) {
      let end = min(start + Self.occlusionBatchSize, frames.count)
      parts.append(features(of: Array(frames[start..<end])))
    }
    let clip = ensemble.clips(of: EncodedPictures(concatenating: parts), [frames.count])
    let weights = ensemble.attention(reading: words.flatMap(\.self), of: clip)
    return zip(zip(caption.words, words), sums(of: weights, words)).map { word, sum in
      .init(word.0.text, weights: sum.map { $0 / Float(word.1.count) })
    }
  }

  /// The attention beyond an even one, in bits, for each word, the mean of its pieces; and the grid of the encoder's
  /// map.
  private func attention(
    _ words: [[TokenID]], _ input: Image
  ) -> (grid: PackedSequence.Grid, bits: [[Float]]) {
    let features = features(of: [input])
    let weights = ensemble.attention(reading: words.flatMap(\.self), of: features)
    let bits = zip(words, sums(of: weights, words)).map { word, sum in
      sum.map { max(0, log2($0 * Float(sum.count) / Float(word.count))) }
    }
    let map = features.byMember[0]
    return (map.grids?[0] ?? .init(height: 1, width: map.counts[0]), bits)
  }

  /// The loss in log-probability with each place covered, in bits, for each word.
  private func occlusion(
    _ words: [[TokenID]], _ input: Image
  ) -> (grid: PackedSequence.Grid, bits: [[Float]]) {
    let color = ensemble.preprocessing.mean.map { UInt8(max(0, min(255, ($0 * 255).rounded()))) }
    let occlusion = Occlusion(image: input, color: color)
    var seen = [features(of: [input])]
    for start in stride(from: 0, to: Occlusion.count, by: Self.occlusionBatchSize) {
      let places = start..<min(start + Self.occlusionBatchSize, Occlusion.count)
      seen.append(features(of: places.map(occlusion.covered)))
    }
    let scores = ensemble.emptyCaptions(of: EncodedPictures(concatenating: seen))
      .logProbabilities(of: words.flatMap(\.self), pictureCount: Occlusion.count + 1)
    let bits = sums(of: scores, words).map { scores in
      scores.dropFirst().map { max(0, scores[0] - $0) / log(2) }
    }
    return (.init(height: Occlusion.side, width: Occlusion.side), bits)
  }

  /// Returns for each word the sum of its pieces' rows.
  private func sums(of rows: [[Float]], _ words: [[TokenID]]) -> [[Float]] {
    var start = 0
    return words.map { word in
      defer { start += word.count }
      let pieces = rows[start..<start + word.count]
      return pieces.dropFirst().reduce(pieces.first ?? []) { zip($0, $1).map(+) }
    }
  }

  /// Enough to keep the encoder busy.
  private static let occlusionBatchSize = 20
}
