import Captioning
import Tensors
import Text

extension CaptionsInProgress {
  /// Reads a caption to all of these, each of which describes a picture of its own and is empty so far.
  ///
  /// - Parameters:
  ///   - words: What was said, without its end.
  ///   - pictureCount: How many captions there are.
  /// - Returns: For each word its log-probability with each picture, given the words before it.
  func logProbabilities(of words: [TokenID], pictureCount: Int) -> [[Float]] {
    let pictures = Array(0..<pictureCount)
    var (captions, last) = (self, TokenID.start)
    return words.map { word in
      let (next, longer) = captions.reading(
        Array(repeating: last, count: pictureCount), describing: pictures)
      (captions, last) = (longer, word)
      let (columns, scores) = (next.shape[1], next.floats)
      return pictures.map { scores[$0 * columns + word.index] }
    }
  }
}
