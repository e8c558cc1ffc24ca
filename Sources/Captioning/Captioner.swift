import Media
import Tensors

/// A model that describes pictures and clips in words, with its settings.
///
/// A captioner is a value; its settings are fixed when it is created. It computes on the calling thread, which
/// shares the work with a pool of threads. Several threads may use one captioner.
public struct Captioner: Sendable {
  package let ensemble: CaptionEnsemble
  /// The method that finds captions.
  public let search: CaptionSearch
  private let precision: ElementType
  /// Nil leaves the number of threads as the calling thread has it.
  private let threadCount: Int?

  /// Creates a captioner.
  ///
  /// - Parameters:
  ///   - ensemble: The loaded models.
  ///   - search: The method that finds captions; nil is the one of the model's configuration.
  ///   - precision: The number type that the encoder multiplies in.
  ///   - threadCount: The number of threads; nil leaves it as the calling thread has it.
  package init(
    _ ensemble: CaptionEnsemble, search: CaptionSearch? = nil, precision: ElementType = .float32,
    threadCount: Int? = nil
  ) {
    (self.ensemble, self.search) = (ensemble, search ?? ensemble.configuration.search)
    (self.precision, self.threadCount) = (precision, threadCount)
  }

  /// Returns captions for a picture, the best first.
  ///
  /// - Throws: `ModelError` if a file of the model turns out to be damaged.
  public func captions(for image: Image) throws(ModelError) -> [Caption] {
    try captions(for: [image])[0]
  }

  /// Returns captions for each of several pictures, the best first.
  ///
  /// - Parameters:
  ///   - images: Pictures of any size, all of which go through the network together.
  ///   - firstNumber: The number of the first picture among all of a run, which decides what is sampled for
  ///     it. It has no effect on a beam search.
  /// - Returns: As many captions for each picture as the search gives.
  /// - Throws: `ModelError` if a file of the model turns out to be damaged.
  public func captions(
    for images: [Image], firstNumber: Int = 0
  ) throws(ModelError) -> [[Caption]] {
    if images.isEmpty { return [] }
    let found = withThreads {
      let features = features(of: images.map(ensemble.preprocessing.resizeAndCrop))
      return captions(from: features, numbers: Array(firstNumber..<firstNumber + images.count))
    }
    try ensemble.finishVerification()
    return found
  }

  // MARK: The two steps

  /// Returns the features of pictures or frames that have been resized and cropped for the encoder.
  package func features(of inputs: [Image]) -> EncodedPictures {
    ensemble.features(of: inputs, in: precision)
  }

  /// Searches for the captions of pictures or clips.
  ///
  /// - Parameters:
  ///   - pictures: The features.
  ///   - numbers: The number of each among all of a run, which decides what is sampled; nil counts from 0.
  /// - Returns: The captions of each, the best first.
  package func captions(
    from pictures: EncodedPictures, numbers: [Int]? = nil
  ) -> [[Caption]] {
    search.captions(
      from: ensemble.emptyCaptions(of: pictures), numbers: numbers ?? Array(0..<pictures.count)
    ).map { $0.map { Caption($0, ensemble.vocabulary) } }
  }

  /// Searches for the captions of segments of clips.
  ///
  /// - Parameters:
  ///   - segments: The features of each one's frames, in parts of any size.
  ///   - numbers: The number of each segment among all of a run.
  /// - Returns: The captions of each segment, the best first.
  package func captions(forSegments segments: [[EncodedPictures]], numbers: [Int]) -> [[Caption]] {
    let frames = EncodedPictures(concatenating: Array(segments.joined()))
    let frameCounts = segments.map { parts in parts.reduce(0) { $0 + $1.count } }
    return captions(from: ensemble.clips(of: frames, frameCounts), numbers: numbers)
  }

  /// Runs `body` with the captioner's number of threads.
  package func withThreads<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let threadCount else { return try body() }
    let before = Device.threadCount
    Device.setThreadCount(threadCount)
    defer { Device.setThreadCount(before) }
    return try body()
  }
}
