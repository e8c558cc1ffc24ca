import Glibc

/// Where a program's results go, or what it has to say about them.
package enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Writes all of `text` at once, past any buffer of the C library.
  package func write(_ text: String) throws(FileError) { try write(Array(text.utf8)) }

  /// The same of bytes.
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

  /// Whether a person is looking at it.
  package var isTerminal: Bool { isatty(rawValue) == 1 }

  private var name: String { self == .output ? "standard output" : "standard error" }

  /// A pipe that another program has made non-blocking may be full for a while.
  private func waitUntilWritable() {
    var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
    _ = poll(&request, 1, -1)
  }

  /// Makes the numbers 0 to 2 taken, whatever the caller closed.
  ///
  /// A result file would else be opened under one of them, and messages written into it. Writing to
  /// what was closed still fails, as it should.
  package static func claim() {
    for number: Int32 in 0...2 where fcntl(number, F_GETFD) < 0 {
      _ = open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY)
    }
  }
}
