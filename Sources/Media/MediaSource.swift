import Glibc

/// Where the bytes of a picture or video come from.
package enum MediaSource: Sendable, Equatable {
  case file(String)
  case standardInput
  case bytes([UInt8], name: String)

  /// What messages call it.
  package var name: String {
    switch self {
    case .file(let path): path
    case .standardInput: "standard input"
    case .bytes(_, let name): name
    }
  }
}

extension MediaSource {
  /// Reads everything, once; at most `maximum` bytes.
  ///
  /// A file is opened without blocking and must be a regular file, so that a pipe or a device
  /// cannot hang a batch. It is copied rather than mapped: a mapped file that another program cuts
  /// short kills the reader.
  package func bytes(atMost maximum: Int) throws(MediaError) -> [UInt8] {
    let bytes: [UInt8]
    switch self {
    case .bytes(let given, _):
      guard given.count <= maximum else { throw tooLarge(given.count, maximum) }
      bytes = given
    case .standardInput:
      bytes = try readStream(STDIN_FILENO, atMost: maximum)
    case .file(let path):
      bytes = try readFile(path, atMost: maximum)
    }
    guard !bytes.isEmpty else {
      throw failure(.empty, "the file is empty. Get a fresh copy.")
    }
    return bytes
  }

  private func readFile(_ path: String, atMost maximum: Int) throws(MediaError) -> [UInt8] {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw failure(.missing, "not a possible file name. Check the spelling.")
    }
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw openFailure(errno) }
    defer { close(descriptor) }

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
    return try readStream(descriptor, expecting: Int(status.st_size), atMost: maximum)
  }

  /// Reads `descriptor` to its end, whatever size it was expected to have.
  private func readStream(
    _ descriptor: Int32, expecting expected: Int = 0, atMost maximum: Int
  ) throws(MediaError) -> [UInt8] {
    var bytes: [UInt8] = []
    var capacity = expected > 0 ? expected : Self.streamChunk
    while true {
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

  /// How many bytes are asked of a stream at once, when nobody knows how long it is.
  private static let streamChunk = 1 << 18

  private func failure(_ code: MediaError.Code, _ problem: String) -> MediaError {
    MediaError(path: name, code: code, stage: .open, problem: problem)
  }

  private func tooLarge(_ count: Int, _ maximum: Int) -> MediaError {
    failure(
      .tooLarge,
      "\(count.grouped) bytes are over the limit of \(maximum.grouped). Make the file smaller.")
  }

  private func openFailure(_ code: Int32) -> MediaError {
    switch code {
    case ENOENT, ENOTDIR: failure(.missing, "no such file. Check the spelling.")
    case EACCES, EPERM: failure(.unreadable, "no permission to read it. Try chmod u+r.")
    case EISDIR: failure(.unreadable, "a folder, not a file. Name the files in it.")
    default:
      failure(.unreadable, "cannot be read: \(String(cString: strerror(code))). Check the disk.")
    }
  }
}

extension Int {
  /// The number with a comma between thousands, as messages show limits: `89,478,485`.
  var grouped: String {
    var text = ""
    for (position, digit) in String(magnitude).reversed().enumerated() {
      if position > 0 && position.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + String(text.reversed())
  }
}
