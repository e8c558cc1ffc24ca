import Media
import Tensors

/// Captions many files in small batches, so that memory does not grow with their number.
package struct CaptionJob {
  /// Enough to keep the encoder busy, few enough that results come steadily.
  package static let batchSize = 8

  private let captioner: Captioner
  private let captionCount: Int
  private let reader: PictureReader
  private let clipReader: ClipReader

  /// - Parameters:
  ///   - captioner: Describes the pictures.
  ///   - captionCount: How many captions to keep per picture, of those that its search finds.
  ///   - options: Which pictures are refused.
  ///   - sampling: Which frames of clips are looked at.
  ///   - clipOptions: Which clips are refused.
  ///   - threadCount: How many pictures may be decoded at once.
  package init(
    _ captioner: Captioner, captionCount: Int, _ options: StillImageOptions,
    _ sampling: ClipSampling = ClipSampling(), _ clipOptions: VideoOptions = VideoOptions(),
    threadCount: Int
  ) {
    (self.captioner, self.captionCount) = (captioner, captionCount)
    reader = PictureReader(for: captioner.preprocessing, options, threadCount: threadCount)
    clipReader = ClipReader(for: captioner.preprocessing, sampling, clipOptions)
  }

  /// Hands the result of each of `files` to `deliver`, in their order, as soon as its batch is done.
  ///
  /// - Parameters:
  ///   - files: What the results are called, and where to read them.
  ///   - deliver: Takes one result; what it throws ends the run.
  /// - Throws: `ModelError` if the model turns out not to be whole; what `deliver` throws.
  package func run(
    _ files: [(name: String, source: MediaSource)], _ deliver: (CaptionResult) throws -> Void
  ) throws {
    var captionedCount = 0
    var rest = files[...]
    while let first = rest.first {
      switch Content(of: first.source) {
      case .clip(let source):
        let outcome = try caption(clip: source, &captionedCount)
        try deliver(CaptionResult(file: first.name, outcome: outcome))
        rest.removeFirst()
      case .failure(let error):
        try deliver(CaptionResult(file: first.name, outcome: .failure(error)))
        rest.removeFirst()
      case .picture(let source):
        let others = rest.dropFirst().prefix(Self.batchSize - 1).prefix { $0.source.isPictureFile }
        let batch = [(first.name, source)] + others
        try caption(pictures: batch, &captionedCount, deliver)
        rest.removeFirst(batch.count)
      }
    }
  }

  /// What a source turned out to hold.
  private enum Content {
    case picture(MediaSource)
    case clip(MediaSource)
    case failure(MediaError)

    init(of source: MediaSource) {
      do throws(MediaError) {
        // What can be read only once is kept, to be looked at twice.
        let source = source == .standardInput ? try source.inMemory() : source
        self = source.isClip ? .clip(source) : .picture(source)
      } catch {
        self = .failure(error)
      }
    }
  }

  private func caption(
    pictures batch: [(name: String, source: MediaSource)], _ captionedCount: inout Int,
    _ deliver: (CaptionResult) throws -> Void
  ) throws {
    let pictures = reader.read(batch.map(\.source))
    let captioned = caption(pictures.compactMap { try? $0.get() }, after: captionedCount)
    try captioner.finishVerification()
    captionedCount += captioned.count
    var next = captioned.makeIterator()
    for (file, picture) in zip(batch, pictures) {
      let outcome: Result<CaptionedMedia, MediaError>
      switch picture {
      case .failure(let error): outcome = .failure(error)
      case .success:
        guard let done = next.next() else { preconditionFailure("a picture without captions") }
        outcome = .success(done)
      }
      try deliver(CaptionResult(file: file.name, outcome: outcome))
    }
  }

  private func caption(_ pictures: [FramedPicture], after number: Int) -> [CaptionedMedia] {
    guard !pictures.isEmpty else { return [] }
    let clock = ContinuousClock()
    let start = clock.now
    let features = captioner.features(of: pictures.map(\.image))
    let encoded = clock.now
    let captions = captioner.captions(from: features, firstNumber: number)
    let searched = clock.now
    return zip(pictures, captions).map { picture, captions in
      CaptionedMedia(
        size: picture.size,
        segments: [CaptionedSegment(captions: Array(captions.prefix(captionCount)))],
        warnings: picture.warnings,
        timing: StageTiming(
          decode: picture.decodeTime, encode: start.duration(to: encoded) / pictures.count,
          search: encoded.duration(to: searched) / pictures.count))
    }
  }
}

// MARK: Clips

extension CaptionJob {
  /// Segments searched together.
  private static let segmentBatchSize = 8

  /// The clip's captions, each from the mean of what the encoder sees in a segment's frames.
  ///
  /// - Parameters:
  ///   - source: The clip.
  ///   - number: How many captions were found before; counts on.
  /// - Returns: Its captions, or why it cannot be read.
  /// - Throws: `ModelError` if the model turns out not to be whole.
  private func caption(
    clip source: MediaSource, _ number: inout Int
  ) throws -> Result<CaptionedMedia, MediaError> {
    var segments = SegmentCaptions(captioner, captionCount: captionCount, firstNumber: number)
    do {
      let outcome = try clipReader.read(source) { part in
        try segments.add(part)
        if segments.waitingCount >= Self.segmentBatchSize { try segments.search() }
      }
      try segments.search()
      number += segments.done.count
      return .success(
        CaptionedMedia(
          size: outcome.info.size,
          clip: ClipFacts(duration: outcome.info.duration, frameRate: outcome.info.frameRate),
          segments: segments.done, warnings: outcome.warnings,
          timing: StageTiming(
            decode: outcome.decodeTime, encode: segments.encodeTime,
            search: segments.searchTime)))
    } catch let error as MediaError {
      return .failure(error)
    }
  }
}

/// Captions the segments of a clip, some at a time.
private struct SegmentCaptions {
  private let captioner: Captioner
  private let captionCount: Int
  private let firstNumber: Int
  private var waiting: [(segment: FramedSegment, features: Tensor)] = []
  private(set) var done: [CaptionedSegment] = []
  private(set) var encodeTime = Duration.zero
  private(set) var searchTime = Duration.zero

  init(_ captioner: Captioner, captionCount: Int, firstNumber: Int) {
    (self.captioner, self.captionCount) = (captioner, captionCount)
    self.firstNumber = firstNumber
  }

  var waitingCount: Int { waiting.count }

  mutating func add(_ segment: FramedSegment) throws {
    encodeTime += ContinuousClock().measure {
      waiting.append((segment, captioner.features(ofClip: segment.images)))
    }
    try captioner.finishVerification()
  }

  /// Finds captions for the segments that wait.
  mutating func search() throws {
    if waiting.isEmpty { return }
    searchTime += ContinuousClock().measure {
      let features = Tensor(concatenating: waiting.map(\.features), along: 0)
      let captions = captioner.captions(from: features, firstNumber: firstNumber + done.count)
      for (item, captions) in zip(waiting, captions) {
        done.append(
          CaptionedSegment(
            span: item.segment.segment, frameCount: item.segment.images.count,
            captions: Array(captions.prefix(captionCount))))
      }
    }
    waiting = []
  }
}
