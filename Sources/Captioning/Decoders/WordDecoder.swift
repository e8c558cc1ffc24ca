import Layers
import Tensors
import Text

/// A caption decoder that embeds words, reads them with recurrent layers and scores the next through one
/// last layer.
///
/// A conformer states its equations once, in `begin` and `read`. Decoding step by step and teacher forcing
/// of whole captions are both derived from them.
package protocol WordDecoder: CaptionDecoder {
  /// One row per word, `[V, E]`.
  var wordEmbedding: Embedding { get }
  /// The last layer: an output to a score for each next word.
  var outputProjection: OutputProjection { get }
  /// The layer whose dropout the outputs get, counted from 0; 0 by default.
  var outputLayer: Int { get }

  /// Reads pictures or clips.
  ///
  /// - Parameters:
  ///   - features: The features of all pictures or clips.
  ///   - dropout: Dropout of the pictures as they are read, while learning; nil for none.
  ///   - precision: The element type of products.
  /// - Returns: The context and the state before the first word.
  func begin(
    _ features: PackedSequence, dropout: SequenceDropout?, in precision: ElementType
  ) -> DecoderBeginning<Context, State>

  /// Reads embedded words.
  ///
  /// - Parameters:
  ///   - words: A row for each word, `[N, E]`, in float32.
  ///   - state: The state before the words, a row per sequence.
  ///   - reading: The sequences that the rows make up, and the pictures that they describe.
  /// - Returns: The outputs, and the state to continue from.
  func read(
    _ words: Tensor, from state: State, _ reading: DecoderReading<Context>
  ) -> DecoderRead<State>

  /// Returns the hidden state that the norm stabiliser compares the first of `read` with, `[B, H]`.
  func hidden(of state: State) -> Tensor
}

/// The context and the state of a decoder before the first word.
package struct DecoderBeginning<Context: Sendable, State: Sendable>: Sendable {
  /// The data of the pictures that the decoder keeps.
  let context: Context
  /// One row per picture.
  let state: State
  /// The input that each sequence begins with, before its words, a row per picture, `[P, E]`; nil for none.
  ///
  /// Whole captions are read together with it, in one product.
  let firstInput: Tensor?

  init(_ context: Context, _ state: State, firstInput: Tensor? = nil) {
    (self.context, self.state, self.firstInput) = (context, state, firstInput)
  }
}

/// The sequences that the rows read by a decoder make up, and their pictures.
package struct DecoderReading<Context: Sendable>: Sendable {
  let context: Context
  let layout: SequenceLayout
  /// The picture that each sequence describes.
  let pictures: [Int]
  /// Dropout of the sequences, while learning; nil for none.
  var dropout: SequenceDropout?
  /// The element type of products.
  let precision: ElementType

  /// The picture that each row describes.
  var pictureOfRow: [Int] { layout.rowCounts.flatMap { pictures.prefix($0) } }
}

/// The result of reading whole captions.
package struct DecoderOutputs: Sendable {
  /// The outputs that the words are scored by that follow each word read, `[N, H]`.
  package let output: Tensor
  /// The hidden states before the first word of each caption, and those after every word.
  fileprivate let hidden: [Tensor]
  /// The attention of each caption, summed over its words, `[B, L]`; nil without attention.
  package let coverage: Tensor?
}

extension WordDecoder {
  package var vocabularySize: Int { outputProjection.bias.elementCount }
  package var wordLogits: Linear { outputProjection.layer(beside: wordEmbedding) }
  package var outputLayer: Int { 0 }

  package func scores(of output: Tensor) -> Tensor { wordLogits(output) }

  package func start(
    _ features: PackedSequence, in precision: ElementType
  ) -> (context: Context, state: State) {
    let beginning = begin(features, dropout: nil, in: precision)
    guard let first = beginning.firstInput else { return (beginning.context, beginning.state) }
    let pictures = Array(0..<features.count)
    let read = read(
      first, from: beginning.state,
      DecoderReading(
        context: beginning.context, layout: SequenceLayout(steps: 1, rows: pictures.count),
        pictures: pictures, precision: precision))
    return (beginning.context, read.state)
  }

  package func step(
    _ words: [TokenID], _ state: State, _ context: Context, pictureOfRow: [Int],
    in precision: ElementType
  ) -> DecoderRead<State> {
    read(
      wordEmbedding(words.map(\.index)), from: state,
      DecoderReading(
        context: context, layout: SequenceLayout(steps: 1, rows: words.count),
        pictures: pictureOfRow, precision: precision))
  }

  /// Reads captions by their own words (teacher forcing), all steps at once.
  ///
  /// - Parameters:
  ///   - captions: The captions that are read.
  ///   - features: The features of all pictures.
  ///   - dropout: Dropout of the captions, while learning; nil for none.
  ///   - precision: The element type of products.
  /// - Returns: The outputs that the words are scored by that follow each word read.
  package func outputs(
    for captions: PackedCaptions, describing features: PackedSequence, dropout: SequenceDropout?,
    in precision: ElementType
  ) -> DecoderOutputs {
    let layout = captions.layout
    let beginning = begin(
      features,
      dropout: dropout?.beforehand(captions.firstSequences(ofPictures: features.count)),
      in: precision)
    let before = beginning.state.rows(captions.pictures)
    let ids = captions.inputs.map(\.index)
    let words = dropout?(wordEmbedding(ids), of: ids, layout) ?? wordEmbedding(ids)
    func read(_ inputs: Tensor, _ layout: SequenceLayout) -> DecoderRead<State> {
      self.read(
        inputs, from: before,
        DecoderReading(
          context: beginning.context, layout: layout, pictures: captions.pictures,
          dropout: dropout, precision: precision))
    }
    func outputs(_ output: Tensor, hidden: [Tensor], _ attention: Tensor?) -> DecoderOutputs {
      DecoderOutputs(
        output: dropout?.inLayer(outputLayer)(output, layout, at: .output) ?? output,
        hidden: hidden, coverage: attention)
    }
    guard let first = beginning.firstInput else {
      let read = read(words, layout)
      return outputs(
        read.output, hidden: [hidden(of: before), read.hidden], read.attention)
    }
    let inputs = Tensor(concatenating: [first.rows(captions.pictures), words], along: 0)
    let longer = layout.precededByOneStep
    let read = read(inputs, longer)
    // The output after the first input alone scores no word.
    return outputs(
      read.output.slice(layout.sequenceCount..<longer.rowCount), hidden: [read.hidden],
      read.attention)
  }

  package func losses(
    of captions: PackedCaptions, describing features: PackedSequence, dropout: SequenceDropout?,
    costs: CaptionCosts, weights: [Float]?, in precision: ElementType
  ) -> CaptionLosses {
    precondition(
      !costs.isAmongWritable || costs.smoothing == 0,
      "losses: words without probability cannot be smoothed")
    let outputs = outputs(
      for: captions, describing: features, dropout: dropout, in: precision)
    let logits = wordLogits
    let bias = costs.isAmongWritable ? logits.bias.amongWritable : logits.bias
    var losses = CaptionLosses(
      words: crossEntropy(
        ofLinear: outputs.output, logits.weight, bias: bias,
        captions.targets.map { Int32($0.index) }, ignoring: Int32(TokenID.padding.index),
        smoothing: costs.smoothing,
        rowWeights: weights.map { weights in
          captions.layout.rowCounts.flatMap { weights.prefix($0) }
        }),
      count: captions.targets.count { $0 != .padding })
    let wordCount = Float(max(losses.count, 1))
    if costs.coverageWeight > 0, let coverage = outputs.coverage {
      let missing = features.mask(of: captions.pictures) - coverage
      losses.coverage = (missing * missing).sum() * (costs.coverageWeight / wordCount)
    }
    if costs.normWeight > 0 {
      let parts = outputs.hidden
      // A part alone is not copied: its gradients would be added in another order.
      let hidden =
        parts.count == 1
        ? parts[0] : Tensor(concatenating: parts.map { $0.converted(to: .float32) }, along: 0)
      losses.norms =
        normChanges(of: hidden, captions.layout.precededByOneStep)
        * (costs.normWeight / wordCount)
    }
    return losses
  }
}
