import ImageEncoders
import Layers
import Tensors
import Text

/// Writes a caption after one look at the picture (Vinyals et al., 2015).
///
///     x₋₁ = W_image norm(features)      xₜ = W_word[word t]      p(word t+1) = softmax(V cell(xₜ) + b)
///
/// The picture is the cell's first input and is not shown again.
public struct ShowAndTell<Cell: RecurrentCell>: WordDecoder {
  /// Brings every image feature to mean 0 and deviation 1.
  public var imageNorm: FeatureNorm
  /// Image features to the first input, `[F] → [E]`.
  public var imageEmbedding: Linear
  /// One row per word, `[V, E]`.
  public var wordEmbedding: Embedding
  public var cell: Cell
  /// A hidden state to a score for each next word, `[H] → [V]`.
  public var wordScoring: WordScoring
  /// The cell's name in weight files.
  private let cellName: String

  public var featureKind: FeatureKind { .pooled }
  public var featureSize: Int { imageEmbedding.weight.shape[1] }
  public var vocabularySize: Int { wordScoring.bias.elementCount }
  public var wordLogits: Linear { wordScoring.layer(beside: wordEmbedding) }

  /// - Parameters:
  ///   - cell: Reads the picture and the words.
  ///   - cellName: What weight files call it, such as `lstm`.
  ///   - featureSize: How many numbers describe a picture.
  ///   - vocabularySize: How many words there are, special ones included.
  ///   - isTied: Whether words are scored by the rows of the embedding, which are as long as a hidden
  ///     state then.
  public init(
    cell: Cell, named cellName: String, featureSize: Int, vocabularySize: Int, isTied: Bool = false
  ) {
    precondition(
      !isTied || cell.inputSize == cell.hiddenSize,
      "show and tell: hidden states of \(cell.hiddenSize) and tied words of \(cell.inputSize)")
    imageNorm = FeatureNorm(size: featureSize)
    imageEmbedding = Linear(from: featureSize, to: cell.inputSize)
    wordEmbedding = Embedding(count: vocabularySize, size: cell.inputSize)
    wordScoring = WordScoring(
      from: cell.hiddenSize, vocabularySize: vocabularySize, isTied: isTied)
    (self.cell, self.cellName) = (cell, cellName)
  }

  public func start(
    _ features: VisualFeatures, in precision: ElementType
  ) -> (context: Void, state: Cell.State) {
    let state = cell.initialState(rows: features.count, on: features.values.device)
    return ((), cell(embedded(features, in: precision).converted(to: precision), from: state).state)
  }

  public func step(
    _ words: [TokenID], _ state: Cell.State, _ context: Void, pictureOfRow: [Int],
    in precision: ElementType
  ) -> DecoderStep<Cell.State> {
    let (hidden, next) = cell(
      wordEmbedding(words.map(\.index)).converted(to: precision), from: state)
    return DecoderStep(output: hidden, state: next)
  }

  public func outputs(
    for captions: PackedCaptions, describing features: VisualFeatures, dropout: SequenceDropout?,
    in precision: ElementType
  ) -> DecoderOutputs {
    let pictures = embedded(features, in: precision).rows(captions.pictures)
    let ids = captions.inputs.map(\.index)
    let words = dropout?(wordEmbedding(ids), of: ids, captions.layout) ?? wordEmbedding(ids)
    let count = captions.pictures.count
    let layout = captions.layout.precededByOneStep
    var inputs = Tensor(concatenating: [pictures, words], along: 0).converted(to: precision)
    if let dropout { inputs = dropout(inputs, layout, at: .input) }
    let state = cell.initialState(rows: count, on: features.values.device)
    let read = cell.recurShowingHidden(
      cell.project(inputs), layout, from: state, in: precision, dropout: dropout)
    // What the cell says after the picture alone is not a word.
    let output = read.output.converted(to: precision).slice(count..<layout.rowCount)
    return DecoderOutputs(
      dropout?(output, captions.layout, at: .output) ?? output,
      hidden: read.hidden.converted(to: precision))
  }

  public mutating func measure(_ features: VisualFeatures) { imageNorm.measure(features.values) }

  /// The cell's first inputs, `[P, E]`.
  private func embedded(_ features: VisualFeatures, in precision: ElementType) -> Tensor {
    imageEmbedding(imageNorm(features.values).converted(to: precision))
  }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("image_norm", &imageNorm)
    visitor.visit("image_embedding", &imageEmbedding)
    visitor.visit("word_embedding", &wordEmbedding)
    visitor.visit(cellName, &cell)
    visitor.visit("word_logits", &wordScoring)
  }
}
