import Tensors
import Text

/// Captions as a decoder reads them while learning: by time, the longest first, without padding.
public struct PackedCaptions: Sendable, Equatable {
  /// Where the words of each caption lie.
  public let layout: SequenceLayout
  /// What the decoder reads: all words of each caption but its last, `N` in all.
  public private(set) var inputs: [TokenID]
  /// What it should say after each.
  public let targets: [TokenID]
  /// Which of the captions given each sequence is.
  public let order: [Int]
  /// Which picture each sequence describes.
  public let pictures: [Int]

  /// Sorts captions and lays them out.
  ///
  /// - Parameters:
  ///   - captions: From `<bos>` to `<eos>`; at least one, of at least two words each.
  ///   - pictures: Which picture each describes.
  public init(_ captions: [[TokenID]], describing pictures: [Int]) {
    precondition(
      !captions.isEmpty && captions.count == pictures.count && captions.allSatisfy { $0.count > 1 },
      "packed captions: \(captions.count) captions of \(pictures.count) pictures")
    let order = captions.indices.sorted { (-captions[$0].count, $0) < (-captions[$1].count, $1) }
    let sorted = order.map { captions[$0] }
    var rowCounts: [Int] = []
    var (inputs, targets): ([TokenID], [TokenID]) = ([], [])
    for step in 0..<sorted[0].count - 1 {
      let living = sorted.prefix { $0.count > step + 1 }
      rowCounts.append(living.count)
      inputs += living.map { $0[step] }
      targets += living.map { $0[step + 1] }
    }
    (self.inputs, self.targets, self.order) = (inputs, targets, order)
    layout = SequenceLayout(rowCounts: rowCounts)
    self.pictures = order.map { pictures[$0] }
  }

  /// The first sequence that describes each of so many pictures; 0 where none does.
  func firstSequences(ofPictures count: Int) -> [Int] {
    var first = [Int?](repeating: nil, count: count)
    for (sequence, picture) in pictures.enumerated() where first[picture] == nil {
      first[picture] = sequence
    }
    return first.map { $0 ?? 0 }
  }

  /// The same captions to be said, while other words are read.
  public func reading(_ words: [TokenID]) -> PackedCaptions {
    precondition(words.count == inputs.count, "packed captions: \(words.count) words to read")
    var copy = self
    copy.inputs = words
    return copy
  }
}
