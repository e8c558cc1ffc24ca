import Glibc

/// A file kept open, to be read at any place by several threads at once.
///
/// A class, so that whoever still reads a part of it keeps it open.
package final class ReadableFile: Sendable {
  package let path: String
  /// As it was when the file was opened.
  package let status: FileStatus
  private let descriptor: FileDescriptor

  /// Opens the file at `path`: not a folder, pipe or device.
  package convenience init(_ path: String, followingLinks: Bool = true) throws(FileError) {
    // O_NONBLOCK: opening a pipe nobody writes to must not wait for ever.
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

  /// Another descriptor of the open file, which the caller closes.
  package func duplicate() throws(FileError) -> Int32 { try descriptor.duplicate() }

  /// The bytes at `range`, or as many of them as there are.
  package func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    // Never more room than the file fills, whatever an archive claims.
    let end = min(range.upperBound, max(status.byteCount, range.lowerBound))
    return try descriptor.read(range.lowerBound..<end)
  }
}

extension ReadableFile: Equatable {
  package static func == (a: ReadableFile, b: ReadableFile) -> Bool { a === b }
}
