import ImageEncoders
import Layers
import Tensors
import Text

/// Writes a caption and looks at the picture again before each word (Xu et al., 2015; soft attention).
///
///     aₗ = relu(W_a norm(featuresₗ))       s₋₁ = tanh(W_s mean(a))
///     αₜ = softmaxₗ(v · tanh(K aₗ + Q hₜ₋₁))     zₜ = σ(W_β hₜ₋₁) ∘ Σₗ αₜₗ aₗ
///     hₜ = cell([W_word[word t]; zₜ])
///     p(word t+1) = softmax(V (W_word[word t] + W_h hₜ + W_z zₜ) + b)
///
/// The gate β has a number for each feature, as in most implementations since; the paper's has one for all.
/// Unlike there, features are standardised and projected once: nothing else of a picture is kept. Over the
/// frames of a clip instead of positions this is temporal attention (Yao et al., 2015).
public struct ShowAttendAndTell<Cell: RecurrentCell>: WordDecoder {
  /// Brings every feature to mean 0 and deviation 1 over all positions.
  public var featureNorm: FeatureNorm
  /// The features of a position to what is looked at, `[F] → [D]`.
  public var annotation: Linear
  /// The mean of what can be seen to the parts of the cell's first state, `[D] → [H]` each.
  public var initialState: [Linear]
  /// `[D] → [A]`, once for each position.
  public var attentionKey: Linear
  /// `[H] → [A]`, at each word.
  public var attentionQuery: Linear
  /// `v`, `[A]`.
  public var attentionScoring: Tensor
  /// How much of what was seen is let in, `[H] → [D]`.
  public var attentionGate: Linear
  /// One row per word, `[V, E]`.
  public var wordEmbedding: Embedding
  /// Reads a word and what was seen, `E + D` numbers.
  public var cell: Cell
  /// `[H] → [E]`.
  public var hiddenOutput: Linear
  /// `[D] → [E]`.
  public var seenOutput: Linear
  /// `[E]` to a score for each next word, `[V]`.
  public var wordScoring: WordScoring
  /// The cell's name in weight files.
  private let cellName: String

  public var featureSize: Int { annotation.weight.shape[1] }
  public var vocabularySize: Int { wordScoring.bias.elementCount }
  public var wordLogits: Linear { wordScoring.layer(beside: wordEmbedding) }
  /// Whether positions of pictures are looked at, or frames of clips.
  public let featureKind: FeatureKind

  /// What is kept of pictures.
  public struct Context: Sendable {
    /// `[N, A]`.
    let keys: Tensor
    /// `[N, D]`, `N` being the positions of all pictures.
    let annotations: VisualFeatures
  }

  /// - Parameters:
  ///   - cell: Reads words of `E` numbers together with `annotationSize` numbers seen.
  ///   - cellName: What weight files call it, such as `lstm`.
  ///   - featureKind: `.positions` or `.frames`.
  ///   - annotationSize: `D`.
  ///   - attentionSize: `A`.
  ///   - featureSize: How many numbers describe a position of a picture.
  ///   - vocabularySize: How many words there are, special ones included.
  ///   - isTied: Whether words are scored by the rows of the embedding.
  public init(
    cell: Cell, named cellName: String, lookingAt featureKind: FeatureKind = .positions,
    annotationSize: Int, attentionSize: Int, featureSize: Int, vocabularySize: Int,
    isTied: Bool = false
  ) {
    let (embeddingSize, hiddenSize) = (cell.inputSize - annotationSize, cell.hiddenSize)
    featureNorm = FeatureNorm(size: featureSize)
    annotation = Linear(from: featureSize, to: annotationSize)
    initialState = (0..<cell.statePartCount).map { _ in Linear(from: annotationSize, to: hiddenSize)
    }
    attentionKey = Linear(from: annotationSize, to: attentionSize)
    attentionQuery = Linear(from: hiddenSize, to: attentionSize)
    attentionScoring = Tensor(zeros: [attentionSize])
    attentionGate = Linear(from: hiddenSize, to: annotationSize)
    wordEmbedding = Embedding(count: vocabularySize, size: embeddingSize)
    hiddenOutput = Linear(from: hiddenSize, to: embeddingSize)
    seenOutput = Linear(from: annotationSize, to: embeddingSize)
    wordScoring = WordScoring(
      from: embeddingSize, vocabularySize: vocabularySize, isTied: isTied)
    (self.cell, self.cellName, self.featureKind) = (cell, cellName, featureKind)
  }

  public func start(
    _ features: VisualFeatures, in precision: ElementType
  ) -> (context: Context, state: Cell.State) {
    let annotations = features.map { relu(featureNorm($0, then: annotation, in: precision)) }
    let mean = annotations.means.converted(to: precision)
    let parts = initialState.map { tanh($0(mean)) }
    let keys = attentionKey(annotations.values.converted(to: precision))
    return (Context(keys: keys, annotations: annotations), cell.state(of: parts))
  }

  public func step(
    _ words: [TokenID], _ state: Cell.State, _ context: Context, pictureOfRow: [Int],
    in precision: ElementType
  ) -> DecoderStep<Cell.State> {
    read(wordEmbedding(words.map(\.index)), state, context, pictureOfRow, nil, in: precision)
  }

  public func outputs(
    for captions: PackedCaptions, describing features: VisualFeatures, dropout: SequenceDropout?,
    in precision: ElementType
  ) -> DecoderOutputs {
    let (context, first) = start(features, in: precision)
    let layout = captions.layout
    let ids = captions.inputs.map(\.index)
    var words = wordEmbedding(ids)
    if let dropout { words = dropout(dropout(words, of: ids, layout), layout, at: .input) }
    var state = first.rows(captions.pictures)
    var hidden = [cell.hidden(of: state)]
    var outputs: [Tensor] = []
    var coverage = Coverage()
    for step in 0..<layout.stepCount {
      let count = layout.rowCounts[step]
      if step > 0, count < layout.rowCounts[step - 1] { state = state.rows(Array(0..<count)) }
      let read = read(
        words.slice(layout.rows(ofStep: step)), state, context,
        Array(captions.pictures.prefix(count)), dropout?.at(step: step, of: layout),
        in: precision)
      state = read.state
      hidden.append(cell.hidden(of: state))
      outputs.append(read.output)
      if let attention = read.attention { coverage.add(attention) }
    }
    let output = Tensor(concatenating: outputs, along: 0)
    return DecoderOutputs(
      dropout?(output, layout, at: .output) ?? output,
      hidden: Tensor(concatenating: hidden.map { $0.converted(to: .float32) }, along: 0),
      coverage: coverage.total)
  }

  /// Reads one word per row, given as its row of the table, `[B, E]`.
  private func read(
    _ words: Tensor, _ state: Cell.State, _ context: Context, _ pictureOfRow: [Int],
    _ dropout: SequenceDropout?, in precision: ElementType
  ) -> DecoderStep<Cell.State> {
    let before = cell.hidden(of: state).converted(to: precision)
    let (seen, attention) = additiveAttention(
      attentionQuery(before), keys: context.keys, values: context.annotations.values,
      positionCounts: context.annotations.counts, scoring: attentionScoring,
      pictureOfRow: pictureOfRow)
    let admitted = sigmoid(attentionGate(before)) * seen
    let input = Tensor(concatenating: [words, admitted], along: 1).converted(to: precision)
    let layout = SequenceLayout(steps: 1, rows: pictureOfRow.count)
    let (hidden, next) = cell(input, layout, from: state, dropout: dropout)
    let output = words + hiddenOutput(hidden) + seenOutput(admitted.converted(to: precision))
    return DecoderStep(output: output.converted(to: precision), state: next, attention: attention)
  }

  public mutating func measure(_ features: VisualFeatures) { featureNorm.measure(features.values) }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("feature_norm", &featureNorm)
    visitor.visit("annotation", &annotation)
    for index in initialState.indices {
      visitor.visit("initial_state.\(index)", &initialState[index])
    }
    visitor.visit("attention.key", &attentionKey)
    visitor.visit("attention.query", &attentionQuery)
    let bound = 1 / Float(attentionScoring.elementCount).squareRoot()
    visitor.visit("attention.scoring", &attentionScoring, initially: .uniform(bound: bound))
    visitor.visit("attention.gate", &attentionGate)
    visitor.visit("word_embedding", &wordEmbedding)
    visitor.visit(cellName, &cell)
    visitor.visit("output.hidden", &hiddenOutput)
    visitor.visit("output.seen", &seenOutput)
    visitor.visit("word_logits", &wordScoring)
  }
}

/// How often each position was looked at, step by step, while the shorter captions end.
private struct Coverage {
  private var living: Tensor?
  private var ended: [Tensor] = []

  /// Adds the weights of the next step, `[n, L]`, of the first `n` captions.
  mutating func add(_ attention: Tensor) {
    guard let living else { return self.living = attention }
    let (count, before) = (attention.shape[0], living.shape[0])
    if count < before { ended.insert(living.slice(count..<before), at: 0) }
    self.living = (count < before ? living.slice(0..<count) : living) + attention
  }

  /// `[B, L]`.
  var total: Tensor? {
    living.map { ended.isEmpty ? $0 : Tensor(concatenating: [$0] + ended, along: 0) }
  }
}
