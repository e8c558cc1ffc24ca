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
  package convenience init(_ path: String) throws(FileError) {
    // O_NONBLOCK: opening a pipe nobody writes to must not wait for ever.
    try self.init(FileDescriptor(opening: path, O_RDONLY | O_NONBLOCK | O_NOCTTY))
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

extension ReadableFile {
  /// Standard input, copied to a file in `folder` that has no name, so that it can be read again.
  package static func copyOfStandardInput(in folder: String) throws(FileError) -> ReadableFile {
    let temporary = try TemporaryPath.file(
      beside: "\(folder)/standard-input", reportingAs: "standard input")
    let copy = try FileDescriptor(
      opening: temporary.path, O_RDWR | O_NOFOLLOW, reportingAs: "standard input")
    let input = try FileDescriptor(duplicating: STDIN_FILENO, as: "standard input")
    while case let chunk = try input.readNext(1 << 16), !chunk.isEmpty {
      try chunk.withUnsafeBufferPointer { buffer throws(FileError) in
        try copy.write(UnsafeRawBufferPointer(buffer))
      }
    }
    return try ReadableFile(copy)
  }
}
