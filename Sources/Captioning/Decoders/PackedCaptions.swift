import Layers
import Tensors
import Text

/// Captions in the order in which a decoder reads them while learning: by time, the longest first, without
/// padding.
package struct PackedCaptions: Sendable, Equatable {
  /// The order of the words that are read.
  private let steps: StepOrder
  /// The words that the decoder reads: all of each caption but its last, `N` in all.
  package private(set) var inputs: [TokenID]
  /// The word that should follow each.
  package let targets: [TokenID]
  /// The picture that each sequence describes.
  package let pictures: [Int]

  /// Sorts captions and lays them out.
  ///
  /// - Parameters:
  ///   - captions: From `<bos>` to `<eos>`; at least one, of at least two words each.
  ///   - pictures: The picture that each describes.
  package init(_ captions: [[TokenID]], describing pictures: [Int]) {
    precondition(
      !captions.isEmpty && captions.count == pictures.count && captions.allSatisfy { $0.count > 1 },
      "packed captions: \(captions.count) captions of \(pictures.count) pictures")
    let steps = StepOrder(captions.map { $0.count - 1 })
    let (read, next) = (captions.flatMap { $0.dropLast() }, captions.flatMap { $0.dropFirst() })
    inputs = steps.rows.map { read[$0] }
    targets = steps.rows.map { next[$0] }
    self.pictures = steps.sequences.map { pictures[$0] }
    self.steps = steps
  }

  /// The steps, and the captions that have a word at each.
  package var layout: SequenceLayout { steps.layout }
  /// The index of the given caption that each sequence is.
  package var order: [Int] { steps.sequences }

  /// Returns the first sequence that describes each of `count` pictures; 0 where none does.
  func firstSequences(ofPictures count: Int) -> [Int] {
    var first = [Int?](repeating: nil, count: count)
    for (sequence, picture) in pictures.enumerated() where first[picture] == nil {
      first[picture] = sequence
    }
    return first.map { $0 ?? 0 }
  }

  /// Returns the same target captions with other input words.
  package func reading(_ words: [TokenID]) -> PackedCaptions {
    precondition(words.count == inputs.count, "packed captions: \(words.count) words to read")
    var copy = self
    copy.inputs = words
    return copy
  }
}
