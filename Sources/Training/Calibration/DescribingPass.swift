import Captioning
import Media
import Reports

/// Encodes pictures and clips in batches.
struct DescribingPass {
  private let captioner: Captioner
  var loader: PictureLoader
  private let batchSize: Int
  private let shouldStop: () -> Bool
  private let report: (TrainingEvent) -> Void
  private let total: Int
  private var done = 0
  private let start = ContinuousClock.now

  init(
    _ captioner: Captioner, _ loader: PictureLoader, total: Int, batchSize: Int,
    _ shouldStop: @escaping () -> Bool, _ report: @escaping (TrainingEvent) -> Void
  ) {
    (self.captioner, self.loader, self.total, self.batchSize) = (
      captioner, loader, total, batchSize
    )
    (self.shouldStop, self.report) = (shouldStop, report)
  }

  /// Calls `body` with the features of each batch.
  mutating func run<Found>(
    _ examples: [TrainingExample], _ body: (EncodedPictures) -> Found
  ) throws -> [Found] {
    var found: [Found] = []
    for start in stride(from: 0, to: examples.count, by: batchSize) {
      if shouldStop() { throw CancellationError() }
      let batch = Array(examples[start..<min(start + batchSize, examples.count)])
      let images = try loader.images(of: batch, epoch: 0)
      let frames = captioner.features(of: Array(images.joined()))
      found.append(body(captioner.ensemble.clips(of: frames, images.map(\.count))))
      done += batch.count
      report(.progress(progress))
    }
    return found
  }

  func finish() { report(.finished(progress)) }

  private var progress: ProgressReport {
    ProgressReport(
      "pictures described", done, of: total, after: start.duration(to: .now).milliseconds / 1000)
  }
}
