import Captioning
import Files
import ImageEncoders
import Media
import Workers

/// Reads files for one encoder in worker processes, so that a file that crashes the decoder, hangs
/// it or exhausts its memory costs one result.
///
/// The workers go on while the caller computes, each with the few files it has been given. They read
/// pictures as a `PictureReader` does and clips as a `ClipReader`.
package struct DecodingPool: MediaDecoder, ~Copyable {
  /// The number of a clip's frames that are transferred at once.
  static let framesPerAnswer = 16

  private(set) var pool: WorkerPool
  private let order: DecodingOrder
  private let size: Int
  /// The maximum number of frames of one segment.
  private let mostFrames: Int
  private let settings: Settings
  private let maximumFileBytes: Int

  /// The files being decoded.
  private var files: [Int: FileUnderWay] = [:]
  /// The files that could not be opened.
  private var failures: [(number: Int, error: MediaError)] = []

  private struct FileUnderWay {
    let name: String
    /// The squares of the segment being received.
    var images: [Image] = []
    var segmentCount = 0
  }

  /// The number of workers, and the limits of each.
  package struct Settings: Sendable {
    package var workerCount: Int
    /// The program that is started with `decode-worker`: this one, unless a test sets another.
    package var program = "/proc/self/exe"
    /// The time limit of a picture.
    package var timeLimit = Duration.seconds(60)
    /// The time limit of a clip, from one segment to the next.
    package var clipTimeLimit = Duration.seconds(600)
    /// The time limit for standard input to end; nil for no limit.
    package var inputTimeLimit: Duration?
    package var memoryByteLimit = 2 << 30
    /// The number of files that a worker holds at once: as many pictures as it may decode while the
    /// caller computes a batch.
    package var filesPerWorker = 4

    /// - Parameters:
    ///   - workerCount: The number of files that are decoded at once.
    ///   - timeLimit: The time limit of a file, picture or clip; nil for the default.
    package init(workerCount: Int, timeLimit: Duration? = nil) {
      self.workerCount = workerCount
      inputTimeLimit = timeLimit
      guard let timeLimit else { return }
      self.timeLimit = timeLimit
      // A clip's own time limit expires first, and can tell the position; this one is for decoders
      // that hang.
      clipTimeLimit = timeLimit + .seconds(5)
    }
  }

  /// Starts the workers.
  ///
  /// - Parameters:
  ///   - preprocessing: The preprocessing of the encoder.
  ///   - options: The limits above which pictures are refused.
  ///   - settings: The number of workers, and the limits of each.
  ///   - sampling: The frames of clips to read.
  ///   - clipOptions: The limits above which clips are refused.
  /// - Throws: `WorkerError` if processes cannot be started.
  package init(
    for preprocessing: ImagePreprocessing, _ options: StillImageOptions, _ settings: Settings,
    _ sampling: ClipSampling = ClipSampling(), _ clipOptions: VideoOptions = VideoOptions()
  ) throws(WorkerError) {
    (size, mostFrames) = (preprocessing.size, sampling.chosenFrames.most)
    let frameCount = min(mostFrames, Self.framesPerAnswer)
    var workers = WorkerSettings(
      workerCount: settings.workerCount, answerByteCount: size * size * 3 * frameCount)
    workers.program = settings.program
    workers.tasksPerWorker = settings.filesPerWorker
    workers.memoryByteLimit = settings.memoryByteLimit
    order = DecodingOrder(preprocessing, options, sampling, clipOptions)
    maximumFileBytes = options.maximumFileBytes
    self.settings = settings
    pool = try WorkerPool(workers)
  }

  package var hasRoom: Bool { pool.hasRoom && failures.count < pool.capacity }

  package mutating func submit(_ source: MediaSource, as number: Int) throws {
    try submit(source, as: number, order)
  }

  /// Queues a file, of which frames are read as `sampling` says if it is a clip: of each segment no more than the pool
  /// was started for.
  package mutating func submit(
    _ source: MediaSource, as number: Int, seenBy sampling: ClipSampling
  ) throws {
    precondition(
      sampling.chosenFrames.most <= mostFrames,
      "\(sampling.chosenFrames.most) frames of a segment for a pool of \(mostFrames)")
    try submit(source, as: number, order.reading(sampling))
  }

  private mutating func submit(
    _ source: MediaSource, as number: Int, _ order: DecodingOrder
  ) throws {
    precondition(hasRoom && files[number] == nil, "no room for a file, or not by that number")
    let task: WorkerTask
    do throws(MediaError) {
      task = try self.task(number, source, order)
    } catch {
      return failures.append((number, error))
    }
    files[number] = FileUnderWay(name: source.name)
    pool.submit(task)
  }

  package mutating func advance(_ deliver: (Int, DecodedPiece) throws -> Void) throws {
    if !failures.isEmpty {
      let (number, error) = failures.removeFirst()
      return try deliver(number, .failure(error))
    }
    guard !files.isEmpty else { return }
    let size = size
    var arrived: (number: Int, what: Arrived)?
    try pool.next { reply, pixels in
      arrived = (reply.number, Arrived(reply.outcome, pixels, size: size))
    }
    guard let (number, what) = arrived, let file = files[number] else {
      preconditionFailure("a file that nobody reads")
    }
    switch what {
    case .picture(let image, let facts) where file.images.isEmpty && file.segmentCount == 0:
      files[number] = nil
      try deliver(number, .segment([image], span: nil))
      try deliver(number, .end(facts))
    case .frames(let images, let segment, let isLast)
    where file.images.count + images.count <= mostFrames
      && file.segmentCount < ClipSampling.maximumSegmentCount:
      files[number]?.images = isLast ? [] : file.images + images
      files[number]?.segmentCount += isLast ? 1 : 0
      if isLast { try deliver(number, .segment(file.images + images, span: segment)) }
    case .end(let facts) where file.images.isEmpty && file.segmentCount > 0:
      files[number] = nil
      try deliver(number, .end(facts))
    case .problem(let code, let stage, let problem):
      files[number] = nil
      let error = MediaError(path: file.name, code: code, stage: stage, problem: problem)
      try deliver(number, .failure(error))
    case .failure(let failure): try deliver(number, .failure(end(number, failure)))
    case .nonsense, .picture, .frames, .end:
      try pool.rejectLastAnswer()
      try deliver(number, .failure(end(number, .misbehaved)))
    }
  }

  /// Forgets file `number`, whose worker has failed, and returns the error to report.
  private mutating func end(_ number: Int, _ failure: WorkerFailure) -> MediaError {
    let name = files.removeValue(forKey: number)?.name ?? ""
    return MediaError(failure, path: name, memoryByteLimit: settings.memoryByteLimit)
  }

  // MARK: Tasks and replies

  private func task(
    _ number: Int, _ source: MediaSource, _ order: DecodingOrder
  ) throws(MediaError) -> WorkerTask {
    let file: WorkerFile
    let range: Range<Int>
    // Input that can be read only once is kept in memory, since it is read twice.
    let source =
      source == .standardInput ? try source.inMemory(within: settings.inputTimeLimit) : source
    if let opened = try source.opened(atMost: .max) {
      (file, range) = (WorkerFile(owning: opened.descriptor), opened.range)
    } else {
      let bytes = try source.bytes(atMost: maximumFileBytes)
      range = 0..<bytes.count
      do throws(FileError) {
        file = try WorkerFile(holding: bytes, name: source.name)
      } catch {
        throw MediaError(
          path: source.name, code: .unreadable, stage: .open,
          problem: "does not fit in memory. Make it smaller.")
      }
    }
    let isClip = source.isClip(playingAnimations: order.sampling.playsAnimations)
    if !isClip, range.count > maximumFileBytes {
      // Reports its size in the error.
      _ = try source.opened(atMost: maximumFileBytes)
    }
    var task = WorkerTask(
      number: number, file: file, range: range, message: order.message,
      timeLimit: isClip ? settings.clipTimeLimit : settings.timeLimit)
    task.maximumPartCount = isClip ? .max : 0
    return task
  }

  /// The content of a worker's reply.
  private enum Arrived {
    case picture(Image, DecodedFacts)
    case frames([Image], ClipSegment, isLastOfSegment: Bool)
    case end(DecodedFacts)
    case problem(MediaError.Code, MediaError.Stage, String)
    case failure(WorkerFailure)
    case nonsense

    init(_ outcome: WorkerReply.Outcome, _ pixels: UnsafeRawBufferPointer, size: Int) {
      switch outcome {
      case .failure(let failure): self = .failure(failure)
      case .answer(let message, let isLast):
        self =
          Self.understood(DecodingReply(message), isLast, pixels, size) ?? .nonsense
      }
    }

    private static func understood(
      _ reply: DecodingReply?, _ isLast: Bool, _ pixels: UnsafeRawBufferPointer, _ size: Int
    ) -> Arrived? {
      let byteCount = size * size * 3
      func image(_ place: Int) -> Image {
        let start = place * byteCount
        return Image(width: size, height: size, pixels: Array(pixels[start..<start + byteCount]))
      }
      switch reply {
      case .failure(let code, let stage, let problem) where isLast:
        return .problem(code, stage, problem)
      case .picture(let original, let warnings, let time) where isLast && pixels.count == byteCount:
        return .picture(
          image(0),
          DecodedFacts(size: original, clip: nil, warnings: warnings, decodeTime: time))
      case .frames(let count, let segment, let isLastOfSegment)
      where !isLast && count <= DecodingPool.framesPerAnswer && pixels.count == count * byteCount:
        return .frames((0..<count).map(image), segment, isLastOfSegment: isLastOfSegment)
      case .clip(let original, let clip, let warnings, let time) where isLast:
        return .end(
          DecodedFacts(size: original, clip: clip, warnings: warnings, decodeTime: time))
      default: return nil
      }
    }
  }
}

// MARK: Pictures alone

extension DecodingPool {
  /// Passes each picture of `sources` to `deliver`, in order, while others are being decoded.
  ///
  /// - Parameters:
  ///   - sources: The pictures to read; taken no further ahead than there is room.
  ///   - deliver: Receives the name of a picture and its outcome; an error that it throws ends the
  ///     run.
  /// - Throws: `WorkerError` if processes cannot be started; any error of `deliver`.
  package mutating func forEachInput(
    _ sources: some Sequence<MediaSource>,
    _ deliver: (String, Result<InputPicture, MediaError>) throws -> Void
  ) throws {
    var waiting = sources.makeIterator()
    /// The pictures submitted and not yet delivered, in order; the first has the number
    /// `firstNumber`.
    var pending: [(name: String, image: Image?, result: Result<InputPicture, MediaError>?)] = []
    var firstNumber = 0
    while true {
      while hasRoom, pending.count < 2 * pool.capacity, let source = waiting.next() {
        try submit(source, as: firstNumber + pending.count)
        pending.append((source.name, nil, nil))
      }
      guard !pending.isEmpty else { return }
      try advance { number, piece in
        let place = number - firstNumber
        switch piece {
        case .segment(let squares, _): pending[place].image = squares.first
        case .failure(let error): pending[place].result = .failure(error)
        case .end(let facts):
          pending[place].result = pending[place].image.map { image in
            .success(
              InputPicture(
                image: image, size: facts.size, warnings: facts.warnings,
                decodeTime: facts.decodeTime))
          }
        }
      }
      while let first = pending.first, let result = first.result {
        pending.removeFirst()
        firstNumber += 1
        try deliver(first.name, result)
      }
    }
  }

  /// Returns the pictures in `sources`, in order.
  ///
  /// - Throws: `WorkerError` if processes cannot be started.
  package mutating func read(
    _ sources: some Sequence<MediaSource>
  ) throws -> [Result<InputPicture, MediaError>] {
    var results: [Result<InputPicture, MediaError>] = []
    try forEachInput(sources) { results.append($1) }
    return results
  }
}
