import Tensors
import Text

/// Scores of the words that a search may write, for drawing words during training.
package struct WritableScores: Sendable {
  /// `[B, V]`.
  private let scores: Tensor

  /// - Parameter scores: Of all words, `[B, V]`.
  init(_ scores: Tensor) { self.scores = scores.amongWritable }

  /// The likeliest word of each row.
  package var likeliest: [TokenID] { scores.largest(1).map { TokenID($0[0].index) } }

  /// Draws words, each with the probability that softmax gives it.
  ///
  /// - Parameter uniforms: For each row where in `0..<1` of the cumulative probability the draw falls.
  /// - Returns: A word of each row.
  package func drawn(at uniforms: [Float]) -> [TokenID] {
    // The smallest exponential is not quite 0: at 0 itself the first word would be drawn, impossible or not.
    scores.drawn(at: uniforms.map { max($0, 0x1p-30) }).map { TokenID($0) }
  }
}

extension CaptionDecoder {
  /// Returns the scores of the words that a search may write, by the output of a step.
  package func writableScores(of output: Tensor) -> WritableScores {
    WritableScores(scores(of: output))
  }
}

extension Float {
  /// The score of a word that cannot follow.
  ///
  /// It is finite, because infinities would not survive additions.
  static let impossible: Float = -1e30
}

extension Tensor {
  /// These scores of all words, along the last axis, with the impossible score for words that no search
  /// writes.
  var amongWritable: Tensor {
    var mask = [Float](repeating: 0, count: shape[rank - 1])
    for word in TokenID.unwritable { mask[word.index] = .impossible }
    return self + Tensor(mask, shape: [mask.count], on: device)
  }
}
