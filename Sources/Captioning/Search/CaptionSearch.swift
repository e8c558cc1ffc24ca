import Layers
import Tensors

/// How captions are found.
public enum CaptionSearch: Sendable, Equatable {
  case beam(BeamSearch)
  case sampling(SampledSearch)

  /// Finds captions for each picture.
  ///
  /// - Parameters:
  ///   - features: `[P, F]`.
  ///   - decoder: Scores the words.
  ///   - firstPicture: The number of the first picture among all that are captioned.
  /// - Returns: The captions of each picture, most likely first.
  func captions(
    of features: Tensor, by decoder: some CaptionDecoder, firstPicture: Int
  ) -> [[Hypothesis]] {
    switch self {
    case .beam(let search): search.captions(of: features, by: decoder)
    case .sampling(let search):
      search.captions(of: features, by: decoder, firstPicture: firstPicture)
    }
  }
}
