import Glibc

/// A file without a name, for what must be kept for a while: it goes with the last who reads it.
package struct UnnamedFile: ~Copyable {
  private let descriptor: FileDescriptor

  /// Creates an empty one on the disk of `folder`; errors name `reportedPath`.
  package init(in folder: String, reportingAs reportedPath: String) throws(FileError) {
    // Its name goes at the end of this function.
    let temporary = try TemporaryPath.file(beside: "\(folder)/unnamed", reportingAs: reportedPath)
    descriptor = try FileDescriptor(
      opening: temporary.path, O_RDWR | O_NOFOLLOW, reportingAs: reportedPath)
  }

  /// Adds `bytes` at the end.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try descriptor.write(bytes)
  }

  /// What was written so far, to be read at any place.
  package func reader() throws(FileError) -> ReadableFile {
    let number = try descriptor.duplicate()
    defer { close(number) }
    return try ReadableFile(FileDescriptor(duplicating: number, as: descriptor.path))
  }
}

extension ReadableFile {
  /// Standard input, copied to a file in `folder` that has no name, so that it can be read again.
  package static func copyOfStandardInput(in folder: String) throws(FileError) -> ReadableFile {
    let copy = try UnnamedFile(in: folder, reportingAs: "standard input")
    let input = try FileDescriptor(duplicating: STDIN_FILENO, as: "standard input")
    while case let chunk = try input.readNext(1 << 16), !chunk.isEmpty {
      try chunk.withUnsafeBufferPointer { buffer throws(FileError) in
        try copy.write(UnsafeRawBufferPointer(buffer))
      }
    }
    return try copy.reader()
  }
}
