import Glibc

/// The bytes of a file, mapped read-only into memory and released with the last reference.
///
/// A class, so that tensors can hold on to the weights they read in place. Whoever replaces such a
/// file must rename a new one over it, as `AtomicFile` does: this process then keeps the old
/// bytes. A file cut short in place takes its pages away, and with them the process.
package final class MappedFile: @unchecked Sendable {
  // Sendable because the pages are never written, and unmapped only once nobody refers to them.
  package let path: String
  package let count: Int
  private let base: UnsafeRawPointer

  /// Maps the file at `path`: not a folder, pipe or device, not empty, at most `limit` bytes.
  package init(_ path: String, limit: Int = .max) throws(FileError) {
    // O_NONBLOCK: opening a pipe nobody writes to must not wait for ever.
    let file = try FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK)
    let status = try file.status()
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw FileError(path, .folder)
    default: throw FileError(path, .notAFile)
    }
    let size = Int(status.st_size)
    guard size > 0 else { throw FileError(path, .empty) }
    guard size <= limit else { throw FileError(path, .tooLarge(byteCount: size, limit: limit)) }
    self.path = path
    count = size
    base = try file.map(count: size)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: base), count) }

  /// Calls `body` with the bytes at `range`, which must lie within `0..<count`.
  package func withBytes<Result, Failure: Error>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "\(path): bytes \(range) asked for, but the file holds \(count)")
    return try body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Calls `body` with all bytes of the file.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withBytes(0..<count, body)
  }
}
