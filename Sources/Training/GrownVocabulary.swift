import Captioning
import Layers
import Tensors
import Text

extension Vocabulary {
  /// Adds the new words of `counts` behind the present ones, the most frequent first.
  ///
  /// A vocabulary of pieces gets all new characters; its merges stay.
  ///
  /// - Parameters:
  ///   - counts: The number of times that each word was seen.
  ///   - minimumCount: The least number of times for a new word; present words stay in any case.
  /// - Returns: A vocabulary that begins with this one.
  package func growing(by counts: WordCounts, minimumCount: Int) -> Vocabulary {
    let old = (Self.specialWords.count..<count).map { word(TokenID($0)) }
    if let pieces {
      return Vocabulary(
        words: old + pieces.pieces(spelling: counts.counts.keys), tokenizer: tokenizer,
        pieces: pieces)
    }
    return Vocabulary(
      words: old + counts.ranked.lazy.filter { $0.count >= minimumCount }.map(\.word),
      tokenizer: tokenizer)
  }
}

extension VisualDecoder {
  /// Copies the weights of `trained`, a decoder of the same kind and sizes for the first words of this one.
  ///
  /// The rows of the other words stay as they are.
  package mutating func takeOver(_ trained: some VisualDecoder) {
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
