import Files
import ImageEncoders
import Media
import Workers

/// Reads pictures for one encoder as a `PictureReader` does, but in worker processes: a file that makes
/// a decoder crash, hang or eat memory costs one result.
///
/// The workers go on while the caller computes, each with the few pictures it has been given.
package struct DecodingPool: ~Copyable {
  private(set) var pool: WorkerPool
  private let order: [UInt8]
  private let size: Int
  private let settings: Settings
  private let maximumFileBytes: Int

  /// Submitted and not handed out yet, in their order.
  private var pending: [Pending] = []
  /// The number of the first of those.
  private var firstNumber = 0

  private struct Pending {
    let name: String
    var result: Result<FramedPicture, MediaError>?
  }

  /// How many workers, and what each may use.
  package struct Settings: Sendable {
    package var workerCount: Int
    /// The program that is started with `decode-worker`: this one, unless a test is what runs.
    package var program = "/proc/self/exe"
    /// How long one picture may take.
    package var timeLimit = Duration.seconds(60)
    package var memoryByteLimit = 2 << 30
    /// How many pictures a worker is given at once: as many as it may decode while the caller computes
    /// a batch.
    package var picturesPerWorker = 4

    package init(workerCount: Int) { self.workerCount = workerCount }
  }

  /// Starts the workers.
  ///
  /// - Parameters:
  ///   - preprocessing: How the encoder wants pictures.
  ///   - options: What is refused.
  ///   - settings: How many workers, and what each may use.
  /// - Throws: `WorkerError` if processes cannot be started.
  package init(
    for preprocessing: ImagePreprocessing, _ options: StillImageOptions, _ settings: Settings
  ) throws(WorkerError) {
    size = preprocessing.size
    var workers = WorkerSettings(
      workerCount: settings.workerCount, answerByteCount: size * size * 3)
    workers.program = settings.program
    workers.tasksPerWorker = settings.picturesPerWorker
    workers.memoryByteLimit = settings.memoryByteLimit
    order = PictureOrder(preprocessing, options).message
    maximumFileBytes = options.maximumFileBytes
    self.settings = settings
    pool = try WorkerPool(workers)
  }

  /// Whether another picture may be submitted now.
  package var hasRoom: Bool { pool.hasRoom && pending.count < 2 * pool.capacity }

  /// Has a picture read, for which there must be room.
  ///
  /// One that cannot be opened is a result like others.
  ///
  /// - Throws: `WorkerError` if processes cannot be started.
  package mutating func submit(_ source: MediaSource) throws(WorkerError) {
    precondition(hasRoom, "a pool with \(pending.count) pictures has no room for another")
    let number = firstNumber + pending.count
    let task: WorkerTask
    do throws(MediaError) {
      task = try self.task(number, source)
    } catch {
      return pending.append(Pending(name: source.name, result: .failure(error)))
    }
    pending.append(Pending(name: source.name))
    try pool.submit(task)
  }

  /// The next picture in the order of submission, as soon as it is there; nil if all were handed out.
  ///
  /// - Throws: `WorkerError` if processes cannot be started.
  package mutating func next() throws -> (name: String, result: Result<FramedPicture, MediaError>)?
  {
    while let first = pending.first {
      if let result = first.result {
        pending.removeFirst()
        firstNumber += 1
        return (first.name, result)
      }
      try take()
    }
    return nil
  }

  /// Hands each of `sources` to `deliver`, in their order, while those behind it are being decoded.
  ///
  /// - Parameters:
  ///   - sources: What to read; asked for no further ahead than there is room.
  ///   - deliver: Takes what a picture is called and what became of it; what it throws ends the run.
  /// - Throws: `WorkerError` if processes cannot be started; what `deliver` throws.
  package mutating func framed(
    _ sources: some Sequence<MediaSource>,
    _ deliver: (String, Result<FramedPicture, MediaError>) throws -> Void
  ) throws {
    var waiting = sources.makeIterator()
    while true {
      while hasRoom, let source = waiting.next() { try submit(source) }
      guard let (name, result) = try next() else { return }
      try deliver(name, result)
    }
  }

  /// The pictures in `sources`, in their order.
  ///
  /// - Throws: `WorkerError` if processes cannot be started.
  package mutating func read(
    _ sources: some Sequence<MediaSource>
  ) throws -> [Result<FramedPicture, MediaError>] {
    var results: [Result<FramedPicture, MediaError>] = []
    try framed(sources) { results.append($1) }
    return results
  }

  // MARK: Tasks and replies

  private func task(_ number: Int, _ source: MediaSource) throws(MediaError) -> WorkerTask {
    let file: WorkerFile
    let byteCount: Int
    if let opened = try source.opened(atMost: maximumFileBytes) {
      (file, byteCount) = (WorkerFile(owning: opened.descriptor), opened.byteCount)
    } else {
      let bytes = try source.bytes(atMost: maximumFileBytes)
      byteCount = bytes.count
      do throws(FileError) {
        file = try WorkerFile(holding: bytes, name: source.name)
      } catch {
        throw MediaError(
          path: source.name, code: .unreadable, stage: .open,
          problem: "does not fit in memory. Make it smaller.")
      }
    }
    return WorkerTask(
      number: number, file: file, range: 0..<byteCount, message: order,
      timeLimit: settings.timeLimit)
  }

  /// Waits for the next answer of any worker, and notes it.
  private mutating func take() throws {
    let (first, size, settings) = (firstNumber, size, settings)
    let taken = try pool.next { [pending] reply, pixels in
      let index = reply.number - first
      let name = pending[index].name
      return (index, Self.result(of: reply.outcome, pixels, name, size, settings))
    }
    guard let (index, result) = taken else { preconditionFailure("a picture that nobody reads") }
    pending[index].result = result
  }

  private static func result(
    of outcome: WorkerReply.Outcome, _ pixels: UnsafeRawBufferPointer, _ name: String, _ size: Int,
    _ settings: Settings
  ) -> Result<FramedPicture, MediaError> {
    switch outcome {
    case .failure(let failure):
      return .failure(MediaError(failure, path: name, memoryByteLimit: settings.memoryByteLimit))
    case .answer(let message, _):
      switch PictureReply(message) {
      case .failure(let code, let stage, let problem):
        return .failure(MediaError(path: name, code: code, stage: stage, problem: problem))
      case .picture(let original, let warnings, let decodeTime)
      where pixels.count == size * size * 3:
        return .success(
          FramedPicture(
            image: Image(width: size, height: size, pixels: Array(pixels)), size: original,
            warnings: warnings, decodeTime: decodeTime))
      default:
        return .failure(
          MediaError(.misbehaved, path: name, memoryByteLimit: settings.memoryByteLimit))
      }
    }
  }
}
