import Captioning
import Media
import Reports

/// Encodes pictures and clips in batches.
struct DescribingPass {
  private static let batchSize = 16

  private let captioner: Captioner
  private let loader: PictureLoader
  private let shouldStop: () -> Bool
  private let report: (TrainingEvent) -> Void
  private let total: Int
  private var done = 0
  private let start = ContinuousClock.now

  /// - Parameters:
  ///   - captioner: Encodes them.
  ///   - threadCount: The number of pictures that are decoded at once.
  ///   - total: The number of pictures and clips of all runs, for the progress.
  ///   - shouldStop: Returns true to stop.
  ///   - report: Takes progress.
  init(
    _ captioner: Captioner, threadCount: Int, total: Int,
    _ shouldStop: @escaping () -> Bool, _ report: @escaping (TrainingEvent) -> Void
  ) {
    let configuration = captioner.ensemble.configuration
    var loader = PictureLoader(
      configuration.encoder.preprocessing, frames: configuration.frames ?? .evenly(16))
    loader.threadCount = threadCount
    (self.captioner, self.loader, self.total) = (captioner, loader, total)
    (self.shouldStop, self.report) = (shouldStop, report)
  }

  /// Calls `body` with the features of each batch.
  mutating func run<Found>(
    _ examples: [TrainingExample], _ body: (EncodedPictures) -> Found
  ) throws -> [Found] {
    var found: [Found] = []
    for start in stride(from: 0, to: examples.count, by: Self.batchSize) {
      if shouldStop() { throw CancellationError() }
      let batch = Array(examples[start..<min(start + Self.batchSize, examples.count)])
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
