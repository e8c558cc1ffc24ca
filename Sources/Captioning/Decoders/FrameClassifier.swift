import ImageEncoders
import Layers
import Tensors
import Text

/// A recurrent classifier that labels a clip after every frame (activity recognition; Donahue et al., 2015).
///
///     hₜ = cell(W_image norm(frame t))      p(label | t) = softmax(V hₜ + b)
///     p(label) = meanₜ p(label | t)
package struct FrameClassifier<Cell: RecurrentCell>: FrameScorer {
  /// Standardizes every feature over all frames.
  package var imageNorm: FeatureNorm
  /// The features of a frame to the cell's input, `[F] → [E]`.
  package var imageEmbedding: Linear
  package var cell: Cell
  /// A hidden state to a score for each label, `[H] → [C]`.
  package var labelLogits: Linear
  /// The cell's name in weight files.
  private let cellName: String

  package var featureKind: FeatureKind { .frames }
  package var featureSize: Int { imageEmbedding.weight.shape[1] }

  /// - Parameters:
  ///   - cell: Reads the frames.
  ///   - cellName: The cell's name in weight files, such as `lstm`.
  ///   - featureSize: The number of features of a frame, `F`.
  ///   - labelCount: The number of labels, `C`, at least 1.
  package init(cell: Cell, named cellName: String, featureSize: Int, labelCount: Int) {
    precondition(labelCount > 0, "frame classifier: \(labelCount) labels")
    imageNorm = FeatureNorm(size: featureSize)
    imageEmbedding = Linear(from: featureSize, to: cell.inputSize)
    labelLogits = Linear(from: cell.hiddenSize, to: labelCount)
    (self.cell, self.cellName) = (cell, cellName)
  }

  package func outputs(
    for features: PackedSequence, dropout: SequenceDropout?, in precision: ElementType
  ) -> Tensor {
    let steps = features.stepOrder
    let layout = steps.layout
    let dropout = dropout?.beforehand(steps.sequences)
    var frames = imageNorm(features.values, then: imageEmbedding, in: precision)
      .rows(steps.rows).converted(to: precision)
    if let dropout { frames = dropout(frames, layout, at: .input) }
    let blank = cell.initialState(rows: features.count, on: features.values.device)
    let hidden = cell(frames, layout, from: blank, dropout: dropout).hidden
    return dropout?(hidden, layout, at: .output) ?? hidden
  }

  package mutating func fitNormalization(_ features: PackedSequence) {
    imageNorm.fit(features.values)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit("image_norm", &imageNorm)
    visitor.visit("image_embedding", &imageEmbedding)
    visitor.visit(cellName, &cell)
    visitor.visit("label_logits", &labelLogits)
  }
}

extension DecoderType {
  package static let frameClassifier = DecoderType(
    "frame-classifier", reading: .frames, writesSentences: false, outputLayer: "label_logits",
    tying: .never
  ) { blueprint in
    func decoder(_ cell: some RecurrentCell) -> any VisualDecoder {
      FrameClassifier(
        cell: cell, named: blueprint.cellName, featureSize: blueprint.featureSize,
        labelCount: Vocabulary.labelCount(ofWords: blueprint.vocabularySize))
    }
    return decoder(blueprint.cell(inputSize: blueprint.configuration.embeddingSize))
  }
}
