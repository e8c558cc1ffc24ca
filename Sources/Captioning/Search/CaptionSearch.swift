/// How captions are found.
public enum CaptionSearch: Sendable, Equatable {
  case beam(BeamSearch)
  case sampling(SampledSearch)

  /// Finds captions for each picture.
  ///
  /// - Parameters:
  ///   - start: One empty caption of each picture.
  ///   - pictureCount: How many pictures there are.
  ///   - firstPicture: The number of the first picture among all that are captioned.
  /// - Returns: The captions of each picture, the best first.
  func captions(
    from start: some CaptionsInProgress, pictureCount: Int, firstPicture: Int
  ) -> [[Hypothesis]] {
    switch self {
    case .beam(let search): search.captions(from: start, pictureCount: pictureCount)
    case .sampling(let search):
      search.captions(from: start, pictureCount: pictureCount, firstPicture: firstPicture)
    }
  }
}
