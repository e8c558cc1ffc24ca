import Dispatch
import ImageEncoders
import Media
import Synchronization

/// A picture as an encoder reads it, and what reading it taught us.
package struct FramedPicture: Sendable {
  /// The square that the encoder sees.
  package let image: Image
  /// The size of the original in pixels, upright.
  package let size: PixelSize
  package let warnings: [MediaWarning]
  /// From opening the file to the square.
  package let decodeTime: Duration

  package init(image: Image, size: PixelSize, warnings: [MediaWarning], decodeTime: Duration) {
    (self.image, self.size, self.warnings) = (image, size, warnings)
    self.decodeTime = decodeTime
  }
}

/// Reads pictures for one encoder, several at a time.
package struct PictureReader: Sendable {
  package let preprocessing: ImagePreprocessing
  private let options: StillImageOptions
  private let threadCount: Int

  /// - Parameters:
  ///   - preprocessing: How the encoder wants pictures.
  ///   - options: What is refused; the useful size is filled in.
  ///   - threadCount: How many pictures may be decoded at once.
  package init(
    for preprocessing: ImagePreprocessing, _ options: StillImageOptions, threadCount: Int
  ) {
    self.preprocessing = preprocessing
    self.threadCount = threadCount
    var options = options
    options.smallestUsefulSize = { preprocessing.smallestUsefulSize(of: $0) }
    self.options = options
  }

  /// The pictures in `sources`, in their order; one that cannot be read does not stop the others.
  package func read(_ sources: [MediaSource]) -> [Result<FramedPicture, MediaError>] {
    let workerCount = min(threadCount, sources.count)
    guard workerCount > 1 else { return sources.map(framed) }
    let results = Mutex([Result<FramedPicture, MediaError>?](repeating: nil, count: sources.count))
    DispatchQueue.concurrentPerform(iterations: workerCount) { worker in
      for index in stride(from: worker, to: sources.count, by: workerCount) {
        let result = framed(sources[index])
        results.withLock { $0[index] = result }
      }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  private func framed(_ source: MediaSource) -> Result<FramedPicture, MediaError> {
    Result { () throws(MediaError) in try framed(source, since: .now) }
  }

  /// The picture in `source`, whose reading began at `start`.
  package func framed(
    _ source: MediaSource, since start: ContinuousClock.Instant
  ) throws(MediaError) -> FramedPicture {
    let decoded = try decodeStillImage(source, options)
    return FramedPicture(
      image: preprocessing.frame(decoded.image),
      size: PixelSize(width: decoded.width, height: decoded.height),
      warnings: decoded.warnings, decodeTime: start.duration(to: .now))
  }
}
