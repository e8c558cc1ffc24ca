import Captioning
import Datasets
import ImageEncoders
import Layers
import Media
import Metrics
import Reports
import Tensors
import Text

/// Fits the confidence of a captioner: how likely its captions are right.
///
/// The distance of pictures is measured from the training split, the calibration is fitted to the validation split,
/// whose pictures the captioner has not learned from.
package struct ConfidenceFitting {
  /// The data set that the captioner was trained on.
  package var dataset: String
  package var reading = ReadingChoices()
  /// True if bad records and pictures are left out; false if they end the run.
  package var skipsBad = false
  /// The number of pictures that are decoded at once.
  package var threadCount = 1

  package init(_ dataset: String) { self.dataset = dataset }

  package struct Outcome {
    package let confidence: ConfidenceModel
    /// The quality of the calibration, on halves of the validation split.
    package let quality: CalibrationQuality
    /// The median CIDEr-D of captions that people wrote, each scored against the others of its picture.
    package let medianScore: Double
    /// The number of validation pictures, and of those whose captions are right.
    package let pictureCount: Int
    package let rightCount: Int
  }

  /// Directions of more training pictures would be the same, and their features fill the memory.
  private static let mostTrainingPictures = 10_000
  /// The fewest validation pictures whose captions can be judged.
  private static let leastPictureCount = 50

  /// - Parameters:
  ///   - directory: The captioner.
  ///   - shouldStop: Returns true to stop.
  ///   - report: Takes messages and progress.
  /// - Returns: The confidence.
  /// - Throws: `CancellationError` if it was stopped; an error of the model or of the data set.
  package func run(
    _ directory: ModelDirectory, shouldStop: @escaping () -> Bool,
    report: @escaping (TrainingEvent) -> Void
  ) throws -> Outcome {
    let captioner = Captioner(try CaptionEnsemble(loading: ModelEnsemble([directory])))
    try captioner.ensemble.finishVerification()
    let configuration = captioner.ensemble.configuration
    guard configuration.decoder?.writesSentences ?? false else {
      throw TrainingError(
        .choice, "\(directory.path): labels clips. Only captioners of sentences can be calibrated.")
    }
    let collection = try TrainingCollection(
      dataset, reading, skippingBad: skipsBad, threadCount: threadCount, report: report,
      shouldStop: shouldStop)
    if shouldStop() { throw CancellationError() }
    let tokenizer = captioner.ensemble.vocabulary.tokenizer
    let validation = try self.validation(collection, tokenizer)
    let all = TokenizedDataset(collection.training, maximumWords: 1)
      .examples(with: Vocabulary(words: []))
    let interval = max(1, all.count / Self.mostTrainingPictures)
    let training = stride(from: 0, to: all.count, by: interval).map { all[$0] }
    var pass = DescribingPass(
      captioner, threadCount: threadCount, total: training.count + validation.count, shouldStop,
      report)

    let known = Tensor(
      concatenating: try pass.run(training) { captioner.ensemble.pooled($0) }, along: 0)
    var random = SeededGenerator(seed: 1)
    let familiarity = PictureFamiliarity(fitting: known, using: &random)
    var (captions, distances): ([Caption], [Double]) = ([], [])
    _ = try pass.run(validation.examples(with: Vocabulary(words: []))) { features in
      captions += captioner.captions(from: features).map { $0[0] }
      distances += familiarity.distances(of: captioner.ensemble.pooled(features))
    }
    pass.finish()
    let (judged, median) = judged(
      captions, distances: distances, validation.references, tokenizer)
    guard let calibration = ConfidenceCalibration(fitting: judged),
      let quality = ConfidenceCalibration.quality(of: judged)
    else {
      throw TrainingError(
        .data,
        "\(dataset): \(judged.count(where: \.isRight)) of \(judged.count) captions of its validation split are right, "
          + "which is too few or too many to fit a confidence. Train longer, or validate on more pictures."
      )
    }
    return Outcome(
      confidence: ConfidenceModel(familiarity, calibration), quality: quality,
      medianScore: median, pictureCount: judged.count, rightCount: judged.count(where: \.isRight))
  }

  /// Returns the validation split, after checking that its captions can be compared with each other.
  private func validation(
    _ collection: TrainingCollection, _ tokenizer: CaptionTokenizer
  ) throws(TrainingError) -> TokenizedDataset {
    guard let validation = collection.validation else {
      throw TrainingError(.data, "\(dataset): has no validation split to calibrate by.")
    }
    let tokenized = TokenizedDataset(validation, maximumWords: .max, tokenizer: tokenizer)
    guard tokenized.count >= Self.leastPictureCount else {
      throw TrainingError(
        .data,
        "\(dataset): its validation split has \(tokenized.count) pictures with captions, and "
          + "\(Self.leastPictureCount) are needed.")
    }
    guard tokenized.references.allSatisfy({ $0.count > 1 }) else {
      throw TrainingError(
        .data,
        "\(dataset): some pictures of its validation split have one caption only. Captions are called right if they "
          + "are as good as those of people, each of which is compared with the others of its picture."
      )
    }
    return tokenized
  }

  /// Judges captions by what people wrote of the same pictures.
  ///
  /// - Returns: The captions, and the median score of people's.
  private func judged(
    _ captions: [Caption], distances: [Double], _ references: [[[String]]],
    _ tokenizer: CaptionTokenizer
  ) -> (captions: [JudgedCaption], median: Double) {
    let scores = CaptionScores(
      scoring: zip(captions, references).map {
        ScoredCaption(candidate: tokenizer.words(of: $0.text), references: $1)
      }
    ).images.map(\.cider)
    let median = quantile(0.5, of: ciderOfPeople(references))
    return (
      zip(zip(captions, distances), scores).map { found, score in
        JudgedCaption(
          score: Double(found.0.score), distance: found.1, isRight: score >= median)
      }, median
    )
  }
}
