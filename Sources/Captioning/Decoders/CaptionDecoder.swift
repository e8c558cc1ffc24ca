import Layers
import Tensors
import Text

/// A decoder that writes captions from the features of pictures or clips.
///
/// Training, greedy, sampled and beam decoding all advance through `step`.
package protocol CaptionDecoder: VisualDecoder {
  /// The data of the pictures that the decoder keeps, one row per picture; never regrouped.
  associatedtype Context: Sendable
  /// The state of the captions being written, one row per caption.
  associatedtype State: RowSelectable

  /// The number of words, special ones included, `V`.
  var vocabularySize: Int { get }

  /// Reads `features`, multiplying in `precision`; the state has one row per picture or clip, ready to read
  /// `<bos>`.
  func start(
    _ features: PackedSequence, in precision: ElementType
  ) -> (context: Context, state: State)

  /// Reads one word per caption.
  ///
  /// - Parameters:
  ///   - words: One per row of `state`.
  ///   - state: The state after the words read so far.
  ///   - context: The pictures.
  ///   - pictureOfRow: The picture that each row describes.
  ///   - precision: The element type of products.
  /// - Returns: The output that the next words are scored by, and the state after reading `words`.
  func step(
    _ words: [TokenID], _ state: State, _ context: Context, pictureOfRow: [Int],
    in precision: ElementType
  ) -> DecoderRead<State>

  /// Scores every word by the output of a step: logits, `[B, V]`.
  func scores(of output: Tensor) -> Tensor

  /// Computes the losses of `captions`.
  ///
  /// - Parameters:
  ///   - captions: The input and target words.
  ///   - features: The features of all pictures.
  ///   - dropout: Dropout of the captions, while learning; nil for none.
  ///   - costs: The costs besides those of the words.
  ///   - weights: The weight of the words of each sequence of `captions`; nil is 1 for all.
  ///   - precision: The element type of products.
  /// - Returns: The losses, those of the words first.
  func losses(
    of captions: PackedCaptions, describing features: PackedSequence, dropout: SequenceDropout?,
    costs: CaptionCosts, weights: [Float]?, in precision: ElementType
  ) -> CaptionLosses
}

/// The result of reading words, `N` in all, of `B` captions.
package struct DecoderRead<State: Sendable>: Sendable {
  /// The outputs that the words are scored by that may follow each word read, `[N, H]`.
  package let output: Tensor
  /// The hidden states after each word, `[N, H]`; they differ from `output` where that has other parts, too.
  package let hidden: Tensor
  /// The state to continue from, if all captions that were read are equally long.
  package let state: State
  /// The attention to each position of the picture, or frame of the clip, `[B, L]`; nil without attention.
  ///
  /// It is the sum over the words of each caption, so a row of one word adds up to 1.
  package let attention: Tensor?

  package init(output: Tensor, hidden: Tensor? = nil, state: State, attention: Tensor? = nil) {
    (self.output, self.hidden) = (output, hidden ?? output)
    (self.state, self.attention) = (state, attention)
  }
}

extension CaptionDecoder {
  /// Reads `features`, multiplying in float32.
  package func start(_ features: PackedSequence) -> (context: Context, state: State) {
    start(features, in: .float32)
  }

  /// Reads one word per caption and scores the words that may follow: logits, `[B, V]`.
  package func logits(
    after words: [TokenID], _ state: State, _ context: Context, pictureOfRow: [Int],
    in precision: ElementType = .float32
  ) -> (logits: Tensor, state: State) {
    let step = step(words, state, context, pictureOfRow: pictureOfRow, in: precision)
    return (scores(of: step.output).converted(to: .float32), step.state)
  }

  /// Computes the losses of `captions`, all of which count alike.
  package func losses(
    of captions: PackedCaptions, describing features: PackedSequence,
    dropout: SequenceDropout? = nil, costs: CaptionCosts = CaptionCosts(),
    in precision: ElementType = .float32
  ) -> CaptionLosses {
    losses(
      of: captions, describing: features, dropout: dropout, costs: costs, weights: nil,
      in: precision)
  }

  /// Returns the mean of `-log p` over all words of `captions`, in nats per word.
  package func loss(of captions: PackedCaptions, describing features: PackedSequence) -> Tensor {
    losses(of: captions, describing: features).words
  }
}
