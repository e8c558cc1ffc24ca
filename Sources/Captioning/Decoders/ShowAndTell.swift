import Layers
import Tensors
import Text

/// Writes a caption after one look at the picture (Vinyals et al., 2015).
///
///     x₋₁ = W_image norm(features)      xₜ = W_word[word t]      p(word t+1) = softmax(V cell(xₜ) + b)
///
/// The picture is the cell's first input and is not shown again.
public struct ShowAndTell<Cell: RecurrentCell>: CaptionDecoder {
  /// Brings every image feature to mean 0 and deviation 1.
  public var imageNorm: FeatureNorm
  /// Image features to the first input, `[F] → [E]`.
  public var imageEmbedding: Linear
  /// One row per word, `[V, E]`.
  public var wordEmbedding: Embedding
  public var cell: Cell
  /// A hidden state to a score for each next word, `[H] → [V]`.
  public var wordLogits: Linear
  /// The cell's name in weight files.
  private let cellName: String

  public var featureSize: Int { imageEmbedding.weight.shape[1] }
  public var vocabularySize: Int { wordLogits.weight.shape[0] }

  /// - Parameters:
  ///   - cell: Reads the picture and the words.
  ///   - cellName: What weight files call it, such as `lstm`.
  ///   - featureSize: How many numbers describe a picture.
  ///   - vocabularySize: How many words there are, special ones included.
  public init(cell: Cell, named cellName: String, featureSize: Int, vocabularySize: Int) {
    imageNorm = FeatureNorm(size: featureSize)
    imageEmbedding = Linear(from: featureSize, to: cell.inputSize)
    wordEmbedding = Embedding(count: vocabularySize, size: cell.inputSize)
    wordLogits = Linear(from: cell.hiddenSize, to: vocabularySize)
    (self.cell, self.cellName) = (cell, cellName)
  }

  public func start(_ features: Tensor) -> (context: Void, state: Cell.State) {
    let pictures = embedded(features)
    let state = cell.initialState(rows: features.shape[0], on: features.device)
    return ((), cell(pictures.asOneStep, from: state).state)
  }

  public func step(
    _ words: [TokenID], _ state: Cell.State, _ context: Void, pictureOfRow: [Int]
  ) -> (logits: Tensor, state: Cell.State) {
    let (hidden, state) = cell(wordEmbedding(words.map(\.index)).asOneStep, from: state)
    return (wordLogits(hidden.reshaped(to: [words.count, -1])), state)
  }

  public func logits(
    for captions: PaddedCaptions, describing features: Tensor, pictureOfRow: [Int],
    dropout: SequenceDropout?
  ) -> Tensor {
    let pictures = embedded(features).rows(pictureOfRow).asOneStep
    let words = wordEmbedding(captions.inputs.joined().map(\.index))
      .reshaped(to: [captions.inputs.count, pictureOfRow.count, -1])
    var inputs = Tensor(concatenating: [pictures, words], along: 0)
    if let dropout { inputs = dropout(inputs, at: .input) }
    let state = cell.initialState(rows: pictureOfRow.count, on: features.device)
    // What the cell says after the picture alone is not a word.
    var hidden = cell(inputs, from: state).hidden.slice(1..<inputs.shape[0])
    if let dropout { hidden = dropout(hidden, at: .output) }
    return wordLogits(hidden)
  }

  public mutating func measure(_ features: Tensor) { imageNorm.measure(features) }

  /// `[P, F]` to the cell's first inputs, `[P, E]`.
  private func embedded(_ features: Tensor) -> Tensor { imageEmbedding(imageNorm(features)) }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("image_norm", &imageNorm)
    visitor.visit("image_embedding", &imageEmbedding)
    visitor.visit("word_embedding", &wordEmbedding)
    visitor.visit(cellName, &cell)
    visitor.visit("word_logits", &wordLogits)
  }
}

extension Tensor {
  /// `[B, E]` as a sequence of one step, `[1, B, E]`.
  fileprivate var asOneStep: Tensor { reshaped(to: [1] + shape) }
}
