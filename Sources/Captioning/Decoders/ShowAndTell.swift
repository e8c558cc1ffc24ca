import ImageEncoders
import Layers
import Tensors

/// A decoder that reads the picture once, before the words (Vinyals et al., 2015).
///
///     x₋₁ = W_image norm(features)      xₜ = W_word[word t]      p(word t+1) = softmax(V cell(xₜ) + b)
///
/// The picture is the cell's first input and is not shown again.
package struct ShowAndTell<Cell: RecurrentCell>: WordDecoder {
  /// Standardizes every image feature.
  package var imageNorm: FeatureNorm
  /// Image features to the first input, `[F] → [E]`.
  package var imageEmbedding: Linear
  /// One row per word, `[V, E]`.
  package var wordEmbedding: Embedding
  package var cell: Cell
  /// A hidden state to a score for each next word, `[H] → [V]`.
  package var outputProjection: OutputProjection
  /// The cell's name in weight files.
  private let cellName: String

  /// No data of pictures is kept.
  package typealias Context = Void
  package typealias State = Cell.State

  package var featureKind: FeatureKind { .pooled }
  package var featureSize: Int { imageEmbedding.weight.shape[1] }

  /// - Parameters:
  ///   - cell: Reads the picture and the words.
  ///   - cellName: The cell's name in weight files, such as `lstm`.
  ///   - featureSize: The number of features of a picture, `F`.
  ///   - vocabularySize: The number of words, special ones included, `V`.
  ///   - isTied: True if words are scored by the rows of the embedding, which are as long as a hidden state
  ///     then.
  package init(
    cell: Cell, named cellName: String, featureSize: Int, vocabularySize: Int, isTied: Bool = false
  ) {
    precondition(
      !isTied || cell.inputSize == cell.hiddenSize,
      "show and tell: hidden states of \(cell.hiddenSize) and tied words of \(cell.inputSize)")
    imageNorm = FeatureNorm(size: featureSize)
    imageEmbedding = Linear(from: featureSize, to: cell.inputSize)
    wordEmbedding = Embedding(count: vocabularySize, size: cell.inputSize)
    outputProjection = OutputProjection(
      from: cell.hiddenSize, vocabularySize: vocabularySize, isTied: isTied)
    (self.cell, self.cellName) = (cell, cellName)
  }

  package func begin(
    _ features: PackedSequence, dropout: SequenceDropout?, in precision: ElementType
  ) -> DecoderBeginning<Context, State> {
    DecoderBeginning(
      (), cell.initialState(rows: features.count, on: features.values.device),
      firstInput: imageEmbedding(imageNorm(features.values).converted(to: precision)))
  }

  package func read(
    _ words: Tensor, from state: State, _ reading: DecoderReading<Context>
  ) -> DecoderRead<State> {
    var inputs = words.converted(to: reading.precision)
    if let dropout = reading.dropout { inputs = dropout(inputs, reading.layout, at: .input) }
    let read = cell.recurShowingHidden(
      cell.project(inputs), reading.layout, from: state, in: reading.precision,
      dropout: reading.dropout)
    return DecoderRead(
      output: read.output.converted(to: reading.precision),
      hidden: read.hidden.converted(to: reading.precision), state: read.state)
  }

  package func hidden(of state: State) -> Tensor { cell.hidden(of: state) }

  package mutating func fitNormalization(_ features: PackedSequence) {
    imageNorm.fit(features.values)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("image_norm", &imageNorm)
    visitor.visit("image_embedding", &imageEmbedding)
    visitor.visit("word_embedding", &wordEmbedding)
    visitor.visit(cellName, &cell)
    visitor.visit("word_logits", &outputProjection)
  }
}

extension DecoderType {
  package static let showAndTell = DecoderType(
    "show-and-tell", aliases: ["video-mean"], reading: .pooled
  ) { blueprint in
    let configuration = blueprint.configuration
    func decoder(_ cell: some RecurrentCell) -> any VisualDecoder {
      ShowAndTell(
        cell: cell, named: blueprint.cellName, featureSize: blueprint.featureSize,
        vocabularySize: blueprint.vocabularySize, isTied: configuration.isTied)
    }
    return decoder(blueprint.cell(inputSize: configuration.embeddingSize))
  }
}
