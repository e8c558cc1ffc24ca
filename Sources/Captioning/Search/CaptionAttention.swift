import Layers
import Tensors
import Text

extension CaptionDecoder {
  /// Reads a caption for its attention weights.
  ///
  /// - Parameters:
  ///   - words: The caption, without its end.
  ///   - features: Those of one picture.
  /// - Returns: The weights for each word, `[words][L]`, each row adding up to 1; nothing if the decoder does not
  ///   attend to the picture.
  func attention(reading words: [TokenID], of features: PackedSequence) -> [[Float]] {
    var (context, state) = start(features)
    var last = TokenID.start
    return words.compactMap { word in
      let step = step([last], state, context, pictureOfRow: [0], in: .float32)
      (state, last) = (step.state, word)
      return step.attention?.floats
    }
  }
}
