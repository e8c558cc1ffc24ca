import Captioning
import Datasets
import Layers
import Media
import Tensors
import Text

/// Finds the training picture that is nearest to each of some pictures, in the space of a captioner's features.
package struct NearestPictures {
  package let captioner: Captioner
  /// The number of pictures that are decoded at once.
  package var threadCount = 1

  package init(_ captioner: Captioner) { self.captioner = captioner }

  /// - Parameters:
  ///   - pictures: The pictures and clips to find neighbors of.
  ///   - training: The pictures and clips to find them among; at least one.
  ///   - shouldStop: Returns true to stop.
  ///   - report: Takes progress.
  /// - Returns: For each picture the index of the training picture whose pooled features point in the most similar
  ///   direction; of equal ones, the first.
  /// - Throws: `CancellationError` if it was stopped; the error of the first picture that cannot be read.
  package func run(
    of pictures: [CaptionedImage], among training: [CaptionedImage],
    shouldStop: @escaping () -> Bool, report: @escaping (TrainingEvent) -> Void
  ) throws -> [Int] {
    var pass = DescribingPass(
      captioner, threadCount: threadCount, total: pictures.count + training.count, shouldStop,
      report)
    let wanted = Tensor(
      concatenating: try pass.run(TrainingExample.uncaptioned(pictures), directions(of:)), along: 0)
    var best = pictures.map { _ in (index: 0, similarity: -Float.infinity) }
    var firstIndex = 0
    // Only the best so far are kept: all similarities of a large training set would fill the memory.
    _ = try pass.run(TrainingExample.uncaptioned(training)) { features in
      let similarities = matmul(wanted, directions(of: features), transposeRight: true).floats
      for row in best.indices {
        for column in 0..<features.count {
          let similarity = similarities[row * features.count + column]
          if similarity > best[row].similarity { best[row] = (firstIndex + column, similarity) }
        }
      }
      firstIndex += features.count
    }
    pass.finish()
    try captioner.ensemble.finishVerification()
    return best.map(\.index)
  }

  /// Returns pooled features of length 1, `[N, F]`.
  private func directions(of features: EncodedPictures) -> Tensor {
    let pooled = captioner.ensemble.pooled(features)
    return pooled / (sqrt((pooled * pooled).sum(over: [1])) + 1e-12).reshaped(to: [-1, 1])
  }
}

extension TrainingExample {
  /// Examples of pictures and clips whose captions are not read.
  package static func uncaptioned(_ pictures: [CaptionedImage]) -> [TrainingExample] {
    pictures.enumerated().map { TrainingExample($1, number: $0) }
  }
}
