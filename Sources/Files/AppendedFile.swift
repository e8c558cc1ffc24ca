import Glibc

/// An append-only file of records, such as lines.
///
/// A record is written whole or not at all: if the disk is full, the partial record is truncated away. Only a
/// crash may leave a partial record at the end.
package struct AppendedFile: ~Copyable {
  private let descriptor: FileDescriptor
  private var byteCount: Int

  package var path: String { descriptor.path }

  /// Opens the file at `path` for appending, or creates it.
  package init(_ path: String) throws(FileError) {
    let descriptor = try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW)
    byteCount = Int(try descriptor.status().st_size)
    self.descriptor = descriptor
  }

  /// Truncates the file to its first `count` bytes, such as to remove a partial last record.
  package mutating func cut(to count: Int) throws(FileError) {
    guard count < byteCount else { return }
    try descriptor.truncate(to: count)
    byteCount = count
  }

  /// Appends one record.
  package mutating func append(_ record: [UInt8]) throws(FileError) {
    do throws(FileError) {
      try record.withUnsafeBufferPointer { buffer throws(FileError) in
        try descriptor.write(UnsafeRawBufferPointer(buffer))
      }
    } catch {
      try? descriptor.truncate(to: byteCount)
      throw error
    }
    byteCount += record.count
  }

  /// Waits until all records are on disk.
  package func synchronize() throws(FileError) { try descriptor.synchronize() }
}
