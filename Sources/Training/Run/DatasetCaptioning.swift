import Captioning
import Datasets
import Layers
import Media
import Text

#if canImport(Glibc)
import Glibc
#endif

/// Captions the pictures and clips of a data set, to score the captions.
package struct DatasetCaptioning {
  package let captioner: Captioner
  /// The number of pictures that are decoded at once.
  package var threadCount = 1
  /// The number of captions to keep of each picture, of those that the search finds.
  package var captionCount = 1

  package init(_ captioner: Captioner) { self.captioner = captioner }

  /// The captions of a model, and how likely it finds those of people.
  package struct Outcome {
    /// The captions of each picture, the best first.
    package let captions: [[String]]
    /// The confidence of each best caption; nil if the model was not calibrated.
    package let confidences: [Double?]
    /// The perplexity per whole word of the captions of people, ends and `<unk>` included; nil for several models.
    package let perplexity: Double?
  }

  /// - Parameters:
  ///   - pictures: The pictures and clips.
  ///   - shouldStop: Returns true to stop.
  ///   - report: Takes progress.
  /// - Returns: The captions, and the perplexity of those of people.
  /// - Throws: `CancellationError` if it was stopped; the error of the first picture that cannot be read.
  package func run(
    on pictures: [CaptionedImage], shouldStop: @escaping () -> Bool,
    report: @escaping (TrainingEvent) -> Void
  ) throws -> Outcome {
    var pass = DescribingPass(
      captioner, threadCount: threadCount, total: pictures.count, shouldStop, report)
    var firstNumber = 0
    let vocabulary = captioner.ensemble.vocabulary
    var wordCount = 0
    let examples = pictures.enumerated().map { number, picture in
      TrainingExample(
        picture, number: number,
        captions: picture.captions.map { caption in
          let words = vocabulary.tokenizer.words(of: caption)
          wordCount += words.count + 1
          return .init(number: 0, words: [.start] + vocabulary.tokens(for: words) + [.end])
        })
    }
    var loss: Double? = 0
    let found = try pass.run(examples) { features in
      defer { firstNumber += features.count }
      let batch = Array(examples[firstNumber..<firstNumber + features.count])
      let given = PackedCaptions(
        batch.flatMap { $0.captions.map(\.words) },
        describing: batch.enumerated().flatMap { row, example in example.captions.map { _ in row } }
      )
      let part = captioner.ensemble.loss(of: given, describing: features)
      loss = loss.flatMap { all in part.map { all + $0 } }
      // The same numbers as those of files on a command line, so that samples are the same.
      let numbers = (firstNumber..<firstNumber + features.count).map { $0 << 16 }
      return captioner.descriptions(of: features, numbers: numbers)
    }.joined()
    pass.finish()
    try captioner.ensemble.finishVerification()
    return Outcome(
      captions: found.map { $0.captions.prefix(captionCount).map(\.text) },
      confidences: found.map { $0.confidence?.probability },
      perplexity: loss.map { exp($0 / Double(max(wordCount, 1))) })
  }
}
