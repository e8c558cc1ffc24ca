import ImageEncoders
import Layers
import Tensors
import Text

/// Says after every frame of a clip what is going on in it (activity recognition; Donahue et al., 2015).
///
///     hₜ = cell(W_image norm(frame t))      p(label | t) = softmax(V hₜ + b)
///     p(label) = meanₜ p(label | t)
///
/// The caption of a clip is one word, its label, whatever that is made of; so all that captions clips
/// labels them, too.
public struct FrameClassifier<Cell: RecurrentCell>: FrameLabelling {
  /// Brings every feature to mean 0 and deviation 1 over all frames.
  public var imageNorm: FeatureNorm
  /// The features of a frame to what is read of it, `[F] → [E]`.
  public var imageEmbedding: Linear
  public var cell: Cell
  /// A hidden state to a score for each label, `[H] → [C]`.
  public var labelLogits: Linear
  /// The cell's name in weight files.
  private let cellName: String

  /// Nothing: the word that was read decides alone what may follow.
  public struct State: RowSelectable {
    public func rows(_ indices: [Int]) -> State { self }
  }

  public var featureKind: FeatureKind { .frames }
  public var featureSize: Int { imageEmbedding.weight.shape[1] }
  public var vocabularySize: Int { Self.firstLabel + labelLogits.bias.elementCount }

  /// - Parameters:
  ///   - cell: Reads the frames.
  ///   - cellName: What weight files call it, such as `lstm`.
  ///   - featureSize: How many numbers describe a frame.
  ///   - vocabularySize: How many words there are: the special ones, and a label at least.
  public init(cell: Cell, named cellName: String, featureSize: Int, vocabularySize: Int) {
    precondition(
      vocabularySize > Self.firstLabel, "frame classifier: \(vocabularySize) words, no label")
    imageNorm = FeatureNorm(size: featureSize)
    imageEmbedding = Linear(from: featureSize, to: cell.inputSize)
    labelLogits = Linear(from: cell.hiddenSize, to: vocabularySize - Self.firstLabel)
    (self.cell, self.cellName) = (cell, cellName)
  }

  /// The context is `log p` of every word that may come first, a row for each clip, and in one row more of
  /// what may follow a label, its end: `[P + 1, V]`.
  public func start(
    _ features: VisualFeatures, in precision: ElementType
  ) -> (context: Tensor, state: State) {
    let probabilities = VisualFeatures(
      frameProbabilities(of: features, in: precision), counts: features.counts
    ).means
    let labels = log(probabilities + Float.leastNormalMagnitude)
    let count = features.count
    let special = Tensor(
      Array(repeating: .impossible, count: count * Self.firstLabel),
      shape: [count, Self.firstLabel], on: labels.device)
    let end = (0..<vocabularySize).map { $0 == TokenID.end.index ? Float(0) : .impossible }
    let first = Tensor(concatenating: [special, labels], along: 1)
    let last = Tensor(end, shape: [1, vocabularySize], on: labels.device)
    return (Tensor(concatenating: [first, last], along: 0), State())
  }

  public func step(
    _ words: [TokenID], _ state: State, _ context: Tensor, pictureOfRow: [Int],
    in precision: ElementType
  ) -> DecoderStep<State> {
    let end = context.shape[0] - 1
    let rows = zip(words, pictureOfRow).map { word, clip in word == .start ? clip : end }
    return DecoderStep(output: context.rows(rows), state: state)
  }

  /// `step` gives scores already.
  public func scores(of output: Tensor) -> Tensor { output }

  /// The mean of `-log p(label | t)` over all frames; nothing else costs.
  public func losses(
    of captions: PackedCaptions, describing features: VisualFeatures, dropout: SequenceDropout?,
    costs: CaptionCosts, weights: [Float]?, in precision: ElementType
  ) -> CaptionLosses {
    // A clip with several captions is read once for each.
    let clips = features.rows(captions.pictures)
    let timeline = clips.timeline
    let hidden = read(clips, timeline, dropout?.beforehand(timeline.order), in: precision)
    let labels = captions.targets.prefix(clips.count).map {
      max(Int32($0.index - Self.firstLabel), Self.noLabel)
    }
    let captionOfRow = timeline.layout.rowCounts.flatMap { timeline.order.prefix($0) }
    let labelOfRow = captionOfRow.map { labels[$0] }
    return CaptionLosses(
      words: crossEntropy(
        ofLinear: hidden, labelLogits.weight, bias: labelLogits.bias, labelOfRow,
        ignoring: Self.noLabel, smoothing: costs.smoothing,
        rowWeights: weights.map { weights in captionOfRow.map { weights[$0] } }),
      count: labelOfRow.count { $0 != Self.noLabel })
  }

  public func labels(of features: VisualFeatures) -> FrameLabels {
    let probabilities = frameProbabilities(of: features, in: .float32)
    func likeliest(_ probabilities: Tensor) -> [TokenID] {
      probabilities.largest(1).map { TokenID(Self.firstLabel + $0[0].index) }
    }
    return FrameLabels(
      ofFrames: likeliest(probabilities),
      ofClips: likeliest(VisualFeatures(probabilities, counts: features.counts).means))
  }

  /// `p(label | t)` of each frame, in the order of `features`: `[N, C]`.
  func frameProbabilities(of features: VisualFeatures, in precision: ElementType) -> Tensor {
    let timeline = features.timeline
    let hidden = read(features, timeline, nil, in: precision)
    let places = timeline.rows.enumerated().reduce(into: timeline.rows) {
      $0[$1.element] = $1.offset
    }
    return softmax(labelLogits(hidden).converted(to: .float32)).rows(places)
  }

  /// What the cell says after each frame, in the order of `timeline`: `[N, H]`.
  private func read(
    _ features: VisualFeatures, _ timeline: VisualFeatures.Timeline, _ dropout: SequenceDropout?,
    in precision: ElementType
  ) -> Tensor {
    let layout = timeline.layout
    var frames = imageNorm(features.values, then: imageEmbedding, in: precision)
      .rows(timeline.rows).converted(to: precision)
    if let dropout { frames = dropout(frames, layout, at: .input) }
    let blank = cell.initialState(rows: features.count, on: features.values.device)
    let hidden = cell(frames, layout, from: blank, dropout: dropout).hidden
    return dropout?(hidden, layout, at: .output) ?? hidden
  }

  public mutating func measure(_ features: VisualFeatures) { imageNorm.measure(features.values) }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("image_norm", &imageNorm)
    visitor.visit("image_embedding", &imageEmbedding)
    visitor.visit(cellName, &cell)
    visitor.visit("label_logits", &labelLogits)
  }

  /// The number of the first word that is a label.
  private static var firstLabel: Int { Vocabulary.specialWords.count }
  /// What stands for a word that is none.
  private static var noLabel: Int32 { -1 }
}

/// Finds labels for clips and for each of their frames.
public protocol FrameLabelling: CaptionDecoder {
  func labels(of features: VisualFeatures) -> FrameLabels
}

/// The likeliest labels of clips.
public struct FrameLabels: Sendable, Equatable {
  /// One for each frame of all clips.
  public let ofFrames: [TokenID]
  /// One for each clip.
  public let ofClips: [TokenID]

  public init(ofFrames: [TokenID], ofClips: [TokenID]) {
    (self.ofFrames, self.ofClips) = (ofFrames, ofClips)
  }
}

extension Float {
  /// The score of a word that cannot come.
  ///
  /// A number all the same: infinities would not survive being added up.
  static let impossible: Float = -1e30
}
