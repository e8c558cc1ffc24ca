import Captioning
import Datasets
import Media
import Reports
import Text

/// A task whose examples are pictures or clips with captions, and whose model has an image encoder.
package protocol VisualTask: TrainingTask where Model == CaptionModel, Example == TrainingExample {
  /// True if the captions of the data set are labels, each of which counts as one word.
  static var learnsLabels: Bool { get }
  /// The kind of model, as its model card calls it, such as "captioner".
  static var modelKind: String { get }

  var training: ReferencedExamples { get }
  var validation: ReferencedExamples { get }
  var vocabulary: Vocabulary { get }
  var input: PictureInput { get set }

  /// - Parameters:
  ///   - training: The examples to learn from.
  ///   - validation: The examples to evaluate the model on; may be empty.
  ///   - vocabulary: The words that both are numbered by.
  ///   - input: Reads the pictures.
  init(
    training: ReferencedExamples, validation: ReferencedExamples, _ vocabulary: Vocabulary,
    _ input: PictureInput)

  /// Returns the messages about the words that a training starts with.
  static func introduction(of preparation: VisualPreparation<Self>) -> [RunMessage]
}

extension VisualTask {
  package func examples(ofEpoch epoch: Int, _ plan: TrainingPlan) -> [TrainingExample] {
    input.members(of: training.examples, inEpoch: epoch, plan)
  }

  package func length(of example: TrainingExample) -> MinibatchBuilder.Length {
    input.length(of: example)
  }

  package var hasValidation: Bool { !validation.examples.isEmpty }

  package mutating func prepare(
    _ model: inout CaptionModel, onlyFor examples: [TrainingExample]?, _ context: LearningContext,
    reporting report: (PassProgress) throws -> Void
  ) throws {
    try input.prepare(
      &model, training.examples, validation.examples, onlyFor: examples, context,
      reporting: report)
  }
}

/// Examples, and the whole captions that people wrote of them.
package struct ReferencedExamples: Sendable {
  package let examples: [TrainingExample]
  /// The captions as words, by the numbers of the examples.
  package let references: [[[String]]]

  package init(_ examples: [TrainingExample] = [], references: [[[String]]] = []) {
    (self.examples, self.references) = (examples, references)
  }

  package init(_ dataset: TokenizedDataset, _ vocabulary: Vocabulary) {
    self.init(dataset.examples(with: vocabulary), references: dataset.references)
  }

  /// Chooses some examples for a page of samples.
  ///
  /// - Parameters:
  ///   - captions: The captions of the model, by the numbers of the examples.
  ///   - cider: Returns the CIDEr-D of the caption of an example, by its index; nil if it has none.
  /// - Returns: The examples with their references and the captions of the model.
  func samples(
    _ captions: [String], cider: (Int) -> Double? = { _ in nil }
  ) -> [SamplePage.Sample] {
    SamplePage.choice(from: examples.count).map { index in
      let number = examples[index].number
      return SamplePage.Sample(
        path: examples[index].path, caption: captions[number],
        references: references[number].map { $0.joined(separator: " ") }, cider: cider(index))
    }
  }
}
