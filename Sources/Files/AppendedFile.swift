import Glibc

/// A file that grows by records, such as lines, which are there whole or not at all.
///
/// A record that does not fit on the disk is taken back, so that the next one does not follow a torn one.
/// Only a crash may leave the last record torn.
package struct AppendedFile: ~Copyable {
  private let descriptor: FileDescriptor
  private var byteCount: Int

  package var path: String { descriptor.path }

  /// Opens the file at `path` to add to what it holds, or creates it.
  package init(_ path: String) throws(FileError) {
    let descriptor = try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW)
    byteCount = Int(try descriptor.status().st_size)
    self.descriptor = descriptor
  }

  /// Cuts off all but the first `count` bytes, such as behind a torn last record.
  package mutating func cut(to count: Int) throws(FileError) {
    guard count < byteCount else { return }
    try descriptor.truncate(to: count)
    byteCount = count
  }

  /// Adds one record.
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

  /// Waits until all records are on the disk.
  package func synchronize() throws(FileError) { try descriptor.synchronize() }
}
