import ImageEncoders
import Layers
import Tensors
import Text

/// Reads a clip frame by frame and then writes its caption with the same two layers (sequence to sequence,
/// video to text; Venugopalan et al., 2015).
///
///     reading:  hₜ = frameCell(W_image norm(frame t))    gₜ = wordCell([hₜ; 0])
///     writing:  hₜ = frameCell(0)                        gₜ = wordCell([hₜ; W_word[word t]])
///               p(word t+1) = softmax(V gₜ + b)
///
/// What is not there to be read, words at first and frames later, is 0 and costs no product. Clips of
/// different lengths are read each to its own end, so there are no padded frames either.
public struct S2VT<Layer: RecurrentLayer>: WordDecoder {
  /// Brings every feature to mean 0 and deviation 1 over all frames.
  public var imageNorm: FeatureNorm
  /// The features of a frame to what is read of it, `[F] → [E]`.
  public var imageEmbedding: Linear
  /// One row per word, `[V, E]`.
  public var wordEmbedding: Embedding
  /// Reads frames, `[E]`.
  public var frameCell: Layer
  /// Reads what `frameCell` says, and words, `[H + E]`.
  public var wordCell: Layer
  /// A hidden state to a score for each next word, `[H] → [V]`.
  public var wordScoring: WordScoring
  /// The layers' name in weight files.
  private let cellName: String

  /// What both layers remember.
  public struct State: RowSelectable {
    public var frames: Layer.State
    public var words: Layer.State

    public func rows(_ indices: [Int]) -> State {
      State(frames: frames.rows(indices), words: words.rows(indices))
    }
  }

  public var featureKind: FeatureKind { .frames }
  public var featureSize: Int { imageEmbedding.weight.shape[1] }
  public var vocabularySize: Int { wordScoring.bias.elementCount }
  public var wordLogits: Linear { wordScoring.layer(beside: wordEmbedding) }

  /// - Parameters:
  ///   - cellName: What weight files call the layers, such as `lstm`.
  ///   - embeddingSize: `E`, of frames and words.
  ///   - hiddenSize: `H`.
  ///   - featureSize: How many numbers describe a frame.
  ///   - vocabularySize: How many words there are, special ones included.
  ///   - isTied: Whether words are scored by the rows of the embedding, which are as long as a hidden
  ///     state then.
  ///   - layer: Makes a layer of the given sizes of input and state.
  public init(
    named cellName: String, embeddingSize: Int, hiddenSize: Int, featureSize: Int,
    vocabularySize: Int, isTied: Bool = false, layer: (Int, Int) -> Layer = Layer.init
  ) {
    precondition(
      !isTied || embeddingSize == hiddenSize,
      "S2VT: hidden states of \(hiddenSize) and tied words of \(embeddingSize)")
    imageNorm = FeatureNorm(size: featureSize)
    imageEmbedding = Linear(from: featureSize, to: embeddingSize)
    wordEmbedding = Embedding(count: vocabularySize, size: embeddingSize)
    frameCell = layer(embeddingSize, hiddenSize)
    wordCell = layer(hiddenSize + embeddingSize, hiddenSize)
    wordScoring = WordScoring(from: hiddenSize, vocabularySize: vocabularySize, isTied: isTied)
    self.cellName = cellName
  }

  public func start(
    _ features: VisualFeatures, in precision: ElementType
  ) -> (context: Void, state: State) { ((), state(after: features, nil, in: precision)) }

  public func step(
    _ words: [TokenID], _ state: State, _ context: Void, pictureOfRow: [Int],
    in precision: ElementType
  ) -> DecoderStep<State> {
    let (heard, frames) = frameCell(nothing(rows: words.count, in: precision), from: state.frames)
    let embedded = wordEmbedding(words.map(\.index)).converted(to: precision)
    let (said, next) = wordCell(
      Tensor(concatenating: [heard, embedded], along: 1), from: state.words)
    return DecoderStep(output: said, state: State(frames: frames, words: next))
  }

  public func outputs(
    for captions: PackedCaptions, describing features: VisualFeatures, dropout: SequenceDropout?,
    in precision: ElementType
  ) -> DecoderOutputs {
    let first = captions.firstSequences(ofPictures: features.count)
    let ofClips = dropout?.beforehand(features.timeline.order.map { first[$0] })
    let before = state(after: features, ofClips, in: precision).rows(captions.pictures)
    let (layout, upper) = (captions.layout, dropout?.inLayer(1))
    let ids = captions.inputs.map(\.index)
    let words = dropout?(wordEmbedding(ids), of: ids, layout) ?? wordEmbedding(ids)
    let heard = frameCell(
      nothing(rows: layout.rowCount, in: precision), layout, from: before.frames, dropout: dropout
    ).hidden
    var input = Tensor(concatenating: [heard, words.converted(to: precision)], along: 1)
    if let upper { input = upper(input, layout, at: .input) }
    let said = wordCell(input, layout, from: before.words, dropout: upper).hidden
    let unsaid = wordCell.hidden(of: before.words)
    return DecoderOutputs(
      upper?(said, layout, at: .output) ?? said,
      hidden: Tensor(
        concatenating: [unsaid, said].map { $0.converted(to: .float32) }, along: 0))
  }

  /// What is remembered of each clip after its last frame; `dropout` is of the clips as they are read.
  private func state(
    after features: VisualFeatures, _ dropout: SequenceDropout?, in precision: ElementType
  ) -> State {
    let timeline = features.timeline
    let layout = timeline.layout
    let upper = dropout?.inLayer(1)
    var frames = imageNorm(features.values, then: imageEmbedding, in: precision)
      .rows(timeline.rows).converted(to: precision)
    if let dropout { frames = dropout(frames, layout, at: .input) }
    func blank(_ layer: Layer) -> Layer.State {
      layer.initialState(rows: features.count, on: features.values.device)
    }
    let (heard, ofFrames) = frameCell(frames, layout, from: blank(frameCell), dropout: dropout)
    let input = upper?(heard, layout, at: .input) ?? heard
    let ofWords = wordCell(input, layout, from: blank(wordCell), dropout: upper).state
    return State(frames: ofFrames, words: ofWords).rows(timeline.places)
  }

  /// What `frameCell` reads while there are no frames.
  private func nothing(rows: Int, in precision: ElementType) -> Tensor {
    Tensor(zeros: [rows, 0], type: precision, on: wordEmbedding.weight.device)
  }

  public mutating func measure(_ features: VisualFeatures) { imageNorm.measure(features.values) }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("image_norm", &imageNorm)
    visitor.visit("image_embedding", &imageEmbedding)
    visitor.visit("word_embedding", &wordEmbedding)
    visitor.visit("frame_\(cellName)", &frameCell)
    visitor.visit("word_\(cellName)", &wordCell)
    visitor.visit("word_logits", &wordScoring)
  }
}
