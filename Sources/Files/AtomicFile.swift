import Glibc

/// A file that is written completely or not at all.
///
/// It is written to a temporary file in the same folder, synchronised to disk, and renamed by `commit()`.
/// Without a commit any existing file is kept and the temporary file is removed. A process that is killed may
/// leave `.NAME.tmp-PID-N` behind, which is safe to delete.
///
/// The program must ignore SIGXFSZ, so that exceeding `ulimit -f` is an error like a full disk.
package struct AtomicFile: ~Copyable {
  /// The path of the file after the commit.
  package let path: String
  private let destination: String
  private let overwriting: Bool
  private let temporary: TemporaryPath
  private let descriptor: FileDescriptor

  /// The path of the temporary file, for cleaning up if the program is stopped.
  package var workingPath: String { temporary.path }

  /// Creates the temporary file for `path`, or for the target of a symbolic link there.
  package init(_ path: String, overwriting: Bool = false) throws(FileError) {
    let destination = try Self.destination(of: path, overwriting: overwriting)
    let temporary = try TemporaryPath.file(beside: destination, reportingAs: path)
    let descriptor = try FileDescriptor(
      opening: temporary.path, O_WRONLY | O_NOFOLLOW, reportingAs: path)
    self.path = path
    self.destination = destination
    self.overwriting = overwriting
    self.temporary = temporary
    self.descriptor = descriptor
  }

  /// Appends `bytes`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try descriptor.write(bytes)
  }

  package func write(_ bytes: [UInt8]) throws(FileError) {
    try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
      try descriptor.write(UnsafeRawBufferPointer(buffer))
    }
  }

  package func write(_ text: String) throws(FileError) {
    try write(Array(text.utf8))
  }

  /// Overwrites the beginning of the file, already written, with `bytes`.
  package func rewrite(_ bytes: [UInt8]) throws(FileError) {
    try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
      try descriptor.write(UnsafeRawBufferPointer(buffer), at: 0)
    }
  }

  /// Synchronises the file to disk, then renames it to its final path.
  package consuming func commit() throws(FileError) {
    try descriptor.synchronize()
    try descriptor.finish()
    try temporary.rename(to: destination, overwriting: overwriting, reportingAs: path)
    try synchronizeFolder(PathParts(destination).folder, reportingAs: path)
  }

  /// Writes `bytes` as the complete file at `path`.
  package static func write(
    _ bytes: [UInt8], to path: String, overwriting: Bool = false
  ) throws(FileError) {
    let file = try AtomicFile(path, overwriting: overwriting)
    try file.write(bytes)
    try file.commit()
  }

  /// Writes `text` as the complete file at `path`.
  package static func write(
    _ text: String, to path: String, overwriting: Bool = false
  ) throws(FileError) {
    try write(Array(text.utf8), to: path, overwriting: overwriting)
  }

  /// Returns the path to rename to, after checking that a file may be written there.
  ///
  /// Renaming over a device such as /dev/null would replace the device.
  private static func destination(
    of path: String, overwriting: Bool
  ) throws(FileError) -> String {
    guard let resolved = try realPath(path) else { return path }
    switch try fileKind(resolved) {
    case S_IFDIR: throw FileError(path, .folder)
    case S_IFREG: break
    default: throw FileError(path, .notAFile)
    }
    guard overwriting else { throw FileError(path, .exists) }
    return resolved
  }
}

extension AtomicFile {
  /// Copies the file `source`, which may be empty, to `path`.
  package static func copy(_ source: String, to path: String) throws(FileError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try MappedFile(source).withBytes { Array($0) }
    } catch {
      guard error.problem == .empty else { throw error }
      bytes = []
    }
    let file = try AtomicFile(path)
    try file.write(bytes)
    try file.commit()
  }
}
