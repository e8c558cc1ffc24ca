import Glibc

/// Standard output, for results, or standard error, for messages.
package enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Writes all of `text` at once, bypassing the buffers of the C library.
  package func write(_ text: String) throws(FileError) { try write(Array(text.utf8)) }

  /// Writes all of `bytes` at once, bypassing the buffers of the C library.
  package func write(_ bytes: [UInt8]) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      if written < 0 && errno == EAGAIN {
        waitUntilWritable()
        continue
      }
      guard written >= 0 else { throw FileError(name, after: "write") }
      rest = rest.dropFirst(written)
    }
  }

  /// True if the stream is a terminal.
  package var isTerminal: Bool { isatty(rawValue) == 1 }

  private var name: String { self == .output ? "standard output" : "standard error" }

  /// Waits until a non-blocking pipe, as another program may have made it, accepts data.
  private func waitUntilWritable() {
    var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
    _ = poll(&request, 1, -1)
  }

  /// Opens /dev/null for each of the descriptors 0 to 2 that the caller closed.
  ///
  /// Otherwise a result file could get one of these numbers, and messages would be written into it. Writing
  /// to a stream that was closed still fails, as it should.
  package static func claim() {
    for number: Int32 in 0...2 where fcntl(number, F_GETFD) < 0 {
      _ = open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY)
    }
  }
}
