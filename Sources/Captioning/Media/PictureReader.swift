import Dispatch
import ImageEncoders
import Media
import Synchronization

/// A picture as an encoder reads it, and its facts.
package struct InputPicture: Sendable {
  /// The square that the encoder sees.
  package let image: Image
  /// The size of the original in pixels, upright.
  package let size: PixelSize
  package let warnings: [MediaWarning]
  /// The time from opening the file to the square.
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
  ///   - preprocessing: The size and crop that the encoder reads.
  ///   - options: The limits of pictures; the useful size is filled in.
  ///   - threadCount: The number of pictures that may be decoded at once.
  package init(
    for preprocessing: ImagePreprocessing, _ options: StillImageOptions, threadCount: Int
  ) {
    self.preprocessing = preprocessing
    self.threadCount = threadCount
    var options = options
    options.smallestUsefulSize = { preprocessing.smallestUsefulSize(of: $0) }
    self.options = options
  }

  /// Reads the pictures in `sources`, in their order; one that cannot be read does not stop the others.
  package func read(_ sources: [MediaSource]) -> [Result<InputPicture, MediaError>] {
    let workerCount = min(threadCount, sources.count)
    guard workerCount > 1 else { return sources.map(inputPicture) }
    let results = Mutex([Result<InputPicture, MediaError>?](repeating: nil, count: sources.count))
    DispatchQueue.concurrentPerform(iterations: workerCount) { worker in
      for index in stride(from: worker, to: sources.count, by: workerCount) {
        let result = inputPicture(sources[index])
        results.withLock { $0[index] = result }
      }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  private func inputPicture(_ source: MediaSource) -> Result<InputPicture, MediaError> {
    Result { () throws(MediaError) in try inputPicture(source, since: .now) }
  }

  /// Reads the picture in `source`; its time counts from `start`.
  package func inputPicture(
    _ source: MediaSource, since start: ContinuousClock.Instant
  ) throws(MediaError) -> InputPicture {
    let decoded = try decodeStillImage(source, options)
    return InputPicture(
      image: preprocessing.resizeAndCrop(decoded.image),
      size: PixelSize(width: decoded.width, height: decoded.height),
      warnings: decoded.warnings, decodeTime: start.duration(to: .now))
  }
}
