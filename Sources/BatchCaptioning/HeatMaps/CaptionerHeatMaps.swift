import Captioning
import Media
import Reports
import Text

#if canImport(Glibc)
import Glibc
#endif

extension Captioner {
  /// What the maps of `heatMaps` show.
  package enum HeatMapKind: Sendable {
    /// How much more than evenly the decoder looked at each place when it chose the word (Xu et al., 2015).
    case attention
    /// How much less likely the word is, the words before it given, when a grey square covers the place
    /// (Zeiler & Fergus, 2014).
    case occlusion
  }

  /// Attention, where there is any; of an ensemble no member's attention says what all of it went by.
  package var heatMapKind: HeatMapKind {
    members.count == 1 && members[0].decoder.featureKind == .positions ? .attention : .occlusion
  }

  /// Where in a picture each word of a caption comes from.
  ///
  /// - Parameters:
  ///   - framed: The picture, which `preprocessing` has framed.
  ///   - caption: What this captioner said of it.
  /// - Returns: A map for each word.
  package func heatMaps(of framed: Image, saying caption: Caption) -> [HeatMap] {
    let words = vocabulary.tokens(for: caption.words.map(\.text))
    let bits =
      switch heatMapKind {
      case .attention: attention(words, framed)
      case .occlusion: occlusion(words, framed)
      }
    return zip(caption.words, bits).map { HeatMap(word: $0.text, bits: $1) }
  }

  /// For each word what was looked at more than evenly.
  private func attention(_ words: [TokenID], _ framed: Image) -> [[Float]] {
    let features = features(of: [framed]).byMember[0]
    return members[0].decoder.attention(saying: words, of: features).map { weights in
      weights.map { max(0, log2($0 * Float(weights.count))) }
    }
  }

  /// For each word how much less likely it is with each place covered.
  private func occlusion(_ words: [TokenID], _ framed: Image) -> [[Float]] {
    let color = preprocessing.mean.map { UInt8(max(0, min(255, ($0 * 255).rounded()))) }
    let occlusion = Occlusion(image: framed, color: color)
    var seen = [features(of: [framed])]
    for start in stride(from: 0, to: Occlusion.count, by: Self.occlusionBatchSize) {
      let places = start..<min(start + Self.occlusionBatchSize, Occlusion.count)
      seen.append(features(of: places.map(occlusion.covered)))
    }
    let scores = emptyCaptions(of: EncodedPictures(concatenating: seen))
      .logProbabilities(of: words, pictureCount: Occlusion.count + 1)
    return scores.map { scores in
      scores.dropFirst().map { max(0, scores[0] - $0) / log(2) }
    }
  }

  /// Enough to keep the encoder busy.
  private static let occlusionBatchSize = 20
}
