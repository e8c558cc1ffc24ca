import Files
import Media
import Workers

/// An archive whose members have to be unpacked: a compressed tar, zip or 7z.
///
/// A sandboxed process reads it, so that a malicious archive harms only itself. Members are
/// numbered from 0; asking for them in order reads the archive once. A class, because all its
/// members share the reading position.
package final class PackedArchive: @unchecked Sendable {
  // Sendable because only the thread that visits a batch's inputs asks it for anything; the others
  // hand it on.
  private let file: ReadableFile
  private let folder: String
  private let unpacker: Unpacker
  /// The member at which the process stands; nil before the first.
  private var place: Int?
  /// True if that member is the last.
  private var isAtEnd = false
  private var current: PackedMember?
  /// True if the contents of that member were given.
  private var isRead = false
  private var failureCount = 0
  /// The number of bytes behind the last member that belong to none; known once the end was passed,
  /// as by `list`.
  private(set) var unreadByteCount = 0

  /// The time limit of the process for one member, or from one piece of it to the next.
  private static let timeLimit = Duration.seconds(600)
  /// The number of process failures after which the archive is given up.
  private static let mostFailures = 8

  /// - Parameters:
  ///   - file: The archive.
  ///   - folder: The folder for members while they are read, in files without a name.
  ///   - unpacker: The process that reads it, and other archives before and after it.
  init(_ file: ReadableFile, in folder: String, by unpacker: Unpacker) {
    (self.file, self.folder, self.unpacker) = (file, folder, unpacker)
  }

  var path: String { file.path }
  /// The status of the file when it was opened.
  var status: FileStatus { file.status }

  /// Returns member `index`; nil if there are fewer members.
  ///
  /// - Throws: The reason why the archive cannot be read that far.
  func member(_ index: Int) throws(MediaError) -> PackedMember? {
    if isAt(index), let current { return current }
    return try move(to: index)
  }

  /// Passes all members to `take`, without their contents.
  ///
  /// - Throws: The reason why the archive cannot be read to its end.
  func list(_ take: (PackedMember) -> Void) throws(MediaError) {
    (place, unpacker.archive) = (nil, nil)
    _ = try ask(.rewind)
    let end = try ask(.list) { bytes in
      for line in bytes.split(separator: UnpackingReply.lineEnd) {
        if case .member(let member) = UnpackingReply(Array(line)) { take(member) }
      }
    }
    if case .end(let count) = end { unreadByteCount = count }
  }

  /// Restarts the archive from its beginning for the next request.
  func beginAnew() {
    if unpacker.archive === self { unpacker.archive = nil }
  }

  /// Returns the first bytes of member `index`.
  ///
  /// - Throws: The reason why the archive cannot be read that far.
  func head(of index: Int) throws(MediaError) -> [UInt8] {
    guard try moveToUnread(index) else { return [] }
    var head: [UInt8] = []
    _ = try ask(.head) { head = Array($0) }
    return head
  }

  /// Unpacks member `index`, called `name` in messages.
  ///
  /// - Throws: The reason why it cannot be unpacked.
  func contents(of index: Int, name: String) throws(MediaError) -> MediaSource {
    do throws(MediaError) {
      guard try moveToUnread(index) else {
        throw MediaError(
          path: name, code: .missing, stage: .open, problem: "no longer in its archive.")
      }
      isRead = true
      return try unpacked(name)
    } catch {
      throw MediaError(path: name, code: error.code, stage: .open, problem: error.problem)
    }
  }

  private func unpacked(_ name: String) throws(MediaError) -> MediaSource {
    let copy = try newCopy(name)
    var byteCount = 0
    var writeError: FileError?
    _ = try ask(.contents) { bytes in
      do throws(FileError) {
        if writeError == nil { try copy.write(bytes) }
      } catch {
        writeError = error
      }
      byteCount += bytes.count
    }
    if let writeError { throw unwritable(writeError) }
    do throws(FileError) {
      return .part(of: try copy.reader(), range: 0..<byteCount, name: name)
    } catch {
      throw unwritable(error)
    }
  }

  private func newCopy(_ name: String) throws(MediaError) -> UnnamedFile {
    do throws(FileError) {
      return try UnnamedFile(in: folder, reportingAs: name)
    } catch {
      throw unwritable(error)
    }
  }

  private func unwritable(_ error: FileError) -> MediaError {
    MediaError(
      path: path, code: .unreadable, stage: .open,
      problem: "could not be unpacked: \(error.description)")
  }

  // MARK: Going through

  /// Moves to member `index`, whose contents were not given yet; false if there are fewer members.
  private func moveToUnread(_ index: Int) throws(MediaError) -> Bool {
    if isAt(index), !isRead { return true }
    return try move(to: index) != nil
  }

  /// Returns true if the last member is known to come before `index`.
  private func isBehindEnd(_ index: Int) -> Bool {
    unpacker.archive === self && isAtEnd && index > (place ?? -1)
  }

  private func isAt(_ index: Int) -> Bool {
    place == index && !isAtEnd && unpacker.archive === self
  }

  private func move(to index: Int) throws(MediaError) -> PackedMember? {
    guard !isBehindEnd(index) else { return nil }
    if unpacker.archive !== self || (place ?? -1) >= index {
      (place, isAtEnd, unpacker.archive) = (nil, false, nil)
      _ = try ask(.rewind)
      unpacker.archive = self
    }
    current = nil
    while (place ?? -1) < index {
      let reply = try ask(.next)
      if case .end(let count) = reply { (isAtEnd, unreadByteCount) = (true, count) }
      guard case .member(let found) = reply else { return nil }
      (place, current, isRead) = ((place ?? -1) + 1, found, false)
    }
    return current
  }

  /// Sends an order to the process, and passes the received bytes to `take`.
  ///
  /// - Returns: Its last reply, if that reports no problem.
  private func ask(
    _ order: UnpackingOrder, _ take: (UnsafeRawBufferPointer) -> Void = { _ in }
  ) throws(MediaError) -> UnpackingReply {
    guard failureCount < Self.mostFailures else {
      throw MediaError(
        path: path, code: .decoderCrashed, stage: .open,
        problem: "given up, as too many of its members could not be unpacked. Unpack it first.")
    }
    do {
      var task = WorkerTask(
        number: 0, file: WorkerFile(owning: try file.duplicate()),
        range: 0..<file.status.byteCount, message: order.message, timeLimit: Self.timeLimit)
      task.maximumPartCount = order == .contents || order == .list ? .max : 0
      var reply: UnpackingReply?
      let said = try unpacker.run(task) { message, bytes in
        reply = UnpackingReply(message)
        take(bytes)
      }
      guard said == nil, let reply else { throw failure(said) }
      if case .problem(let code, let text) = reply {
        throw MediaError(path: path, code: code, stage: .open, problem: text)
      }
      return reply
    } catch let error as MediaError {
      throw error
    } catch {
      throw MediaError(path: path, code: .unreadable, stage: .open, problem: "\(error)")
    }
  }

  private func failure(_ said: WorkerFailure?) -> MediaError {
    unpacker.stop()
    failureCount += 1
    return MediaError(
      said ?? .misbehaved, path: path, memoryByteLimit: Unpacker.settings.memoryByteLimit)
  }
}

/// The process that reads packed archives, one at a time; it is started for the first.
///
/// A class, because all archives of a batch share it.
final class Unpacker {
  static let settings = {
    var settings = WorkerSettings(
      workerCount: 1, answerByteCount: UnpackingWorker.chunkByteCount)
    settings.arguments = ["unpack-worker"]
    return settings
  }()

  private var pool: WorkerPool?
  /// The archive being read.
  weak var archive: PackedArchive?

  /// Sends an order to the process, and passes all replies to `take`, with the bytes that come
  /// along.
  ///
  /// - Returns: The failure of the process, if it failed; it takes no more orders then.
  /// - Throws: The error that prevents it from being started.
  func run(
    _ task: WorkerTask, _ take: ([UInt8], UnsafeRawBufferPointer) -> Void
  ) throws -> WorkerFailure? {
    var pool = try started()
    pool.submit(task)
    var outcome: WorkerReply.Outcome?
    repeat {
      try pool.next { reply, bytes in
        outcome = reply.outcome
        if case .answer(let message, _) = reply.outcome { take(message, bytes) }
      }
    } while outcome.map(\.isPart) == true
    self.pool = consume pool
    guard case .failure(let failure) = outcome else { return nil }
    return failure
  }

  /// Ends the process; the next order starts another.
  func stop() {
    pool = nil
    archive = nil
  }

  private func started() throws -> WorkerPool {
    if let running = pool.take() { return running }
    return try WorkerPool(Self.settings)
  }
}

extension WorkerReply.Outcome {
  /// True if more replies follow.
  fileprivate var isPart: Bool {
    if case .answer(_, isLast: false) = self { true } else { false }
  }
}
