import Layers
import Tensors
import Text

/// Writes captions word by word from the features of pictures.
///
/// Training, greedy, sampled and beam decoding all advance through `step`. Where all words are known
/// beforehand, `outputs` does the same for every step at once.
public protocol CaptionDecoder: Module {
  /// What a decoder keeps of the pictures, one row per picture; never regrouped.
  associatedtype Context: Sendable
  /// What it remembers of the captions being written, one row per caption.
  associatedtype State: RowSelectable

  /// How many numbers describe a picture.
  var featureSize: Int { get }
  var vocabularySize: Int { get }
  /// The last layer: a hidden state to a score for each next word, `[H] → [V]`.
  var wordLogits: Linear { get }

  /// Takes the measure of `features`, `[P, F]`, before learning from them and their like.
  mutating func measure(_ features: Tensor)

  /// Looks at `features`, `[P, F]`, multiplying in `precision`; the state has one row per picture, ready
  /// to read `<bos>`.
  func start(_ features: Tensor, in precision: ElementType) -> (context: Context, state: State)

  /// Reads one word per caption.
  ///
  /// - Parameters:
  ///   - words: One per row of `state`.
  ///   - state: What has been read so far.
  ///   - context: The pictures.
  ///   - pictureOfRow: Which picture each row describes.
  ///   - precision: What products are computed in.
  /// - Returns: What `wordLogits` scores the words by that may follow, `[B, H]`, and the state after
  ///   reading `words`.
  func step(
    _ words: [TokenID], _ state: State, _ context: Context, pictureOfRow: [Int],
    in precision: ElementType
  ) -> (output: Tensor, state: State)

  /// Reads captions by their own words (teacher forcing), all steps at once.
  ///
  /// - Parameters:
  ///   - captions: What is read.
  ///   - features: `[P, F]`.
  ///   - dropout: What is left out while learning; nil leaves nothing out.
  ///   - precision: What products are computed in.
  /// - Returns: What `wordLogits` scores the words by that follow each word read, `[N, H]`.
  func outputs(
    for captions: PackedCaptions, describing features: Tensor, dropout: SequenceDropout?,
    in precision: ElementType
  ) -> Tensor
}

extension CaptionDecoder {
  /// Looks at `features`, `[P, F]`, with all the precision there is.
  public func start(_ features: Tensor) -> (context: Context, state: State) {
    start(features, in: .float32)
  }

  /// Reads one word per caption and scores the words that may follow: logits, `[B, V]`.
  public func logits(
    after words: [TokenID], _ state: State, _ context: Context, pictureOfRow: [Int]
  ) -> (logits: Tensor, state: State) {
    let (output, next) = step(words, state, context, pictureOfRow: pictureOfRow, in: .float32)
    return (wordLogits(output), next)
  }

  /// The mean of `-log p` over all words of `captions`, in nats per word.
  ///
  /// - Parameters:
  ///   - captions: What should be said.
  ///   - features: `[P, F]`.
  ///   - dropout: What is left out while learning; nil leaves nothing out.
  ///   - smoothing: How much of the probability is wanted on all words alike, in `0...1`.
  ///   - precision: What products are computed in.
  /// - Returns: One number, of shape `[]`.
  public func loss(
    of captions: PackedCaptions, describing features: Tensor, dropout: SequenceDropout? = nil,
    smoothing: Float = 0, in precision: ElementType = .float32
  ) -> Tensor {
    crossEntropy(
      ofLinear: outputs(for: captions, describing: features, dropout: dropout, in: precision),
      wordLogits.weight, bias: wordLogits.bias, captions.targets.map { Int32($0.index) },
      ignoring: Int32(TokenID.padding.index), smoothing: smoothing)
  }
}
