import ImageEncoders
import Layers
import Tensors
import Text

/// A decoder with soft attention over the picture before each word (Xu et al., 2015).
///
///     aₗ = relu(W_a norm(featuresₗ))       s₋₁ = tanh(W_s mean(a))
///     αₜ = softmaxₗ(v · tanh(K aₗ + Q hₜ₋₁))     zₜ = σ(W_β hₜ₋₁) ∘ Σₗ αₜₗ aₗ
///     hₜ = cell([W_word[word t]; zₜ])
///     p(word t+1) = softmax(V (W_word[word t] + W_h hₜ + W_z zₜ) + b)
///
/// The gate β has a number for each feature, as in most implementations since; the paper's has one for all.
/// Unlike there, features are standardized and projected once, and nothing else of a picture is kept. Over
/// the frames of a clip instead of positions this is temporal attention (Yao et al., 2015).
package struct ShowAttendAndTell<Cell: RecurrentCell>: WordDecoder {
  /// Standardizes every feature over all positions.
  package var featureNorm: FeatureNorm
  /// The features of a position to its annotation, `[F] → [D]`.
  package var annotation: Linear
  /// The mean annotation to the parts of the cell's first state, `[D] → [H]` each.
  package var initialState: [Linear]
  /// `[D] → [A]`, once for each position.
  package var attentionKey: Linear
  /// `[H] → [A]`, at each word.
  package var attentionQuery: Linear
  /// `v`, `[A]`.
  package var attentionScoring: Tensor
  /// The hidden state to the gate β of the attended annotation, `[H] → [D]`.
  package var attentionGate: Linear
  /// One row per word, `[V, E]`.
  package var wordEmbedding: Embedding
  /// The cell, which reads a word and the attended annotation, `E + D` numbers.
  package var cell: Cell
  /// `[H] → [E]`.
  package var hiddenOutput: Linear
  /// `[D] → [E]`.
  package var seenOutput: Linear
  /// `[E]` to a score for each next word, `[V]`.
  package var outputProjection: OutputProjection
  /// The cell's name in weight files.
  private let cellName: String

  package var featureSize: Int { annotation.weight.shape[1] }
  /// The features that are attended to: `.positions` of pictures or `.frames` of clips.
  package let featureKind: FeatureKind

  package typealias State = Cell.State

  /// The keys and annotations of pictures.
  package struct Context: Sendable {
    /// `[N, A]`.
    let keys: Tensor
    /// `[N, D]`, `N` being the positions of all pictures.
    let annotations: PackedSequence
  }

  /// - Parameters:
  ///   - cell: Reads words of `E` numbers together with `annotationSize` numbers attended to.
  ///   - cellName: The cell's name in weight files, such as `lstm`.
  ///   - featureKind: `.positions` or `.frames`.
  ///   - annotationSize: `D`.
  ///   - attentionSize: `A`.
  ///   - featureSize: The number of features of a position, `F`.
  ///   - vocabularySize: The number of words, special ones included, `V`.
  ///   - isTied: True if words are scored by the rows of the embedding.
  package init(
    cell: Cell, named cellName: String, attendingTo featureKind: FeatureKind = .positions,
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
    outputProjection = OutputProjection(
      from: embeddingSize, vocabularySize: vocabularySize, isTied: isTied)
    (self.cell, self.cellName, self.featureKind) = (cell, cellName, featureKind)
  }

  package func begin(
    _ features: PackedSequence, dropout: SequenceDropout?, in precision: ElementType
  ) -> DecoderBeginning<Context, State> {
    let annotations = features.map { relu(featureNorm($0, then: annotation, in: precision)) }
    let mean = annotations.means.converted(to: precision)
    let parts = initialState.map { tanh($0(mean)) }
    let keys = attentionKey(annotations.values.converted(to: precision))
    return DecoderBeginning(
      Context(keys: keys, annotations: annotations), cell.state(of: parts))
  }

  package func read(
    _ words: Tensor, from state: State, _ reading: DecoderReading<Context>
  ) -> DecoderRead<State> {
    let layout = reading.layout
    let words = reading.dropout?(words, layout, at: .input) ?? words
    // One step is most of decoding, and its rows need not be copied.
    guard layout.stepCount > 1 else { return readStep(words, from: state, reading, step: 0) }
    var state = state
    var (outputs, hidden, coverage): ([Tensor], [Tensor], Coverage) = ([], [], Coverage())
    for step in 0..<layout.stepCount {
      let count = layout.rowCounts[step]
      if step > 0, count < layout.rowCounts[step - 1] { state = state.rows(Array(0..<count)) }
      let read = readStep(
        words.slice(layout.rows(ofStep: step)), from: state, reading, step: step)
      state = read.state
      outputs.append(read.output)
      // Gradients of states in bfloat16 would be rounded step by step.
      hidden.append(read.hidden.converted(to: .float32))
      if let attention = read.attention { coverage.add(attention) }
    }
    return DecoderRead(
      output: Tensor(concatenating: outputs, along: 0),
      hidden: Tensor(concatenating: hidden, along: 0), state: state, attention: coverage.total)
  }

  package func hidden(of state: State) -> Tensor { cell.hidden(of: state) }

  /// Reads one word per row, given as its row of the embedding, `[B, E]`.
  private func readStep(
    _ words: Tensor, from state: State, _ reading: DecoderReading<Context>, step: Int
  ) -> DecoderRead<State> {
    let (context, precision) = (reading.context, reading.precision)
    let pictures = Array(reading.pictures.prefix(reading.layout.rowCounts[step]))
    let before = cell.hidden(of: state).converted(to: precision)
    let (seen, attention) = additiveAttention(
      attentionQuery(before), keys: context.keys, values: context.annotations.values,
      positionCounts: context.annotations.counts, scoring: attentionScoring,
      pictureOfRow: pictures)
    let admitted = sigmoid(attentionGate(before)) * seen
    let input = Tensor(concatenating: [words, admitted], along: 1).converted(to: precision)
    let (hidden, next) = cell(
      input, SequenceLayout(steps: 1, rows: pictures.count), from: state,
      dropout: reading.dropout?.at(step: step, of: reading.layout))
    let output = words + hiddenOutput(hidden) + seenOutput(admitted.converted(to: precision))
    return DecoderRead(
      output: output.converted(to: precision), hidden: cell.hidden(of: next), state: next,
      attention: attention)
  }

  package mutating func fitNormalization(_ features: PackedSequence) {
    featureNorm.fit(features.values)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
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
    visitor.visit("word_logits", &outputProjection)
  }
}

/// The attention to each position, summed over steps, while the shorter captions end.
private struct Coverage {
  private var active: Tensor?
  private var ended: [Tensor] = []

  /// Adds the weights of the next step, `[n, L]`, of the first `n` captions.
  mutating func add(_ attention: Tensor) {
    guard let active else { return self.active = attention }
    let (count, before) = (attention.shape[0], active.shape[0])
    if count < before { ended.insert(active.slice(count..<before), at: 0) }
    self.active = (count < before ? active.slice(0..<count) : active) + attention
  }

  /// `[B, L]`.
  var total: Tensor? {
    active.map { ended.isEmpty ? $0 : Tensor(concatenating: [$0] + ended, along: 0) }
  }
}

extension DecoderType {
  package static let showAttendTell = attention("show-attend-tell", over: .positions)
  package static let temporalAttention = attention("temporal-attention", over: .frames)

  package static let annotationSize = IntegerOption(
    "annotation-size", in: 1...65536, default: 512,
    help: "The number of features that are kept of each position or frame.")
  package static let attentionSize = IntegerOption(
    "attention-size", in: 1...65536, default: 512,
    help: "The number of features that positions or frames are compared by.")

  /// Returns the entry with these sizes.
  package func with(annotationSize: Int, attentionSize: Int) -> Configured<DecoderType> {
    with(Self.annotationSize, annotationSize).with(Self.attentionSize, attentionSize)
  }

  private static func attention(_ name: String, over featureKind: FeatureKind) -> DecoderType {
    DecoderType(
      name, options: [annotationSize, attentionSize], reading: featureKind, tying: .always
    ) { blueprint in
      let configuration = blueprint.configuration
      let annotationSize = configuration.type[annotationSize]
      func decoder(_ cell: some RecurrentCell) -> any VisualDecoder {
        ShowAttendAndTell(
          cell: cell, named: blueprint.cellName, attendingTo: featureKind,
          annotationSize: annotationSize, attentionSize: configuration.type[attentionSize],
          featureSize: blueprint.featureSize, vocabularySize: blueprint.vocabularySize,
          isTied: configuration.isTied)
      }
      // A word, and the attended annotation.
      return decoder(blueprint.cell(inputSize: configuration.embeddingSize + annotationSize))
    }
  }
}
