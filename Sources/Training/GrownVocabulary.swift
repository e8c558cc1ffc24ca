import Captioning
import Layers
import Tensors
import Text

extension Vocabulary {
  /// All words with their numbers, and behind them those of `counts` that are new, the most frequent first.
  ///
  /// - Parameters:
  ///   - counts: How often each word was seen.
  ///   - minimumCount: How often a new word must have been seen; those that are there stay in any case.
  /// - Returns: A vocabulary that begins with this one.
  package func growing(by counts: WordCounts, minimumCount: Int) -> Vocabulary {
    let old = (Self.specialWords.count..<count).map { word(TokenID($0)) }
    return Vocabulary(
      words: old + counts.ranked.lazy.filter { $0.count >= minimumCount }.map(\.word))
  }
}

extension CaptionDecoder {
  /// Takes over all that `trained` has learned, a decoder of the same kind and sizes for the first of this
  /// one's words; the rows of the others stay as they are.
  package mutating func takeOver(_ trained: some CaptionDecoder) {
    var learned = trained.parameters.map(\.value).makeIterator()
    updateParameters { parameter, value in
      guard let old = learned.next() else { return }
      precondition(
        old.shape.dropFirst() == value.shape.dropFirst() && old.elementCount <= value.elementCount,
        "\(parameter.name): \(old.shape) does not grow to \(value.shape)")
      value = Tensor(
        old.floats + value.floats.dropFirst(old.elementCount), shape: value.shape)
    }
  }
}
