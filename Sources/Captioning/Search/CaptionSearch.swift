/// A method of finding captions.
public enum CaptionSearch: Sendable, Equatable {
  /// The likeliest captions.
  case beam(BeamSearch)
  /// Captions drawn at random.
  case sampling(SampledSearch)

  /// Finds captions for each picture.
  ///
  /// - Parameters:
  ///   - start: One empty caption of each picture.
  ///   - numbers: The number of each picture among all that are captioned, which decides what is sampled.
  /// - Returns: The captions of each picture, the best first.
  func captions(
    from start: some CaptionsInProgress, numbers: [Int]
  ) -> [[Hypothesis]] {
    switch self {
    case .beam(let search): search.captions(from: start, pictureCount: numbers.count)
    case .sampling(let search): search.captions(from: start, numbers: numbers)
    }
  }
}
