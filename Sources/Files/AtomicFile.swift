import Glibc

/// A file that appears under its name complete, or not at all.
///
/// It is written aside in the same folder, made durable, and renamed into place by `commit()`.
/// Without a commit what was there before stays, and what was written aside is removed. A process
/// that is killed may leave `.NAME.tmp-PID-N` behind, which is safe to delete.
///
/// The program must ignore SIGXFSZ, so that a file over `ulimit -f` is an error like a full disk.
package struct AtomicFile: ~Copyable {
  /// The name the file will have.
  package let path: String
  private let destination: String
  private let overwriting: Bool
  private let temporary: TemporaryPath
  private let descriptor: FileDescriptor

  /// Where it is until the commit, for whoever must clean up when the program is stopped.
  package var workingPath: String { temporary.path }

  /// Begins a file that will be at `path`, or where a symbolic link there leads.
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

  /// Adds `bytes` at the end.
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

  /// Overwrites the file's beginning, which was written before, with `bytes`.
  package func rewrite(_ bytes: [UInt8]) throws(FileError) {
    try bytes.withUnsafeBufferPointer { buffer throws(FileError) in
      try descriptor.write(UnsafeRawBufferPointer(buffer), at: 0)
    }
  }

  /// Waits until the file is on the disk, then gives it its name.
  package consuming func commit() throws(FileError) {
    try descriptor.synchronize()
    try descriptor.finish()
    try temporary.rename(to: destination, overwriting: overwriting, reportingAs: path)
    try synchronizeFolder(PathParts(destination).folder, reportingAs: path)
  }

  /// Writes `bytes` as the whole file at `path`.
  package static func write(
    _ bytes: [UInt8], to path: String, overwriting: Bool = false
  ) throws(FileError) {
    let file = try AtomicFile(path, overwriting: overwriting)
    try file.write(bytes)
    try file.commit()
  }

  /// Writes `text` as the whole file at `path`.
  package static func write(
    _ text: String, to path: String, overwriting: Bool = false
  ) throws(FileError) {
    try write(Array(text.utf8), to: path, overwriting: overwriting)
  }

  /// Where a file for `path` goes, after checking that one may be put there.
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
  /// Writes the contents of the file `source`, which may be empty, to `path`.
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
