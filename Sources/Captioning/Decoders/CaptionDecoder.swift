import ImageEncoders
import Layers
import Tensors
import Text

/// Writes captions from the features of pictures.
///
/// Training, greedy, sampled and beam decoding all advance through `step`.
public protocol CaptionDecoder: Module {
  /// What a decoder keeps of the pictures, one row per picture; never regrouped.
  associatedtype Context: Sendable
  /// What it remembers of the captions being written, one row per caption.
  associatedtype State: RowSelectable

  /// What it reads of a picture.
  var featureKind: FeatureKind { get }
  /// How many numbers describe a picture, or each of its positions.
  var featureSize: Int { get }
  var vocabularySize: Int { get }

  /// Takes the measure of `features` before learning from them and their like.
  mutating func measure(_ features: VisualFeatures)

  /// Looks at `features`, multiplying in `precision`; the state has one row per picture or clip, ready to
  /// read `<bos>`.
  func start(
    _ features: VisualFeatures, in precision: ElementType
  ) -> (context: Context, state: State)

  /// Reads one word per caption.
  ///
  /// - Parameters:
  ///   - words: One per row of `state`.
  ///   - state: What has been read so far.
  ///   - context: The pictures.
  ///   - pictureOfRow: Which picture each row describes.
  ///   - precision: What products are computed in.
  /// - Returns: What the next words are scored by, and the state after reading `words`.
  func step(
    _ words: [TokenID], _ state: State, _ context: Context, pictureOfRow: [Int],
    in precision: ElementType
  ) -> DecoderStep<State>

  /// Scores every word by the output of a step: logits, `[B, V]`.
  func scores(of output: Tensor) -> Tensor

  /// What reading `captions` costs.
  ///
  /// - Parameters:
  ///   - captions: What should be said.
  ///   - features: Of all pictures.
  ///   - dropout: What is left out while learning; nil leaves nothing out.
  ///   - costs: What costs besides the words.
  ///   - weights: What the words of each sequence of `captions` count; nil is 1 for all.
  ///   - precision: What products are computed in.
  /// - Returns: What each costs, the words first.
  func losses(
    of captions: PackedCaptions, describing features: VisualFeatures, dropout: SequenceDropout?,
    costs: CaptionCosts, weights: [Float]?, in precision: ElementType
  ) -> CaptionLosses
}

/// Writes captions word by word through one last layer.
///
/// Where all words are known beforehand, `outputs` does the same as `step` for every step at once.
public protocol WordDecoder: CaptionDecoder {
  /// The last layer: a hidden state to a score for each next word, `[H] → [V]`.
  var wordLogits: Linear { get }

  /// Reads captions by their own words (teacher forcing), all steps at once.
  ///
  /// - Parameters:
  ///   - captions: What is read.
  ///   - features: Of all pictures.
  ///   - dropout: What is left out while learning; nil leaves nothing out.
  ///   - precision: What products are computed in.
  /// - Returns: What the words are scored by that follow each word read.
  func outputs(
    for captions: PackedCaptions, describing features: VisualFeatures, dropout: SequenceDropout?,
    in precision: ElementType
  ) -> DecoderOutputs
}

/// What reading a word for each of `B` captions gives.
public struct DecoderStep<State: Sendable>: Sendable {
  /// What the words are scored by that may follow, `[B, H]`.
  public let output: Tensor
  /// What is remembered, the words read included.
  public let state: State
  /// How much each position of the picture, or frame of the clip, counted, `[B, L]`, each row adding up to
  /// 1; nil where it was not looked at again.
  public let attention: Tensor?

  public init(output: Tensor, state: State, attention: Tensor? = nil) {
    (self.output, self.state, self.attention) = (output, state, attention)
  }
}

/// What reading whole captions gives.
public struct DecoderOutputs: Sendable {
  /// What `wordLogits` scores the words by that follow each word read, `[N, H]`.
  public let output: Tensor
  /// The cell's hidden states: the one before the first word of each caption, then those of every step,
  /// `[B + N, H]`.
  public let hidden: Tensor
  /// The sum of each caption's attention over its words, `[B, L]`.
  public let coverage: Tensor?

  public init(_ output: Tensor, hidden: Tensor, coverage: Tensor? = nil) {
    (self.output, self.hidden, self.coverage) = (output, hidden, coverage)
  }
}

/// What costs while learning, and how much.
public struct CaptionCosts: Sendable, Equatable {
  /// How much of the probability is wanted on all words alike, in `0...1`.
  public var smoothing: Float = 0
  /// How much it costs to look at some positions more than at others over a whole caption:
  /// `λ Σₗ (1 - Σₜ αₜₗ)²` for each (doubly stochastic attention; Xu et al., 2015).
  public var coverageWeight: Float = 0
  /// How much it costs that the norms of hidden states change: `β Σₜ (‖hₜ‖ - ‖hₜ₋₁‖)²` for each caption
  /// (Krueger & Memisevic, 2016).
  public var normWeight: Float = 0
  /// Restricts probabilities to the words that a search may write; the others get none, and label
  /// smoothing must be 0.
  public var isAmongWritable = false

  public init(
    smoothing: Float = 0, coverageWeight: Float = 0, normWeight: Float = 0,
    isAmongWritable: Bool = false
  ) {
    (self.smoothing, self.coverageWeight) = (smoothing, coverageWeight)
    (self.normWeight, self.isAmongWritable) = (normWeight, isAmongWritable)
  }
}

/// The losses of captions, per word or labelled frame; each of shape `[]`.
public struct CaptionLosses: Sendable {
  /// The mean of `-log p` over all words, in nats; of a decoder that labels frames, over those.
  public let words: Tensor
  /// The number of words, or of frames that have a label: what all costs are divided by.
  ///
  /// Batches that count together count by it.
  public let count: Int
  /// What attention costs, where there is any.
  public var coverage: Tensor?
  /// What changing norms cost.
  public var norms: Tensor?

  /// All of it, which is what is learned from.
  public var total: Tensor { [coverage, norms].compactMap { $0 }.reduce(words, +) }
}

extension CaptionDecoder {
  /// Looks at `features` with all the precision there is.
  public func start(_ features: VisualFeatures) -> (context: Context, state: State) {
    start(features, in: .float32)
  }

  /// Reads one word per caption and scores the words that may follow: logits, `[B, V]`.
  public func logits(
    after words: [TokenID], _ state: State, _ context: Context, pictureOfRow: [Int]
  ) -> (logits: Tensor, state: State) {
    let step = step(words, state, context, pictureOfRow: pictureOfRow, in: .float32)
    return (scores(of: step.output), step.state)
  }

  /// What reading `captions` costs, all of which count alike.
  public func losses(
    of captions: PackedCaptions, describing features: VisualFeatures,
    dropout: SequenceDropout? = nil, costs: CaptionCosts = CaptionCosts(),
    in precision: ElementType = .float32
  ) -> CaptionLosses {
    losses(
      of: captions, describing: features, dropout: dropout, costs: costs, weights: nil,
      in: precision)
  }

  /// The mean of `-log p` over all words of `captions`, in nats per word.
  public func loss(of captions: PackedCaptions, describing features: VisualFeatures) -> Tensor {
    losses(of: captions, describing: features).words
  }
}

extension WordDecoder {
  public func scores(of output: Tensor) -> Tensor { wordLogits(output) }

  public func losses(
    of captions: PackedCaptions, describing features: VisualFeatures, dropout: SequenceDropout?,
    costs: CaptionCosts, weights: [Float]?, in precision: ElementType
  ) -> CaptionLosses {
    precondition(
      !costs.isAmongWritable || costs.smoothing == 0,
      "losses: words without probability cannot be smoothed")
    let outputs = outputs(
      for: captions, describing: features, dropout: dropout, in: precision)
    let logits = wordLogits
    let bias = costs.isAmongWritable ? logits.bias.amongWritable : logits.bias
    var losses = CaptionLosses(
      words: crossEntropy(
        ofLinear: outputs.output, logits.weight, bias: bias,
        captions.targets.map { Int32($0.index) }, ignoring: Int32(TokenID.padding.index),
        smoothing: costs.smoothing,
        rowWeights: weights.map { weights in
          captions.layout.rowCounts.flatMap { weights.prefix($0) }
        }),
      count: captions.targets.count { $0 != .padding })
    let wordCount = Float(max(losses.count, 1))
    if costs.coverageWeight > 0, let coverage = outputs.coverage {
      let missing = features.presence(of: captions.pictures) - coverage
      losses.coverage = (missing * missing).sum() * (costs.coverageWeight / wordCount)
    }
    if costs.normWeight > 0 {
      let layout = captions.layout.precededByOneStep
      losses.norms = normChanges(of: outputs.hidden, layout) * (costs.normWeight / wordCount)
    }
    return losses
  }
}
