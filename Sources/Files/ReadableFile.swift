import Glibc

/// An open file that several threads can read at any offset.
///
/// A class, so that it stays open as long as someone reads a part of it.
package final class ReadableFile: Sendable {
  package let path: String
  /// The status when the file was opened.
  package let status: FileStatus
  private let descriptor: FileDescriptor

  /// Opens the regular file at `path`.
  package convenience init(_ path: String, followingLinks: Bool = true) throws(FileError) {
    // O_NONBLOCK, as opening a pipe without a writer would block for ever.
    let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | (followingLinks ? 0 : O_NOFOLLOW)
    try self.init(FileDescriptor(opening: path, flags))
  }

  init(_ descriptor: consuming FileDescriptor) throws(FileError) {
    let status = FileStatus(try descriptor.status())
    switch status.kind {
    case .file: break
    case .folder: throw FileError(descriptor.path, .folder)
    case .link, .other: throw FileError(descriptor.path, .notAFile)
    }
    path = descriptor.path
    self.status = status
    self.descriptor = descriptor
  }

  /// Returns another descriptor of the open file, which the caller closes.
  package func duplicate() throws(FileError) -> Int32 { try descriptor.duplicate() }

  /// Reads the bytes in `range`, as far as the file has them.
  package func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    // The buffer is bounded by the size of the file, as an archive may claim any range.
    let end = min(range.upperBound, max(status.byteCount, range.lowerBound))
    return try descriptor.read(range.lowerBound..<end)
  }
}

extension ReadableFile: Equatable {
  package static func == (a: ReadableFile, b: ReadableFile) -> Bool { a === b }
}
