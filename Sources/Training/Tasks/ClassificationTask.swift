import Captioning
import Layers
import Reports
import Tensors
import Text

/// Learns the label of each clip.
package struct ClassificationTask: VisualTask {
  package static let learnsLabels = true
  package static let modelKind = "classifier of clips"

  package let training: ReferencedExamples
  package let validation: ReferencedExamples
  package let vocabulary: Vocabulary
  package var input: PictureInput

  /// - Parameters:
  ///   - training: The clips to learn from, each with its label for its only caption.
  ///   - validation: The clips to evaluate the model on; may be empty.
  ///   - vocabulary: The labels, behind the special words.
  ///   - input: Reads the clips.
  package init(
    training: ReferencedExamples, validation: ReferencedExamples = ReferencedExamples(),
    _ vocabulary: Vocabulary, _ input: PictureInput
  ) {
    (self.training, self.validation) = (training, validation)
    (self.vocabulary, self.input) = (vocabulary, input)
  }

  package func batch(
    _ examples: [TrainingExample], followedBy next: [TrainingExample]?, _ context: LearningContext
  ) throws -> LabelBatch {
    LabelBatch(examples, try input.pictures(of: examples, followedBy: next, context))
  }

  package func loss(
    of batch: LabelBatch, by model: CaptionModel, withoutGradient plain: CaptionModel,
    _ context: LearningContext
  ) -> BatchLoss {
    let seen = model.seen(batch.clips, in: context.plan.precision)
    return model.labelLoss(of: batch, describing: seen.features, context)
      .keeping(
        input.keptClassifier, seen, of: batch.clips, model.decoder.featureKind, context.plan)
  }

  package func evaluate(
    _ model: CaptionModel, _ context: LearningContext,
    reporting report: (PassProgress) throws -> Void
  ) throws -> LabelEvaluation {
    var (loss, lossCount) = (0.0, 0)
    var accuracy = LabelAccuracy()
    var labels = [String](repeating: "", count: validation.references.count)
    try input.evaluate(model, on: validation.examples, context, reporting: report) {
      examples, features in
      let losses = model.decoder.frameScorer.losses(
        ofLabels: examples.map(\.label), describing: features)
      loss += Double(losses.mean.scalar) * Double(losses.count)
      lossCount += losses.count
      let found = model.decoder.frameScorer.labels(of: features)
      accuracy.count(found, of: examples.map(\.label), frameCounts: features.counts)
      for (example, label) in zip(examples, found.ofClips) {
        labels[example.number] = vocabulary.word(.ofLabel(label))
      }
    }
    return LabelEvaluation(
      loss: loss / Double(max(lossCount, 1)), accuracy: accuracy,
      samples: validation.samples(labels), exampleCount: validation.examples.count)
  }
}

extension ClassificationTask {
  package static func introduction(of preparation: VisualPreparation<Self>) -> [RunMessage] {
    let vocabulary = preparation.vocabulary
    let labels = (Vocabulary.specialWords.count..<vocabulary.count).map {
      vocabulary.word(TokenID($0))
    }
    let few = labels.prefix(10).joined(separator: ", ")
    return [.line("labels  \(labels.count.grouped): \(few)\(labels.count > 10 ? ", …" : "")")]
  }
}

/// The quality of labels of clips that a model does not learn from.
package struct LabelEvaluation: TaskEvaluation {
  /// In nats per frame that has a label.
  package let loss: Double
  package let accuracy: LabelAccuracy
  package let samples: [SamplePage.Sample]
  package let exampleCount: Int

  package func score(by selection: TrainingPlan.Selection) -> Double {
    switch selection {
    case .accuracy: accuracy.clips
    case .loss: -loss
    case .cider, .bleu4, .rougeL: 0
    }
  }

  package var measures: [(name: String, value: Double)] {
    [("frames", accuracy.frames), ("clips", accuracy.clips)]
  }

  package var row: SummaryRow.Validation {
    .init(loss: loss, accuracy: .init(frames: accuracy.frames, clips: accuracy.clips))
  }
}

extension VisualDecoder {
  /// The decoder of a model that scores the labels of frames.
  ///
  /// Callers check the task of a model that was loaded first; a decoder of another kind traps.
  package var frameScorer: any FrameScorer {
    guard let scorer = self as? any FrameScorer else {
      preconditionFailure("frame scorer: a \(type(of: self)) scores no labels")
    }
    return scorer
  }
}

extension CaptionModel {
  /// Returns the loss of a batch of labels, given the features of its clips; nil computes them.
  package func labelLoss(
    of batch: LabelBatch, describing features: PackedSequence? = nil, _ context: LearningContext
  ) -> BatchLoss {
    let plan = context.plan
    let features = features ?? self.features(of: batch.clips, in: plan.precision)
    let loss = decoder.frameScorer.losses(
      ofLabels: batch.labels, describing: features,
      dropout: context.dropout(ofExamples: batch.numbers), smoothing: plan.labelSmoothing,
      in: plan.precision)
    return BatchLoss(
      loss.mean, count: loss.count, reporting: (Double(loss.mean.scalar), loss.count))
  }
}

extension TrainingExample {
  /// The number of its label, from 0; nil if its caption is not a label that is learned.
  package var label: Int? {
    // `<bos>` comes first.
    captions[0].words[1].label
  }
}
