import Dispatch
import Media
import Synchronization

/// Decodes the pictures of the next step while the present one computes.
///
/// Only where there are cores to spare: on two or three, decoding and computing in turn, each on all of
/// them, is a third faster than side by side.
///
/// A class, because the thread that decodes and the one that waits share it.
final class PicturesAhead: Sendable {
  private let loader: PictureLoader
  private let isAhead: Bool
  private let next = Mutex<Job?>(nil)

  /// What is being decoded, and where to wait for it.
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
    isAhead = loader.threadCount > 3
  }

  /// The pictures of `examples`, which may be there already.
  ///
  /// - Parameters:
  ///   - examples: What is wanted now.
  ///   - following: What will be asked for next; nil if nothing will.
  ///   - epoch: Decides how pictures are changed.
  /// - Returns: Pixels, normalised, and how many frames each has.
  /// - Throws: What is wrong with the first picture of `examples` that cannot be read.
  func pixels(
    of examples: [TrainingExample], thenOf following: [TrainingExample]?, epoch: Int
  ) throws(MediaError) -> TrainingBatch.Pictures {
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
    if isAhead, let following { begin(following, epoch) }
    return loader.pixels(framed: images)
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
