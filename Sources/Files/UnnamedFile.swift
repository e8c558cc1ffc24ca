import Glibc

/// A temporary file without a name, which is deleted when its last reader closes it.
package struct UnnamedFile: ~Copyable {
  private let descriptor: FileDescriptor

  /// Creates an empty file on the file system of `folder`; errors use `reportedPath`.
  package init(in folder: String, reportingAs reportedPath: String) throws(FileError) {
    // The name is removed at the end of this initialiser.
    let temporary = try TemporaryPath.file(beside: "\(folder)/unnamed", reportingAs: reportedPath)
    descriptor = try FileDescriptor(
      opening: temporary.path, O_RDWR | O_NOFOLLOW, reportingAs: reportedPath)
  }

  /// Appends `bytes`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try descriptor.write(bytes)
  }

  /// Returns the data written so far, for reading at any offset.
  package func reader() throws(FileError) -> ReadableFile {
    let number = try descriptor.duplicate()
    defer { close(number) }
    return try ReadableFile(FileDescriptor(duplicating: number, as: descriptor.path))
  }
}

extension ReadableFile {
  /// Returns a copy of standard input in an unnamed file in `folder`, so that it can be read repeatedly.
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
