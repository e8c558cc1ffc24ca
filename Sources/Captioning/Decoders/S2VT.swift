import ImageEncoders
import Layers
import Tensors
import Text

/// A decoder that reads a clip frame by frame and then writes its caption with the same two layers (sequence
/// to sequence, video to text; Venugopalan et al., 2015).
///
///     reading:  hₜ = frameCell(W_image norm(frame t))    gₜ = wordCell([hₜ; 0])
///     writing:  hₜ = frameCell(0)                        gₜ = wordCell([hₜ; W_word[word t]])
///               p(word t+1) = softmax(V gₜ + b)
///
/// Absent inputs, words at first and frames later, are 0 and cost no product. Clips of different lengths are
/// read each to its own end, so there are no padded frames either.
package struct S2VT<Layer: RecurrentLayer>: WordDecoder {
  /// Standardizes every feature over all frames.
  package var imageNorm: FeatureNorm
  /// The features of a frame to the layer's input, `[F] → [E]`.
  package var imageEmbedding: Linear
  /// One row per word, `[V, E]`.
  package var wordEmbedding: Embedding
  /// The layer that reads frames, `[E]`.
  package var frameCell: Layer
  /// The layer that reads the outputs of `frameCell`, and words, `[H + E]`.
  package var wordCell: Layer
  /// A hidden state to a score for each next word, `[H] → [V]`.
  package var outputProjection: OutputProjection
  /// The layers' name in weight files.
  private let cellName: String

  /// The states of both layers.
  package struct State: RowSelectable {
    package var frames: Layer.State
    package var words: Layer.State

    package func rows(_ indices: [Int]) -> State {
      State(frames: frames.rows(indices), words: words.rows(indices))
    }
  }

  /// No data of clips is kept beside the state.
  package typealias Context = Void

  package var featureKind: FeatureKind { .frames }
  package var featureSize: Int { imageEmbedding.weight.shape[1] }

  /// - Parameters:
  ///   - cellName: The layers' name in weight files, such as `lstm`.
  ///   - embeddingSize: `E`, of frames and words.
  ///   - hiddenSize: `H`.
  ///   - featureSize: The number of features of a frame, `F`.
  ///   - vocabularySize: The number of words, special ones included, `V`.
  ///   - isTied: True if words are scored by the rows of the embedding, which are as long as a hidden
  ///     state then.
  ///   - layer: Makes a layer of the given sizes of input and state.
  package init(
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
    outputProjection = OutputProjection(
      from: hiddenSize, vocabularySize: vocabularySize, isTied: isTied)
    self.cellName = cellName
  }

  package var outputLayer: Int { 1 }

  package func begin(
    _ features: PackedSequence, dropout: SequenceDropout?, in precision: ElementType
  ) -> DecoderBeginning<Context, State> {
    let steps = features.stepOrder
    let layout = steps.layout
    let lower = dropout?.ofSequences(steps.sequences)
    let upper = lower?.inLayer(1)
    var frames = imageNorm(features.values, then: imageEmbedding, in: precision)
      .rows(steps.rows).converted(to: precision)
    if let lower { frames = lower(frames, layout, at: .input) }
    func blank(_ layer: Layer) -> Layer.State {
      layer.initialState(rows: features.count, on: features.values.device)
    }
    let (read, ofFrames) = frameCell(frames, layout, from: blank(frameCell), dropout: lower)
    let input = upper?(read, layout, at: .input) ?? read
    let ofWords = wordCell(input, layout, from: blank(wordCell), dropout: upper).state
    return DecoderBeginning(
      (), State(frames: ofFrames, words: ofWords).rows(steps.placesOfSequences))
  }

  package func read(
    _ words: Tensor, from state: State, _ reading: DecoderReading<Context>
  ) -> DecoderRead<State> {
    let (layout, precision) = (reading.layout, reading.precision)
    let (lower, upper) = (reading.dropout, reading.dropout?.inLayer(1))
    let (frameOutput, frames) = frameCell(
      zeroInput(rows: layout.rowCount, in: precision), layout, from: state.frames, dropout: lower)
    var input = Tensor(
      concatenating: [frameOutput, words.converted(to: precision)], along: 1)
    if let upper { input = upper(input, layout, at: .input) }
    let (wordOutput, next) = wordCell(input, layout, from: state.words, dropout: upper)
    return DecoderRead(output: wordOutput, state: State(frames: frames, words: next))
  }

  package func hidden(of state: State) -> Tensor { wordCell.hidden(of: state.words) }

  /// The input of `frameCell` while there are no frames, which costs no product.
  private func zeroInput(rows: Int, in precision: ElementType) -> Tensor {
    Tensor(zeros: [rows, 0], type: precision, on: wordEmbedding.weight.device)
  }

  package mutating func fitNormalization(_ features: PackedSequence) {
    imageNorm.fit(features.values)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("image_norm", &imageNorm)
    visitor.visit("image_embedding", &imageEmbedding)
    visitor.visit("word_embedding", &wordEmbedding)
    visitor.visit("frame_\(cellName)", &frameCell)
    visitor.visit("word_\(cellName)", &wordCell)
    visitor.visit("word_logits", &outputProjection)
  }
}

extension DecoderType {
  package static let s2vt = DecoderType(
    "s2vt", reading: .frames, usualLayerCount: 2, canBeResidual: false,
    layerProblem: { configuration in
      configuration.layerCount == 2 ? nil : "must be 2, of which one reads frames and one words"
    }
  ) { blueprint in
    let configuration = blueprint.configuration
    func decoder(_ layers: some LayerMaking) -> any VisualDecoder {
      S2VT(
        named: blueprint.cellName, embeddingSize: configuration.embeddingSize,
        hiddenSize: configuration.hiddenSize, featureSize: blueprint.featureSize,
        vocabularySize: blueprint.vocabularySize, isTied: configuration.isTied
      ) { layers.layer(inputSize: $0, hiddenSize: $1) }
    }
    return decoder(blueprint.layers)
  }
}
