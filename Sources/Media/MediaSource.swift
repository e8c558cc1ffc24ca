import Files
import Glibc

/// The source of an image's or a video's bytes.
package enum MediaSource: Sendable, Equatable {
  case file(String)
  /// A file named relative to a folder, which neither the name nor a symbolic link may leave.
  case fileInside(folder: String, name: String)
  case standardInput
  /// A member of an open archive.
  case part(of: ReadableFile, range: Range<Int>, name: String)
  case bytes([UInt8], name: String)

  /// The name used in messages.
  package var name: String {
    switch self {
    case .file(let path): path
    case .fileInside(let folder, let name): "\(folder)/\(name)"
    case .standardInput: "standard input"
    case .part(_, _, let name), .bytes(_, let name): name
    }
  }
}

extension MediaSource {
  /// Reads all bytes, at most `maximum`.
  ///
  /// A file is opened without blocking and must be a regular file, so that a pipe or a device cannot block a
  /// batch. It is copied rather than memory-mapped, because the process is killed if another program
  /// truncates a mapped file.
  package func bytes(atMost maximum: Int) throws(MediaError) -> [UInt8] {
    let bytes: [UInt8]
    switch self {
    case .bytes(let given, _):
      guard given.count <= maximum else { throw tooLarge(given.count, maximum) }
      bytes = given
    case .standardInput:
      bytes = try readStream(STDIN_FILENO, atMost: maximum)
    case .part(let archive, let range, _):
      guard range.count <= maximum else { throw tooLarge(range.count, maximum) }
      bytes = try readPart(range, of: archive)
    case .file(let path):
      bytes = try readFile(try open(path), atMost: maximum)
    case .fileInside(let folder, let name):
      bytes = try readFile(try open(name, inside: folder), atMost: maximum)
    }
    guard !bytes.isEmpty else { throw empty }
    return bytes
  }

  /// True if the content is a video, judged by its structure without reading all of it.
  package var isClip: Bool { isClip(playingAnimations: false) }

  /// Returns true if the content is a video, or an animation if `playingAnimations` is true.
  package func isClip(playingAnimations: Bool) -> Bool {
    if case .standardInput = self { return false }
    guard let bytes = try? MediaBytes(self) else { return false }
    return bytes.isClip(playingAnimations: playingAnimations)
  }

  /// True if it is a file and holds neither a video nor an animation.
  package var isPictureFile: Bool {
    self != .standardInput && !isClip(playingAnimations: true)
  }

  /// Reads all bytes into memory.
  ///
  /// - Parameter timeLimit: The time within which standard input must end; nil for no limit.
  /// - Returns: The bytes, as a source of the same name.
  /// - Throws: `MediaError` if reading fails or takes longer than `timeLimit`.
  package func inMemory(within timeLimit: Duration? = nil) throws(MediaError) -> MediaSource {
    let most = StillImageOptions().maximumFileBytes
    guard self == .standardInput, let timeLimit else {
      return .bytes(try bytes(atMost: most), name: name)
    }
    let bytes = try readStream(STDIN_FILENO, atMost: most, within: timeLimit)
    guard !bytes.isEmpty else { throw empty }
    return .bytes(bytes, name: name)
  }

  /// Opens the file so that another process can read it.
  ///
  /// - Parameter maximum: The maximum number of bytes.
  /// - Returns: A file descriptor, which the caller closes, and the range of bytes to read; nil if the source
  ///   is not a file.
  /// - Throws: The `MediaError` that reading the file here would throw, as far as it is known before reading.
  package func opened(
    atMost maximum: Int
  ) throws(MediaError) -> (descriptor: Int32, range: Range<Int>)? {
    let descriptor: Int32
    switch self {
    case .bytes, .standardInput: return nil
    case .part(let archive, let range, _):
      guard range.count <= maximum else { throw tooLarge(range.count, maximum) }
      guard !range.isEmpty else { throw empty }
      do throws(FileError) {
        return (try archive.duplicate(), range)
      } catch {
        throw openFailure(error, archive.path)
      }
    case .file(let path): descriptor = try open(path)
    case .fileInside(let folder, let name): descriptor = try open(name, inside: folder)
    }
    do throws(MediaError) {
      let byteCount = try byteCount(of: descriptor, atMost: maximum)
      guard byteCount > 0 else { throw empty }
      return (descriptor, 0..<byteCount)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Reads at most the first `count` bytes of the source.
  package func firstBytes(_ count: Int) throws(MediaError) -> [UInt8] {
    guard case .fileInside(let folder, let name) = self else {
      return Array(try bytes(atMost: StillImageOptions().maximumFileBytes).prefix(count))
    }
    let head: [UInt8]
    do throws(FileError) {
      head = try Files.bytes(ofFile: name, beneath: folder, prefixLength: count)
    } catch {
      throw openFailure(error, folder)
    }
    guard !head.isEmpty else { throw empty }
    return head
  }

  private func open(_ path: String) throws(MediaError) -> Int32 {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw failure(.missing, "not a possible file name. Check the spelling.")
    }
    let descriptor = Glibc.open(systemPath(path), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      let code = errno
      guard code == ENOENT, destinationOfLink(path) != nil else { throw openFailure(code) }
      throw failure(
        .missing,
        "a symbolic link to a file that is not there. Fetch that, as with git annex get or dvc pull."
      )
    }
    return descriptor
  }

  private func open(_ name: String, inside folder: String) throws(MediaError) -> Int32 {
    do throws(FileError) {
      return try openFile(name, beneath: folder)
    } catch {
      throw openFailure(error, folder)
    }
  }

  private func readPart(
    _ range: Range<Int>, of archive: ReadableFile
  ) throws(MediaError) -> [UInt8] {
    do throws(FileError) {
      return try archive.bytes(range)
    } catch {
      throw openFailure(error, archive.path)
    }
  }

  /// Reads `descriptor` to its end, and closes it.
  private func readFile(_ descriptor: Int32, atMost maximum: Int) throws(MediaError) -> [UInt8] {
    defer { close(descriptor) }
    let byteCount = try byteCount(of: descriptor, atMost: maximum)
    return try readStream(descriptor, expecting: byteCount, atMost: maximum)
  }

  /// Returns the size of an open file in bytes, and throws unless it is a regular file of at most `maximum`
  /// bytes.
  private func byteCount(
    of descriptor: Int32, atMost maximum: Int
  ) throws(MediaError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw openFailure(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR:
      throw failure(.unreadable, "a folder, not a file. Name the files in it.")
    default:
      throw failure(
        .unreadable, "not a regular file. To read a pipe or device, send it to standard input (-).")
    }
    guard status.st_size <= maximum else { throw tooLarge(Int(status.st_size), maximum) }
    return Int(status.st_size)
  }

  /// Reads `descriptor` to its end; `expected` bytes is only a hint.
  private func readStream(
    _ descriptor: Int32, expecting expected: Int = 0, atMost maximum: Int,
    within timeLimit: Duration? = nil
  ) throws(MediaError) -> [UInt8] {
    let end = timeLimit.map { ContinuousClock.now + $0 }
    var bytes: [UInt8] = []
    var capacity = expected > 0 ? expected : Self.streamChunk
    while true {
      if let end, !isReady(descriptor, before: end) {
        throw failure(
          .timeout,
          "did not come to its end in time. Raise --timeout if it may take that long.")
      }
      var failed: Int32 = 0
      var added = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        added = read(descriptor, buffer.baseAddress, capacity)
        failed = added < 0 ? errno : 0
        count = max(added, 0)
      }
      if failed == EINTR { continue }
      guard added >= 0 else { throw openFailure(failed) }
      guard added > 0 else { return bytes }
      guard bytes.count + added <= maximum else { throw tooLarge(bytes.count + added, maximum) }
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
      if expected > 0 && bytes.count == expected { return bytes }
      capacity = max(expected - bytes.count, Self.streamChunk)
    }
  }

  /// Waits until `descriptor` is readable or at its end; false if `end` comes first.
  private func isReady(_ descriptor: Int32, before end: ContinuousClock.Instant) -> Bool {
    while true {
      let left = ContinuousClock.now.duration(to: end)
      guard left > .zero else { return false }
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let milliseconds = min(left / .milliseconds(1), 1e9).rounded(.up)
      let count = poll(&request, 1, Int32(milliseconds))
      // If polling fails, the read that follows reports the error.
      if count > 0 || count < 0 && errno != EINTR { return true }
    }
  }

  /// The number of bytes per read for a stream of unknown length.
  private static let streamChunk = 1 << 18

  private var empty: MediaError { failure(.empty, "the file is empty. Get a fresh copy.") }

  private func failure(_ code: MediaError.Code, _ problem: String) -> MediaError {
    MediaError(path: name, code: code, stage: .open, problem: problem)
  }

  private func tooLarge(_ count: Int, _ maximum: Int) -> MediaError {
    failure(
      .tooLarge,
      "\(count.grouped) bytes are over the limit of \(maximum.grouped). Make the file smaller.")
  }

  private func openFailure(_ error: FileError, _ folder: String) -> MediaError {
    switch error.problem {
    case .outsideFolder:
      failure(.outsideRoot, "leads out of \(folder). Put the picture itself into that folder.")
    case .missing: openFailure(ENOENT)
    case .noPermission: openFailure(EACCES)
    case .folder: openFailure(EISDIR)
    case .systemCall(_, let code): openFailure(code)
    default: failure(.unreadable, "not a regular file. Name a picture.")
    }
  }

  private func openFailure(_ code: Int32) -> MediaError {
    switch code {
    case ENOENT, ENOTDIR: failure(.missing, "no such file. Check the spelling.")
    case EACCES, EPERM: failure(.unreadable, "no permission to read it. Try chmod u+r.")
    case EISDIR: failure(.unreadable, "a folder, not a file. Name the files in it.")
    case ELOOP: failure(.unreadable, "a symbolic link that leads in a circle. Mend the link.")
    default:
      failure(.unreadable, "cannot be read: \(String(cString: strerror(code))). Check the disk.")
    }
  }
}

extension Int {
  /// The number with a comma between groups of three digits, as messages show limits: `89,478,485`.
  var grouped: String {
    var text = ""
    for (position, digit) in String(magnitude).reversed().enumerated() {
      if position > 0 && position.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + String(text.reversed())
  }
}
