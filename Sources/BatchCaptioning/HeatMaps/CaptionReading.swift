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

extension CaptionDecoder {
  /// How much each position of the only picture in `features` counted for each of `words`, which add up to 1;
  /// nothing where the decoder does not look at the picture again.
  func attention(saying words: [TokenID], of features: VisualFeatures) -> [[Float]] {
    var (context, state) = start(features)
    var last = TokenID.start
    return words.compactMap { word in
      let step = step([last], state, context, pictureOfRow: [0], in: .float32)
      (state, last) = (step.state, word)
      return step.attention?.floats
    }
  }
}
