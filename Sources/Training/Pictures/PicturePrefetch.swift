import Dispatch
import Media
import Synchronization

/// Decodes the pictures of the next batch while the current one is computed.
///
/// It does so only on four threads or more. On two or three, decoding and computing in turn, each on all
/// threads, is a third faster than side by side.
///
/// A class, because the thread that decodes and the one that waits share it.
final class PicturePrefetch: Sendable {
  private let loader: PictureLoader
  private let isActive: Bool
  private let next = Mutex<Job?>(nil)

  /// A batch that is being decoded.
  private struct Job: Sendable {
    let examples: [TrainingExample]
    let epoch: Int
    let result: JobResult
  }

  /// Written once, before the group is left.
  private final class JobResult: Sendable {
    let group = DispatchGroup()
    let images = Mutex<Result<[[Image]], MediaError>?>(nil)
  }

  init(_ loader: PictureLoader) {
    self.loader = loader
    isActive = loader.threadCount > 3
  }

  /// Returns the pictures of a batch, which may have been decoded before.
  ///
  /// - Parameters:
  ///   - examples: The members of the batch.
  ///   - following: The members of the batch to decode next; nil if there is none.
  ///   - epoch: The epoch that random changes of the pictures are keyed by.
  /// - Returns: The normalized pixels, and the number of frames of each example.
  /// - Throws: The error of the first picture of `examples` that cannot be read.
  func pixels(
    of examples: [TrainingExample], thenOf following: [TrainingExample]?, epoch: Int
  ) throws(MediaError) -> BatchPictures {
    let job = next.withLock { job in
      defer { job = nil }
      return job
    }
    let images: [[Image]]
    if let job, job.examples == examples, job.epoch == epoch {
      job.result.group.wait()
      images = try (job.result.images.withLock { $0 } ?? .success([])).get()
    } else {
      images = try loader.images(of: examples, epoch: epoch)
    }
    if isActive, let following { begin(following, epoch) }
    return loader.pixels(inputs: images)
  }

  private func begin(_ examples: [TrainingExample], _ epoch: Int) {
    let (result, loader) = (JobResult(), loader)
    next.withLock { $0 = Job(examples: examples, epoch: epoch, result: result) }
    DispatchQueue.global().async(group: result.group) {
      let images = Result { () throws(MediaError) in
        try loader.images(of: examples, epoch: epoch, aside: true)
      }
      result.images.withLock { $0 = images }
    }
  }
}
