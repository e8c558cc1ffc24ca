import Glibc

/// The bytes of a file, mapped read-only and unmapped with the last reference.
///
/// A class, so that tensors can share weights that they read in place. A file in use must be replaced by
/// renaming a new one over it, as `AtomicFile` does; the mapping then keeps the old bytes. Truncating it in
/// place kills the process that reads the lost pages.
package final class MappedFile: @unchecked Sendable {
  // Sendable because the pages are never written, and unmapped only when there is no reference left.
  package let path: String
  package let count: Int
  private let base: UnsafeRawPointer

  /// Maps the regular file at `path`, which must not be empty and have at most `limit` bytes.
  package init(_ path: String, limit: Int = .max) throws(FileError) {
    // O_NONBLOCK, as opening a pipe without a writer would block for ever.
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

  /// Calls `body` with the bytes in `range`, which must lie within `0..<count`.
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
