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
    let name = systemPath(path)
    var opened = open(name, flags | O_CLOEXEC, 0o666)
    while opened < 0 && errno == EINTR { opened = open(name, flags | O_CLOEXEC, 0o666) }
    guard opened >= 0 else { throw FileError(self.path, after: "open") }
    number = opened
  }

  /// The open file `number`, which somebody else owns; it is read through a second descriptor.
  init(duplicating number: Int32, as name: String) throws(FileError) {
    path = name
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw FileError(name, after: "dup") }
    self.number = copy
  }

  deinit {
    if number >= 0 { _ = close(number) }
  }

  /// Another descriptor of the same open file, which the caller closes.
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

  /// The `count` bytes of the file in memory, read-only; to be unmapped by the caller.
  func map(count: Int) throws(FileError) -> UnsafeRawPointer {
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, number, 0), base != MAP_FAILED
    else { throw FileError(path, after: "mmap") }
    return UnsafeRawPointer(base)
  }

  /// The bytes at `range`, or as many of them as there are.
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

  /// The next bytes of a stream, at most `count`; none at its end.
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
