import Layers
import Tensors
import Text

/// Writes captions word by word from the features of pictures.
///
/// Training, greedy, sampled and beam decoding all advance through `step`. Where all words are known
/// beforehand, `logits` says the same of every step at once.
public protocol CaptionDecoder: Module {
  /// What a decoder keeps of the pictures, one row per picture; never regrouped.
  associatedtype Context: Sendable
  /// What it remembers of the captions being written, one row per caption.
  associatedtype State: RowSelectable

  /// How many numbers describe a picture.
  var featureSize: Int { get }
  var vocabularySize: Int { get }

  /// Takes the measure of `features`, `[P, F]`, before learning from them and their like.
  mutating func measure(_ features: Tensor)

  /// Looks at `features`, `[P, F]`; the state has one row per picture, ready to read `<bos>`.
  func start(_ features: Tensor) -> (context: Context, state: State)

  /// Reads one word per caption and scores the words that may follow.
  ///
  /// - Parameters:
  ///   - words: One per row of `state`.
  ///   - state: What has been read so far.
  ///   - context: The pictures.
  ///   - pictureOfRow: Which picture each row describes.
  /// - Returns: Logits, `[B, V]`, and the state after reading `words`.
  func step(
    _ words: [TokenID], _ state: State, _ context: Context, pictureOfRow: [Int]
  )
    -> (logits: Tensor, state: State)

  /// Scores every next word of `captions` by the captions' own words (teacher forcing).
  ///
  /// - Parameters:
  ///   - captions: `B` captions of `T + 1` words, `<bos>` first.
  ///   - features: `[P, F]`.
  ///   - pictureOfRow: Which picture each caption describes.
  ///   - dropout: What is left out while learning; nil leaves nothing out.
  /// - Returns: Logits, `[T, B, V]`; step `t` scores word `t + 1`.
  func logits(
    for captions: PaddedCaptions, describing features: Tensor, pictureOfRow: [Int],
    dropout: SequenceDropout?
  ) -> Tensor
}

/// Captions padded to one length and laid out by time, as a decoder reads them.
public struct PaddedCaptions: Sendable, Equatable {
  /// `words[t][b]` is word `t` of caption `b`: `T + 1` rows of `B` words.
  public let words: [[TokenID]]

  /// Pads `captions`, which include `<bos>` and `<eos>`, to the longest among them.
  public init(_ captions: [[TokenID]]) {
    let length = captions.map(\.count).max() ?? 0
    words = (0..<length).map { t in captions.map { t < $0.count ? $0[t] : .padding } }
  }

  /// What the decoder reads: all words but the last of the longest.
  public var inputs: ArraySlice<[TokenID]> { words.dropLast() }
  /// What it should say after each: `words` without `<bos>`.
  public var targets: ArraySlice<[TokenID]> { words.dropFirst() }

  /// How many words there are to say, padding not counted.
  public var targetCount: Int { targets.reduce(0) { $0 + $1.count { $0 != .padding } } }
}
