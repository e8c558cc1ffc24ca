import Layers
import Reports
import Tensors

/// Something to learn: a model, the examples it learns from, a loss, and an evaluation.
///
/// A task is a value. `Trainer` runs any task: it orders the batches, takes the steps, validates, and can
/// stop and resume after any step. All random draws of a task must be functions of the plan's seed, the
/// epoch, and the number of an example, so that a resumed run repeats them.
package protocol TrainingTask: Sendable {
  associatedtype Model: TrainableModel
  associatedtype Example: Sendable
  associatedtype Batch: TaskBatch
  associatedtype Evaluation: TaskEvaluation

  /// Returns the examples of an epoch, each of which is in one of its batches.
  func examples(ofEpoch epoch: Int, _ plan: TrainingPlan) -> [Example]

  /// Returns the length of an example, by which batches are filled.
  func length(of example: Example) -> MinibatchBuilder.Length

  /// True if there are examples to evaluate a model on.
  var hasValidation: Bool { get }

  /// Computes what the batches and the evaluation of the current epoch need.
  ///
  /// Before the first step this may also change the model, for example to fit a normalization.
  ///
  /// - Parameters:
  ///   - model: The model that learns.
  ///   - examples: The only examples of which batches will be made; nil prepares for a whole epoch.
  ///   - context: The plan and the current position in the training.
  ///   - report: Receives the progress; may throw to end the preparation.
  /// - Throws: The error of an example that cannot be read; what `report` throws.
  mutating func prepare(
    _ model: inout Model, onlyFor examples: [Example]?, _ context: LearningContext,
    reporting report: (PassProgress) throws -> Void
  ) throws

  /// Makes a batch of examples.
  ///
  /// - Parameters:
  ///   - examples: The members of the batch.
  ///   - next: The members of the batch after it, to prefetch; nil if there is none.
  ///   - context: The plan and the current position in the training.
  /// - Returns: The batch.
  /// - Throws: The error of an example that cannot be read.
  func batch(
    _ examples: [Example], followedBy next: [Example]?, _ context: LearningContext
  ) throws -> Batch

  /// Computes the loss of a batch.
  ///
  /// - Parameters:
  ///   - batch: What is learned from.
  ///   - model: The model whose gradient is recorded.
  ///   - plain: The same model without recording, for what no gradient crosses, such as samples.
  ///   - context: The plan and the current position in the training.
  /// - Returns: The loss.
  mutating func loss(
    of batch: Batch, by model: Model, withoutGradient plain: Model, _ context: LearningContext
  ) -> BatchLoss

  /// Evaluates a model on the validation examples; called only if there are any.
  func evaluate(
    _ model: Model, _ context: LearningContext, reporting report: (PassProgress) throws -> Void
  ) throws -> Evaluation
}

/// A model that a trainer can train.
package protocol TrainableModel: Module {
  /// The prefix of the names of its encoder's parameters; nil if it has no encoder.
  ///
  /// An encoder has a learning rate of its own and may stay frozen.
  static var encoderParameterPrefix: String? { get }
  /// The name of its word embedding, which may stay frozen; nil if it has none.
  static var embeddingParameterName: String? { get }
  /// The names of parameters that never learn.
  var fixedParameterNames: Set<String> { get }
}

extension TrainableModel {
  package static var encoderParameterPrefix: String? { nil }
  package static var embeddingParameterName: String? { nil }
  package var fixedParameterNames: Set<String> { [] }
}

/// The counts of a batch that a trainer reports.
package protocol TaskBatch {
  /// The number of captions, or of what else is learned.
  var captionCount: Int { get }
  /// The number of words in them, or of what else is predicted.
  var wordCount: Int { get }
}

/// The plan of a training and the current position in it.
package struct LearningContext: Sendable {
  package let plan: TrainingPlan
  /// The current epoch, from 0.
  package let epoch: Int
  /// The number of steps taken so far.
  package let step: Int

  package init(_ plan: TrainingPlan, epoch: Int = 0, step: Int = 0) {
    (self.plan, self.epoch, self.step) = (plan, epoch, step)
  }

  /// The source of all random draws.
  package var random: SeededRandom { SeededRandom(plan.seed) }
  /// True if the encoder learns in this epoch.
  package var learnsEncoder: Bool { plan.learnsEncoder(in: epoch) }
  /// The probability that a decoder reads a word of its own; nil without scheduled sampling.
  package var samplingRate: Double? { plan.sampling(in: epoch)?.rate(atStep: step, epoch: epoch) }
}

/// The loss of one batch.
package struct BatchLoss {
  /// The value to minimize, of shape `[]`.
  package let objective: Tensor
  /// The number of terms, such as words, that the objective is the mean of.
  ///
  /// Batches that form one step are weighted by it.
  package let count: Int
  /// The mean that is reported, for example in nats per word, and the number of its terms.
  package let reported: Double
  package let reportedCount: Int

  /// - Parameters:
  ///   - objective: The value to minimize, of shape `[]`.
  ///   - count: The number of terms that it is the mean of.
  ///   - reported: The mean that is reported, and its number of terms.
  package init(
    _ objective: Tensor, count: Int, reporting reported: (mean: Double, count: Int)
  ) {
    (self.objective, self.count) = (objective, count)
    (self.reported, reportedCount) = reported
  }
}

/// The quality of a model on examples that it does not learn from.
package protocol TaskEvaluation: Sendable {
  /// The mean loss, for example in nats per word.
  var loss: Double { get }

  /// Returns the score by which the best evaluation is selected; higher is better.
  func score(by selection: TrainingPlan.Selection) -> Double

  /// The measures that a run prints, such as ("CIDEr", 0.9).
  var measures: [(name: String, value: Double)] { get }
  /// The evaluation as a row of `train.jsonl` has it.
  var row: SummaryRow.Validation { get }
  /// Some of the examples, evenly spread, with the output of the model; the first is printed.
  var samples: [SamplePage.Sample] { get }
  /// The number of all examples.
  var exampleCount: Int { get }
  /// True if the model writes nothing at all for any example.
  var isBlank: Bool { get }
}

extension TaskEvaluation {
  package var row: SummaryRow.Validation { .init(loss: loss) }
  package var isBlank: Bool { false }
}

extension TrainingTask {
  /// Cuts the examples of an epoch into batches of nearly equal lengths.
  ///
  /// They are a function of the data, the plan and the epoch alone, so that a resumed run has the same.
  ///
  /// - Parameters:
  ///   - epoch: The epoch, from 0.
  ///   - plan: The order and size of batches, and the seed.
  /// - Returns: The batches.
  package func batches(ofEpoch epoch: Int, _ plan: TrainingPlan) -> [[Example]] {
    let members = examples(ofEpoch: epoch, plan)
    let builder = MinibatchBuilder(
      members.map(length(of:)), order: plan.batchOrder, budget: plan.batchBudget,
      random: SeededRandom(plan.seed))
    return builder.epoch(epoch).map { $0.map { members[$0] } }
  }

  /// Returns the number of steps of each epoch.
  ///
  /// The number is that of the first epoch of its kind. Where batches are filled by words, other epochs
  /// may differ from it by a step or so.
  package func stepCounts(_ plan: TrainingPlan) -> [Int] {
    var counts: [Bool: Int] = [:]
    return (0..<plan.epochCount).map { epoch in
      let learnsByPicture = plan.learnsByPicture(in: epoch)
      if let count = counts[learnsByPicture] { return count }
      let batchCount = batches(ofEpoch: epoch, plan).count
      let count = (batchCount + plan.batchesPerStep - 1) / plan.batchesPerStep
      counts[learnsByPicture] = count
      return count
    }
  }
}
