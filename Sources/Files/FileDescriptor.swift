import Glibc

/// An open file or folder, closed when it goes out of use.
struct FileDescriptor: ~Copyable {
  /// What errors name; for a file written aside, the path it will have in the end.
  let path: String
  private var number: Int32

  /// Opens `path` with the flags of `open(2)` and `O_CLOEXEC`; errors name `reportedPath`.
  init(
    opening path: String, _ flags: Int32, reportingAs reportedPath: String? = nil
  ) throws(FileError) {
    self.path = reportedPath ?? path
    // C would read a name with a NUL inside as the shorter name in front of it.
    guard !path.utf8.contains(0) else { throw FileError(self.path, after: "open", code: EINVAL) }
    var opened = open(path, flags | O_CLOEXEC, 0o666)
    while opened < 0 && errno == EINTR { opened = open(path, flags | O_CLOEXEC, 0o666) }
    guard opened >= 0 else { throw FileError(self.path, after: "open") }
    number = opened
  }

  deinit {
    if number >= 0 { _ = close(number) }
  }

  func status() throws(FileError) -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw FileError(path, after: "fstat") }
    return status
  }

  /// The `count` bytes of the file in memory, read-only; to be unmapped by the caller.
  func map(count: Int) throws(FileError) -> UnsafeRawPointer {
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, number, 0), base != MAP_FAILED
    else { throw FileError(path, after: "mmap") }
    return UnsafeRawPointer(base)
  }

  /// Writes all of `bytes`: a call may be interrupted, or take only a part.
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

  /// Writes all of `bytes` over what is at `offset`, without moving the end.
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

  /// Cuts off all but the first `count` bytes.
  func truncate(to count: Int) throws(FileError) {
    while ftruncate(number, off_t(count)) != 0 {
      guard errno == EINTR else { throw FileError(path, after: "ftruncate") }
    }
  }

  /// Waits until what was written has reached the disk.
  func synchronize() throws(FileError) {
    while fsync(number) != 0 {
      // Some network file systems cannot synchronise a folder, and say so with EINVAL.
      if errno == EINVAL { return }
      guard errno == EINTR else { throw FileError(path, after: "fsync") }
    }
  }

  /// Closes the file and reports what only closing tells, as on a network drive over its quota.
  consuming func finish() throws(FileError) {
    let closing = number
    number = -1
    // After EINTR Linux has closed the descriptor all the same.
    guard close(closing) == 0 || errno == EINTR else { throw FileError(path, after: "close") }
  }
}
