import Captioning
import Datasets
import Layers
import Metrics
import Reports
import Tensors
import Text

/// Learns to write captions of pictures or clips.
package struct CaptioningTask: VisualTask {
  package static let learnsLabels = false
  package static let modelKind = "captioner"

  package let training: ReferencedExamples
  package let validation: ReferencedExamples
  package let vocabulary: Vocabulary
  package var input: PictureInput
  /// The rewards of sampled captions, in self-critical epochs.
  private var rewards: CaptionRewards?

  /// - Parameters:
  ///   - training: The examples to learn from; their references are needed in self-critical epochs.
  ///   - validation: The examples to evaluate the model on; may be empty.
  ///   - vocabulary: The words that both are numbered by.
  ///   - input: Reads the pictures.
  package init(
    training: ReferencedExamples, validation: ReferencedExamples = ReferencedExamples(),
    _ vocabulary: Vocabulary, _ input: PictureInput
  ) {
    (self.training, self.validation) = (training, validation)
    (self.vocabulary, self.input) = (vocabulary, input)
  }

  package mutating func prepare(
    _ model: inout CaptionModel, onlyFor examples: [TrainingExample]?, _ context: LearningContext,
    reporting report: (PassProgress) throws -> Void
  ) throws {
    try input.prepare(
      &model, training.examples, validation.examples, onlyFor: examples, context,
      reporting: report)
    guard context.plan.selfCritical(in: context.epoch) != nil else { return }
    let references = training.references
    precondition(
      training.examples.allSatisfy { $0.number < references.count },
      "captioning: references of \(references.count) of \(training.examples.count) pictures")
    rewards = CaptionRewards(references: references)
  }

  package func batch(
    _ examples: [TrainingExample], followedBy next: [TrainingExample]?, _ context: LearningContext
  ) throws -> CaptionBatch {
    CaptionBatch(examples, try input.pictures(of: examples, followedBy: next, context))
  }

  package mutating func loss(
    of batch: CaptionBatch, by model: CaptionModel, withoutGradient plain: CaptionModel,
    _ context: LearningContext
  ) -> BatchLoss {
    let (seen, vocabulary) = (model.seen(batch.pictures, in: context.plan.precision), vocabulary)
    let loss = model.captionLoss(
      of: batch, describing: seen.features, withoutGradient: plain, context
    ) { words, picture in
      rewards?.reward(
        of: vocabulary.words(words), isFinished: words.last == .end, picture: picture) ?? 0
    }
    return loss.keeping(
      input.keptClassifier, seen, of: batch.pictures, model.decoder.featureKind, context.plan)
  }

  package func evaluate(
    _ model: CaptionModel, _ context: LearningContext,
    reporting report: (PassProgress) throws -> Void
  ) throws -> CaptionEvaluation {
    var (loss, lossCount) = (0.0, 0)
    var captions = [String](repeating: "", count: validation.references.count)
    try input.evaluate(model, on: validation.examples, context, reporting: report) {
      examples, features in
      let batch = CaptionBatch(examples, .features(features))
      let losses = model.decoder.captionDecoder.losses(of: batch.captions, describing: features)
      loss += Double(losses.words.scalar) * Double(losses.count)
      lossCount += losses.count
      let found = sentences(about: features, by: model.decoder.captionDecoder, context.plan)
      for (example, caption) in zip(examples, found) { captions[example.number] = caption }
    }
    let scores = scores(of: captions)
    return CaptionEvaluation(
      loss: loss / Double(max(lossCount, 1)), scores: scores, captions: captions,
      samples: validation.samples(captions) { scores.images[$0].cider },
      exampleCount: validation.examples.count)
  }

  /// Returns the best caption of each picture, by beam search.
  private func sentences(
    about features: PackedSequence, by decoder: some CaptionDecoder, _ plan: TrainingPlan
  ) -> [String] {
    var search = plan.search
    search.rules = search.rules.resolved(in: vocabulary)
    return search.captions(of: features, by: decoder).map { vocabulary.sentence($0[0].words) }
  }

  /// Compares captions, by the numbers of the pictures, with those that people wrote.
  private func scores(of captions: [String]) -> CaptionScores {
    let tokenizer = vocabulary.tokenizer
    return CaptionScores(
      scoring: validation.examples.map { example in
        ScoredCaption(
          candidate: tokenizer.words(of: captions[example.number]),
          references: validation.references[example.number])
      })
  }
}

extension CaptioningTask {
  package static func introduction(of preparation: VisualPreparation<Self>) -> [RunMessage] {
    let words = preparation.vocabulary.count.grouped
    let unknown = percent(preparation.unknownFraction)
    let pieces = preparation.vocabulary.pieces.map { " in pieces, \($0.mergeCount.grouped) merges" }
    return [.line("vocabulary  \(words) words\(pieces ?? "") (\(unknown) <unk>)")]
      + preparation.lossMessages
  }
}

/// The quality of captions of pictures that a model does not learn from.
package struct CaptionEvaluation: TaskEvaluation {
  /// The loss of the captions that people wrote, with teacher forcing, in nats per word.
  package let loss: Double
  /// The scores of the captions that the model writes, by beam search.
  package let scores: CaptionScores
  /// Those captions, by the numbers of the pictures.
  package let captions: [String]
  package let samples: [SamplePage.Sample]
  package let exampleCount: Int

  package func score(by selection: TrainingPlan.Selection) -> Double {
    switch selection {
    case .cider: scores.corpus.cider
    case .bleu4: scores.corpus.bleu[3]
    case .rougeL: scores.corpus.rougeL
    case .loss: -loss
    case .accuracy: 0
    }
  }

  package var measures: [(name: String, value: Double)] {
    [("BLEU-4", scores.corpus.bleu[3]), ("CIDEr", scores.corpus.cider)]
  }

  package var row: SummaryRow.Validation {
    let corpus = scores.corpus
    return .init(
      loss: loss,
      scores: .init(bleu: corpus.bleu, rougeL: corpus.rougeL, cider: corpus.cider))
  }

  package var isBlank: Bool { captions.allSatisfy(\.isEmpty) }
}
