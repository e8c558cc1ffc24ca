import ImageEncoders
import Layers
import Tensors
import Text

/// A decoder that feeds the picture to a recurrent layer beside every word (long-term recurrent
/// convolutional network; Donahue et al., 2015).
///
///     v = W_image norm(features)
///     one layer, or unfactored:  h⁰ₜ = cell₀([W_word[word t]; v])    hᵏₜ = cellₖ(hᵏ⁻¹ₜ)
///     factored:                  h⁰ₜ = cell₀(W_word[word t])         h¹ₜ = cell₁([h⁰ₜ; v])
///     p(word t+1) = softmax(V hₜ + b)
///
/// Factored, the lowest layer reads words alone. A clip is the mean of its frames.
package struct LRCN<Layer: RecurrentLayer>: WordDecoder {
  /// Standardizes every image feature.
  package var imageNorm: FeatureNorm
  /// Image features to the layer's input, `[F] → [E]`.
  package var imageEmbedding: Linear
  /// One row per word, `[V, E]`.
  package var wordEmbedding: Embedding
  /// The recurrent layers, the lowest first.
  package var layers: [Layer]
  /// A hidden state to a score for each next word, `[H] → [V]`.
  package var outputProjection: OutputProjection
  /// The index of the layer that reads the picture.
  private let imageLayer: Int
  /// The layers' name in weight files.
  private let cellName: String

  /// The embedding of each picture, `[P, E]`.
  package typealias Context = Tensor
  package typealias State = [Layer.State]

  package var featureKind: FeatureKind { .pooled }
  package var featureSize: Int { imageEmbedding.weight.shape[1] }

  /// - Parameters:
  ///   - cellName: The layers' name in weight files, such as `lstm`.
  ///   - layerCount: The number of layers.
  ///   - isFactored: True if the second layer reads the picture rather than the first.
  ///   - embeddingSize: `E`, of pictures and words.
  ///   - hiddenSize: Of every layer.
  ///   - featureSize: The number of features of a picture, `F`.
  ///   - vocabularySize: The number of words, special ones included, `V`.
  ///   - isTied: True if words are scored by the rows of the embedding, which are as long as a hidden
  ///     state then.
  ///   - layer: Makes a layer of the given sizes of input and state.
  package init(
    named cellName: String, layerCount: Int, isFactored: Bool, embeddingSize: Int, hiddenSize: Int,
    featureSize: Int, vocabularySize: Int, isTied: Bool = false,
    layer: (Int, Int) -> Layer = Layer.init
  ) {
    precondition(
      layerCount > (isFactored ? 1 : 0) && (!isTied || embeddingSize == hiddenSize),
      "LRCN: \(layerCount) layers of \(hiddenSize), factored \(isFactored), tied \(isTied)")
    let imageLayer = isFactored ? 1 : 0
    imageNorm = FeatureNorm(size: featureSize)
    imageEmbedding = Linear(from: featureSize, to: embeddingSize)
    wordEmbedding = Embedding(count: vocabularySize, size: embeddingSize)
    layers = (0..<layerCount).map { index in
      layer(
        (index == 0 ? embeddingSize : hiddenSize) + (index == imageLayer ? embeddingSize : 0),
        hiddenSize)
    }
    outputProjection = OutputProjection(
      from: hiddenSize, vocabularySize: vocabularySize, isTied: isTied)
    (self.imageLayer, self.cellName) = (imageLayer, cellName)
  }

  package var outputLayer: Int { layers.count - 1 }

  package func begin(
    _ features: PackedSequence, dropout: SequenceDropout?, in precision: ElementType
  ) -> DecoderBeginning<Context, State> {
    let pictures = imageEmbedding(imageNorm(features.values).converted(to: precision))
    return DecoderBeginning(
      pictures.converted(to: precision),
      layers.map { $0.initialState(rows: features.count, on: features.values.device) })
  }

  package func read(
    _ words: Tensor, from state: State, _ reading: DecoderReading<Context>
  ) -> DecoderRead<State> {
    let pictures = reading.context.rows(reading.pictureOfRow)
    var (output, states): (Tensor, [Layer.State]) = (words.converted(to: reading.precision), [])
    for (index, layer) in layers.enumerated() {
      let dropout = reading.dropout?.inLayer(index)
      var input = output
      if index == imageLayer { input = Tensor(concatenating: [input, pictures], along: 1) }
      if let dropout { input = dropout(input, reading.layout, at: .input) }
      let read = layer(input, reading.layout, from: state[index], dropout: dropout)
      output = read.hidden
      states.append(read.state)
    }
    return DecoderRead(output: output, state: states)
  }

  package func hidden(of state: State) -> Tensor {
    layers[outputLayer].hidden(of: state[outputLayer])
  }

  package mutating func fitNormalization(_ features: PackedSequence) {
    imageNorm.fit(features.values)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("image_norm", &imageNorm)
    visitor.visit("image_embedding", &imageEmbedding)
    visitor.visit("word_embedding", &wordEmbedding)
    var named = NumberedLayers(layers: layers)
    layers = []
    visitor.visit(cellName, &named)
    layers = named.layers
    visitor.visit("word_logits", &outputProjection)
  }
}

/// Layers under PyTorch's names for those of one stack.
private struct NumberedLayers<Layer: RecurrentLayer>: Module {
  var layers: [Layer]

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    for index in layers.indices { layers[index].visitParameters(&visitor, of: "l\(index)") }
  }
}

extension DecoderType {
  package static let lrcn = DecoderType(
    "lrcn", options: [isFactored], reading: .pooled, usualLayerCount: 2, canBeResidual: false,
    layerProblem: { configuration in
      configuration.type[isFactored] && configuration.layerCount < 2
        ? "must be 2 or more where the second layer reads the picture" : nil
    }
  ) { blueprint in
    let configuration = blueprint.configuration
    func decoder(_ layers: some LayerMaking) -> any VisualDecoder {
      LRCN(
        named: blueprint.cellName, layerCount: configuration.layerCount,
        isFactored: configuration.type[isFactored], embeddingSize: configuration.embeddingSize,
        hiddenSize: configuration.hiddenSize, featureSize: blueprint.featureSize,
        vocabularySize: blueprint.vocabularySize, isTied: configuration.isTied
      ) { layers.layer(inputSize: $0, hiddenSize: $1) }
    }
    return decoder(blueprint.layers)
  }

  package static let isFactored = FlagOption(
    "factored", default: true,
    help: "Feed the picture to the second layer rather than to the lowest.")
}
