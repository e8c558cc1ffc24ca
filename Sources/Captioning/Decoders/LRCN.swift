import ImageEncoders
import Layers
import Tensors
import Text

/// Shows the picture to a recurrent layer beside every word (long-term recurrent convolutional network;
/// Donahue et al., 2015).
///
///     v = W_image norm(features)
///     one layer, or unfactored:  h⁰ₜ = cell₀([W_word[word t]; v])    hᵏₜ = cellₖ(hᵏ⁻¹ₜ)
///     factored:                  h⁰ₜ = cell₀(W_word[word t])         h¹ₜ = cell₁([h⁰ₜ; v])
///     p(word t+1) = softmax(V hₜ + b)
///
/// Factored, the lowest layer learns of words alone. A clip is the mean of its frames.
public struct LRCN<Layer: RecurrentLayer>: WordDecoder {
  /// Brings every image feature to mean 0 and deviation 1.
  public var imageNorm: FeatureNorm
  /// Image features to what is read of them, `[F] → [E]`.
  public var imageEmbedding: Linear
  /// One row per word, `[V, E]`.
  public var wordEmbedding: Embedding
  /// The lowest first.
  public var layers: [Layer]
  /// A hidden state to a score for each next word, `[H] → [V]`.
  public var wordScoring: WordScoring
  /// Which of the layers reads the picture.
  private let imageLayer: Int
  /// The layers' name in weight files.
  private let cellName: String

  public var featureKind: FeatureKind { .pooled }
  public var featureSize: Int { imageEmbedding.weight.shape[1] }
  public var vocabularySize: Int { wordScoring.bias.elementCount }
  public var wordLogits: Linear { wordScoring.layer(beside: wordEmbedding) }

  /// - Parameters:
  ///   - cellName: What weight files call the layers, such as `lstm`.
  ///   - layerCount: How many there are.
  ///   - isFactored: Whether the second one reads the picture rather than the first.
  ///   - embeddingSize: `E`, of pictures and words.
  ///   - hiddenSize: Of every layer.
  ///   - featureSize: How many numbers describe a picture.
  ///   - vocabularySize: How many words there are, special ones included.
  ///   - isTied: Whether words are scored by the rows of the embedding, which are as long as a hidden
  ///     state then.
  ///   - layer: Makes a layer of the given sizes of input and state.
  public init(
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
    wordScoring = WordScoring(from: hiddenSize, vocabularySize: vocabularySize, isTied: isTied)
    (self.imageLayer, self.cellName) = (imageLayer, cellName)
  }

  /// The context is what is read of each picture, `[P, E]`.
  public func start(
    _ features: VisualFeatures, in precision: ElementType
  ) -> (context: Tensor, state: [Layer.State]) {
    let pictures = imageEmbedding(imageNorm(features.values).converted(to: precision))
    return (
      pictures.converted(to: precision),
      layers.map { $0.initialState(rows: features.count, on: features.values.device) }
    )
  }

  public func step(
    _ words: [TokenID], _ state: [Layer.State], _ context: Tensor, pictureOfRow: [Int],
    in precision: ElementType
  ) -> DecoderStep<[Layer.State]> {
    let read = read(
      wordEmbedding(words.map(\.index)).converted(to: precision),
      SequenceLayout(steps: 1, rows: words.count), beside: context.rows(pictureOfRow), from: state,
      nil)
    return DecoderStep(output: read.hidden, state: read.state)
  }

  public func outputs(
    for captions: PackedCaptions, describing features: VisualFeatures, dropout: SequenceDropout?,
    in precision: ElementType
  ) -> DecoderOutputs {
    let (context, blank) = start(features, in: precision)
    let (layout, ids) = (captions.layout, captions.inputs.map(\.index))
    let words = dropout?(wordEmbedding(ids), of: ids, layout) ?? wordEmbedding(ids)
    let pictureOfRow = layout.rowCounts.flatMap { captions.pictures.prefix($0) }
    let first = blank.rows(captions.pictures)
    let hidden = read(
      words.converted(to: precision), layout, beside: context.rows(pictureOfRow), from: first,
      dropout
    ).hidden
    let top = layers.count - 1
    let before = layers[top].hidden(of: first[top])
    return DecoderOutputs(
      dropout?.inLayer(top)(hidden, layout, at: .output) ?? hidden,
      hidden: Tensor(
        concatenating: [before, hidden].map { $0.converted(to: .float32) }, along: 0))
  }

  /// Reads words, `[N, E]`, each beside its picture, `[N, E]`.
  private func read(
    _ words: Tensor, _ layout: SequenceLayout, beside pictures: Tensor, from state: [Layer.State],
    _ dropout: SequenceDropout?
  ) -> (hidden: Tensor, state: [Layer.State]) {
    var (output, states): (Tensor, [Layer.State]) = (words, [])
    for (index, layer) in layers.enumerated() {
      let dropout = dropout?.inLayer(index)
      var input = output
      if index == imageLayer { input = Tensor(concatenating: [input, pictures], along: 1) }
      if let dropout { input = dropout(input, layout, at: .input) }
      let read = layer(input, layout, from: state[index], dropout: dropout)
      output = read.hidden
      states.append(read.state)
    }
    return (output, states)
  }

  public mutating func measure(_ features: VisualFeatures) { imageNorm.measure(features.values) }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("image_norm", &imageNorm)
    visitor.visit("image_embedding", &imageEmbedding)
    visitor.visit("word_embedding", &wordEmbedding)
    var named = NumberedLayers(layers: layers)
    layers = []
    visitor.visit(cellName, &named)
    layers = named.layers
    visitor.visit("word_logits", &wordScoring)
  }
}

/// Layers under PyTorch's names for those of one stack.
private struct NumberedLayers<Layer: RecurrentLayer>: Module {
  var layers: [Layer]

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    for index in layers.indices { layers[index].visitParameters(&visitor, of: "l\(index)") }
  }
}
