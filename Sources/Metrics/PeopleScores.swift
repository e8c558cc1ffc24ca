/// Returns the CIDEr-D of captions that people wrote, each scored against the others of its picture.
///
/// - Parameters:
///   - references: The captions of each picture, as words. A picture with one caption has nothing to compare it with.
///   - frequencies: The weights of n-grams; nil for those of the captions compared with.
/// - Returns: The scores of first captions, then those of second ones, and so on.
package func ciderOfPeople(
  _ references: [[[String]]], frequencies: DocumentFrequencies? = nil
) -> [Double] {
  var scores: [Double] = []
  for place in 0..<(references.map(\.count).max() ?? 0) {
    let captions = references.filter { $0.count > max(place, 1) }.map { captions in
      var others = captions
      return ScoredCaption(candidate: others.remove(at: place), references: others)
    }
    scores += CaptionScores(scoring: captions, frequencies: frequencies).images.map(\.cider)
  }
  return scores
}
