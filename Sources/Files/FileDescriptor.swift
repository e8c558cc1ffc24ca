import Glibc

/// An open file or folder, which is closed at the end of the value's lifetime.
struct FileDescriptor: ~Copyable {
  /// The path in errors; for a temporary file, its final path.
  let path: String
  private var number: Int32

  /// Opens `path` with the flags of `open(2)` and `O_CLOEXEC`; errors use `reportedPath`.
  init(
    opening path: String, _ flags: Int32, reportingAs reportedPath: String? = nil
  ) throws(FileError) {
    self.path = reportedPath ?? path
    // C would truncate a path at a NUL.
    guard !path.utf8.contains(0) else { throw FileError(self.path, after: "open", code: EINVAL) }
    let name = systemPath(path)
    var opened = open(name, flags | O_CLOEXEC, 0o666)
    while opened < 0 && errno == EINTR { opened = open(name, flags | O_CLOEXEC, 0o666) }
    guard opened >= 0 else { throw FileError(self.path, after: "open") }
    number = opened
  }

  /// Duplicates the descriptor `number`, which stays the caller's.
  init(duplicating number: Int32, as name: String) throws(FileError) {
    path = name
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw FileError(name, after: "dup") }
    self.number = copy
  }

  deinit {
    if number >= 0 { _ = close(number) }
  }

  /// Returns another descriptor of the same open file, which the caller closes.
  func duplicate() throws(FileError) -> Int32 {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw FileError(path, after: "fcntl") }
    return copy
  }

  func status() throws(FileError) -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw FileError(path, after: "fstat") }
    return status
  }

  /// Maps the first `count` bytes of the file read-only; the caller unmaps them.
  func map(count: Int) throws(FileError) -> UnsafeRawPointer {
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, number, 0), base != MAP_FAILED
    else { throw FileError(path, after: "mmap") }
    return UnsafeRawPointer(base)
  }

  /// Reads the bytes in `range`, as far as the file has them.
  func read(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < range.count {
      let missing = range.count - bytes.count
      let offset = off_t(range.lowerBound + bytes.count)
      let chunk = try chunk(of: missing, after: "pread") { pread(number, $0, missing, offset) }
      if chunk.isEmpty { break }
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
    }
    return bytes
  }

  /// Reads the next bytes of a stream, at most `count`; none at its end.
  func readNext(_ count: Int) throws(FileError) -> [UInt8] {
    try chunk(of: count, after: "read") { Glibc.read(number, $0, count) }
  }

  private func chunk(
    of capacity: Int, after name: String, _ read: (UnsafeMutableRawPointer?) -> Int
  ) throws(FileError) -> [UInt8] {
    while true {
      var code: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        let found = read(UnsafeMutableRawPointer(buffer.baseAddress))
        code = found < 0 ? errno : 0
        count = max(found, 0)
      }
      if code == 0 { return bytes }
      guard code == EINTR else { throw FileError(path, after: name, code: code) }
    }
  }

  /// Writes all of `bytes`, repeating calls that were interrupted or wrote only a part.
  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Glibc.write(
        number, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written >= 0 else { throw FileError(path, after: "write") }
      rest = rest.dropFirst(written)
    }
  }

  /// Overwrites the bytes at `offset` with all of `bytes`, and leaves the file position unchanged.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = pwrite(number, rest.baseAddress, rest.count, off_t(offset + written))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError(path, after: "pwrite") }
      written += count
    }
  }

  /// Truncates the file to its first `count` bytes.
  func truncate(to count: Int) throws(FileError) {
    while ftruncate(number, off_t(count)) != 0 {
      guard errno == EINTR else { throw FileError(path, after: "ftruncate") }
    }
  }

  /// Waits until written data is on disk.
  func synchronize() throws(FileError) {
    while fsync(number) != 0 {
      // Some network file systems cannot synchronise a folder, and return EINVAL.
      if errno == EINVAL { return }
      guard errno == EINTR else { throw FileError(path, after: "fsync") }
    }
  }

  /// Closes the file, and throws errors reported only on closing, as by a network file system over its quota.
  consuming func finish() throws(FileError) {
    let closing = number
    number = -1
    // After EINTR, Linux has closed the descriptor all the same.
    guard close(closing) == 0 || errno == EINTR else { throw FileError(path, after: "close") }
  }
}
