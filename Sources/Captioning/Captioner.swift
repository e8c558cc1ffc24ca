import Media
import Tensors
import Text

/// A model that describes pictures and clips in words, with its settings.
///
/// A captioner is a value; its settings are fixed when it is created. It computes on the calling thread, which
/// shares the work with a pool of threads. Several threads may use one captioner.
public struct Captioner: Sendable {
  package let ensemble: CaptionEnsemble
  /// The method that finds captions.
  public let search: CaptionSearch
  /// The treatment of captions that the model is not sure of.
  public var doubt = DoubtPolicy()
  /// The reward, in nats, of a word that a tag of probability 1 suggests; 0 rewards none.
  package var tagGuidance: Float
  /// Nil leaves the number of threads as the calling thread has it.
  private let threadCount: Int?

  /// Creates a captioner.
  ///
  /// - Parameters:
  ///   - ensemble: The loaded models.
  ///   - search: The method that finds captions; nil is the one of the model's configuration.
  ///   - threadCount: The number of threads; nil leaves it as the calling thread has it.
  package init(
    _ ensemble: CaptionEnsemble, search: CaptionSearch? = nil, threadCount: Int? = nil
  ) {
    var search = search ?? ensemble.configuration.search
    search.rules = search.rules.resolved(in: ensemble.vocabulary)
    (self.ensemble, self.search) = (ensemble, search)
    tagGuidance = ensemble.hasClassifier ? ensemble.configuration.tagGuidance : 0
    self.threadCount = threadCount
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
  /// - Returns: As many captions for each picture as the search gives; none where `doubt` withholds them.
  /// - Throws: `ModelError` if a file of the model turns out to be damaged.
  public func captions(
    for images: [Image], firstNumber: Int = 0
  ) throws(ModelError) -> [[Caption]] {
    try descriptions(of: images, firstNumber: firstNumber).map(\.captions)
  }

  /// Returns captions of each of several pictures, the tags of its classifier, and how sure it is.
  ///
  /// - Parameters:
  ///   - images: Pictures of any size, all of which go through the network together.
  ///   - firstNumber: The number of the first picture among all of a run, which decides what is sampled for
  ///     it. It has no effect on a beam search.
  /// - Returns: A description of each picture, in the given order.
  /// - Throws: `ModelError` if a file of the model turns out to be damaged.
  public func descriptions(
    of images: [Image], firstNumber: Int = 0
  ) throws(ModelError) -> [PictureDescription] {
    if images.isEmpty { return [] }
    let found = withThreads {
      let features = features(of: images.map(ensemble.preprocessing.resizeAndCrop))
      return descriptions(
        of: features, numbers: Array(firstNumber..<firstNumber + images.count))
    }
    try ensemble.finishVerification()
    return found
  }

  // MARK: The two steps

  /// Returns the features of pictures or frames that have been resized and cropped for the encoder.
  package func features(of inputs: [Image]) -> EncodedPictures {
    ensemble.features(of: inputs)
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
    descriptions(of: pictures, numbers: numbers).map(\.captions)
  }

  /// Describes pictures or clips by their features.
  ///
  /// - Parameters:
  ///   - pictures: The features.
  ///   - numbers: The number of each among all of a run, which decides what is sampled; nil counts from 0.
  /// - Returns: The description of each.
  package func descriptions(
    of pictures: EncodedPictures, numbers: [Int]? = nil
  ) -> [PictureDescription] {
    let numbers = numbers ?? Array(0..<pictures.count)
    let start = ensemble.emptyCaptions(of: pictures)
    guard ensemble.hasClassifier || ensemble.hasConfidence else {
      return captions(from: start, numbers, rewarding: nil).map { PictureDescription(captions: $0) }
    }
    let pooled = ensemble.pooled(pictures)
    let tags = ensemble.tags(pooled, count: Self.tagCount)
    let captions = captions(
      from: start, numbers, rewarding: tagGuidance > 0 ? tags.map(rewards) : nil)
    // The calibration is that of likely captions, not of drawn ones.
    let confidences =
      search.isSampling ? captions.map { _ in nil } : ensemble.confidences(of: captions, pooled)
    return zip(zip(captions, tags), confidences).map { found, confidence in
      doubt.applied(
        to: PictureDescription(captions: found.0, tags: found.1, confidence: confidence))
    }
  }

  /// The number of tags of a picture.
  package static let tagCount = 20

  private func captions(
    from start: any CaptionsInProgress, _ numbers: [Int], rewarding rewards: [[TokenID: Float]]?
  ) -> [[Caption]] {
    search.captions(from: start, numbers: numbers, rewarding: rewards)
      .map { $0.map { Caption($0, ensemble.vocabulary) } }
  }

  /// Returns the rewards of words that tags suggest, in proportion to their probability; none for pieces of words.
  private func rewards(_ tags: [PictureTag]) -> [TokenID: Float] {
    if ensemble.vocabulary.pieces != nil { return [:] }
    return tags.reduce(into: [:]) { rewards, tag in
      guard let word = tag.word.flatMap(ensemble.vocabulary.id) else { return }
      rewards[word, default: 0] += tagGuidance * tag.probability
    }
  }

  /// Describes segments of clips.
  ///
  /// - Parameters:
  ///   - segments: The features of each one's frames, in parts of any size.
  ///   - numbers: The number of each segment among all of a run.
  /// - Returns: The description of each segment.
  package func descriptions(
    ofSegments segments: [[EncodedPictures]], numbers: [Int]
  ) -> [PictureDescription] {
    let frames = EncodedPictures(concatenating: Array(segments.joined()))
    let frameCounts = segments.map { parts in parts.reduce(0) { $0 + $1.count } }
    return descriptions(of: ensemble.clips(of: frames, frameCounts), numbers: numbers)
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
